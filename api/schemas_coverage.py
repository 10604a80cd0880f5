"""The shapes of what is told of coverage."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas import EXAMPLE_TIME, Schema, Words


class IntervalAnswer(Schema):
    """A 95 % interval of a share, 0 to 1."""

    low: float = Field(examples=[0.52])
    high: float = Field(examples=[0.83])
    method: str = Field(examples=["wilson"])


class ShareAnswer(Schema):
    """A share of a commune that is covered. `lower` counts all that is not known as not covered, `upper` as covered."""

    unit: str = Field(examples=["km2"])
    covered: float = Field(examples=[6.1])
    not_covered: float = Field(examples=[1.2])
    insufficient: float = Field(description="Measured with too few samples.", examples=[0.4])
    unmeasured: float = Field(examples=[2.0])
    total: float = Field(examples=[9.7])
    judged: int = Field(description="How many cells or sites are known.", examples=[66])
    parts: int = Field(description="How many there are.", examples=[90])
    lower: float | None = Field(examples=[0.63])
    measured: float | None = Field(description="Covered of what is known; null where nothing is.", examples=[0.84])
    upper: float | None = Field(examples=[0.88])
    interval: IntervalAnswer = Field(description="The interval that decides a verdict.")
    wilson: IntervalAnswer | None = Field(description="Of the number of known cells or sites; decides nothing.")
    weighted: IntervalAnswer | None = Field(description="By a bootstrap over cells; decides nothing.")


class SampleCountsAnswer(Schema):
    """What became of the samples."""

    received: int = Field(examples=[4182])
    used: int = Field(examples=[3950])
    thinned: int = Field(description="One of each 50 m counts.", examples=[1210])
    left_out: dict[str, int] = Field(description="By cause.", examples=[{"too_fast": 12}])


class VerdictAnswer(Schema):
    """Whether a target is met."""

    outcome: str = Field(description="dat, chua_dat or chua_du_can_cu.", examples=["chua_du_can_cu"])
    name: Words
    reason: Words
    target: float = Field(description="0 to 1.", examples=[0.6])
    low: float | None = Field(examples=[0.52])
    high: float | None = Field(examples=[0.83])
    cells_to_drive: int = Field(examples=[24])


class CoverageAnswer(Schema):
    """The figures of one commune, period, operator (or any), technology, surroundings and profile."""

    commune: str = Field(examples=["gia-loc"])
    period: str = Field(examples=["2026-Q4"])
    technology: str = Field(examples=["5g"])
    operator: str | None = Field(description="MCC-MNC; null: any operator.", examples=["452-04"])
    surroundings: str = Field(examples=["outdoor"])
    profile: str = Field(examples=["basic"])
    start: datetime = Field(examples=[EXAMPLE_TIME])
    end: datetime = Field(examples=["2026-12-31T17:00:00Z"])
    operators: list[str] = Field(description="Of whom there are samples.", examples=[["452-02", "452-04"]])
    samples: SampleCountsAnswer
    area: ShareAnswer
    population: ShareAnswer | None = Field(description="null where no hamlet has both people and a boundary.")
    sites: ShareAnswer | None = Field(description="null where there are no priority sites.")
    service: dict[str, dict[str, Any]] = Field(
        description="QCVN 126:2021/BTTTT: value, limit, samples and is_met of each indicator.",
        examples=[{"mean_download": {"value": 181.2, "limit": 100, "samples": 1640, "is_met": True}}],
    )
    notes: list[Words]
    rules: dict[str, Any] = Field(description="Every number of the method.", examples=[{"least_samples": 5}])
    verdict: VerdictAnswer | None = Field(default=None, description="Of the area, where a target is asked about.")


class ChangeAnswer(Schema):
    """What changed between two periods: cells of H3, known in both where they are won or lost."""

    commune: str = Field(examples=["gia-loc"])
    earlier: str = Field(examples=["2026-Q3"])
    later: str = Field(examples=["2026-Q4"])
    won: list[str] = Field(examples=[["8941a4d2b0bffff"]])
    lost: list[str] = Field(examples=[[]])
    newly_measured: list[str] = Field(examples=[["8941a4d2b17ffff"]])
    no_longer_measured: list[str] = Field(examples=[[]])
    won_km2: float = Field(examples=[0.11])
    lost_km2: float = Field(examples=[0.0])


HEXAGON = {
    "type": "Polygon",
    "coordinates": [
        [[106.31, 20.87], [106.308, 20.872], [106.305, 20.871], [106.304, 20.869], [106.306, 20.867], [106.309, 20.868],
         [106.31, 20.87]]
    ],
}  # fmt: skip


class CoverageFeature(Schema):
    """A cell, site or place as a GeoJSON feature (RFC 7946)."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["8941a4d2b0bffff"])
    geometry: dict[str, Any] = Field(examples=[HEXAGON])
    properties: dict[str, Any] = Field(
        examples=[{"cell": "8941a4d2b0bffff", "state": "covered", "samples": 14, "passed": 14, "share": 1.0}]
    )


class CoverageFeatures(Schema):
    """A GeoJSON feature collection (RFC 7946): WGS 84, longitude before latitude."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[CoverageFeature]


class DriveAnswer(Schema):
    """A drive: what it is expected to settle."""

    target: float = Field(description="Share of the area, 0 to 1.", examples=[0.6])
    expected: str = Field(description="The verdict that the cells are expected to bring.", examples=["dat"])
    settled_with: int | None = Field(
        description="So many of the cells are expected to settle it; null: these are not enough.", examples=[12]
    )
    unknown: int = Field(description="Cells that are not known in all.", examples=[24])
    gain: float = Field(description="Expected move of the bound by all of them, a share of the area.", examples=[0.17])
    km: float = Field(description="In straight lines from stop to stop.", examples=[14.2])


class DriveFeatures(CoverageFeatures):
    """The cells of a drive in its order, as GeoJSON."""

    drive: DriveAnswer


class ModelAnswer(Schema):
    """A model of levels: path loss from places that were looked for, and what is left over by inverse distance."""

    exponent: float = Field(description="n of level = c - 10 n lg d.", examples=[3.4])
    measured_cells: int = Field(examples=[67])
    error_db: float = Field(
        description="Root mean square of modelled less measured, each measured cell left out in turn.", examples=[7.1]
    )
    bias_db: float = Field(description="Mean of the same.", examples=[0.3])


class ModelledFeatures(CoverageFeatures):
    """Cells that nobody measured, as points with a modelled level: for looking at, never part of a verdict."""

    model: ModelAnswer | None = Field(description="null: too few cells are measured to model the others.")


class OpenFeatures(CoverageFeatures):
    """Open data as GeoJSON. What rests on fewer than `least_samples` has the state `withheld` and no numbers."""

    licence: str = Field(examples=["CC BY 4.0"])
    least_samples: int = Field(examples=[5])
    method: str = Field(examples=["docs/explanation/coverage.md; cells of H3 (h3geo.org)"])
