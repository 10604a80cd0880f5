"""The shapes of answers of reports: rows of figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import EXAMPLE_TIME, Schema, Words
from reports.figures import Group


class FigureAnswer(Schema):
    """A number with its evidence."""

    value: float | None = Field(description="null: too little was measured for a number.", examples=[41])
    unit: str = Field(description="Empty: a count, an index or a share of 0 to 1.", examples=["µg/m³"])
    method: str = Field(description="Its method, by its name in `methods`.", examples=["vn_aqi_hourly"])
    inputs: float = Field(description="How many values went into it; its method says of what.", examples=[6])
    expected: float = Field(description="How many were expected.", examples=[6])
    completeness: float | None = Field(
        description="inputs / expected, at most 1; null: none are expected.", examples=[1.0]
    )


class MethodAnswer(Schema):
    """How figures are made."""

    name: Words
    formula: str = Field(examples=["linear between the breakpoints of table 2, clamped at 500"])
    source: str = Field(description="The document that it follows.", examples=["QĐ 1459/QĐ-TCMT (12/11/2019)"])


class EvidenceAnswer(Schema):
    """One event behind a count."""

    time: datetime = Field(description="Where its hour, day or year begins.", examples=[EXAMPLE_TIME])
    value: float = Field(examples=[231.4])
    of: str = Field(description="Code of the device.", examples=["env-001"])


class ReportRow(Schema):
    """Figures of one device, or of all devices of a hamlet, kind or commune, at one time where there are several."""

    commune: str = Field(examples=["gia-loc"])
    hamlet: str | None = Field(examples=["thon-1"])
    kind: str | None = Field(examples=["environment"])
    device: str | None = Field(examples=["env-001"])
    part: str | None = Field(description="Zone of a controller, or pollutant and averaging time.", examples=[None])
    time: datetime | None = Field(
        description="Where the hour or day of the row begins; null: the whole period.", examples=[EXAMPLE_TIME]
    )
    figures: dict[str, FigureAnswer] = Field(
        examples=[
            {
                "vn_aqi": {
                    "value": 41, "unit": "", "method": "vn_aqi_hourly", "inputs": 6, "expected": 6, "completeness": 1.0,
                }
            }
        ]
    )  # fmt: skip
    words: dict[str, Words] = Field(examples=[{"level": {"vi": "Tốt", "en": "Good"}}])
    evidence: list[EvidenceAnswer] = Field(description="At most 100 events; the figures count all of them.")


class ReportAnswer(Schema):
    """A report of a period. CSV has the same rows, three columns for each figure."""

    report: str = Field(examples=["vn_aqi_hourly"])
    at: datetime = Field(description="When this was answered; hours ahead are not missing.", examples=[EXAMPLE_TIME])
    start: datetime = Field(examples=[EXAMPLE_TIME])
    end: datetime = Field(examples=["2026-11-20T04:00:00Z"])
    by: Group = Field(examples=["device"])
    methods: dict[str, MethodAnswer] = Field(
        examples=[
            {
                "vn_aqi_hourly": {
                    "name": {"vi": "VN_AQI giờ", "en": "Hourly VN_AQI"},
                    "formula": "max over pollutants",
                    "source": "QĐ 1459/QĐ-TCMT (12/11/2019)",
                }
            }
        ]
    )
    notes: list[Words] = Field(description="What the reader has to know besides.")
    items: list[ReportRow]


class RulesAnswer(Schema):
    """The rules by which reports are made here."""

    rules: dict[str, Any] = Field(
        description="As in the file of rules; what it does not set has its default.",
        examples=[{"completeness": {"hour": 0.75, "long": 0.75}}],
    )
