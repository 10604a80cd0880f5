"""The shape of a document as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import EXAMPLE_TIME, Schema, Words


class FactAnswer(Schema):
    """A figure that the document states."""

    title: Words
    value: float | str | None = Field(description="null: too little was measured.", examples=[99])
    unit: str = Field(description="Empty: a count, an index, a word, or a share of 0 to 1.", examples=["mm"])


class DocumentAnswer(Schema):
    """A document: the figures that it states, and the reports that they were made from, as their routes answer them."""

    document: str = Field(examples=["environment"])
    commune: str = Field(examples=["gia-loc"])
    period: str = Field(examples=["2026-Q4"])
    start: datetime = Field(examples=[EXAMPLE_TIME])
    end: datetime = Field(examples=["2026-12-31T17:00:00Z"])
    at: datetime = Field(description="The moment up to which its data go.", examples=["2026-12-31T17:00:00Z"])
    subject: str = Field(examples=["Kết quả giám sát môi trường quý IV năm 2026"])
    figures: dict[str, FactAnswer] = Field(
        examples=[
            {
                "air_worst_index": {
                    "title": {"vi": "VN_AQI ngày lớn nhất", "en": "Largest daily VN_AQI"}, "value": 99, "unit": "",
                }
            }
        ]
    )  # fmt: skip
    reports: dict[str, dict[str, Any]] = Field(
        description="By name: `address` is the route that answers the same, and beside it stands its answer. "
        "Targets have none: they are judged at the end of the period, and their route judges them today.",
        examples=[{"rain": {"address": "/api/v1/reports/gia-loc/rain?period=2026-Q4&by=device", "report": {}}}],
    )
