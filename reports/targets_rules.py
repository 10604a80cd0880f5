"""The numbers by which targets are judged that no plan fixes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class TargetRules(BaseModel):
    """The numbers by which targets are judged that no plan fixes. Ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coverage_days: Annotated[
        int, Field(ge=1, le=366, description="Samples of so many days up to today speak for coverage.")
    ] = 180
    quality_days: Annotated[int, Field(ge=1, le=366, description="Of data quality, up to today.")] = 30
    history_months: Annotated[int, Field(ge=1, le=120, description="Of which a trend is made.")] = 24
    declared_months: Annotated[
        int, Field(ge=1, le=120, description="A declared figure older than this is told to be old.")
    ] = 12
