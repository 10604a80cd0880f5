"""The shapes of answers about targets and what is declared."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from api.schemas import EXAMPLE_TIME, Schema, Words
from devices.profile import Comparison, Indicator, Level, Origin, Quantity, ReportPeriod
from reports.coverage.words import Outcome
from reports.targets_projection import Chance

PLAN = "Kế hoạch thực hiện Nghị quyết 57-NQ/TW của xã Gia Lộc"


class SourceAnswer(Schema):
    """The document that a target comes from."""

    document: str = Field(examples=[PLAN])
    part: str = Field(description="Its task or section; empty: none is named.", examples=["nhiệm vụ 26"])
    issuer: str = Field(examples=["UBND xã Gia Lộc, Hải Phòng"])
    issued: date | None = Field(examples=["2025-07-30"])


class TargetEvidenceAnswer(Schema):
    """One thing that a value rests on."""

    title: Words
    value: Words


class TrendAnswer(Schema):
    """What a target came to: the last value of a month."""

    day: date = Field(examples=["2026-10-31"])
    value: float = Field(examples=[47.3])


class OutlookAnswer(Schema):
    """Where more of the same would lead at the deadline; it knows nothing of plans."""

    chance: Chance = Field(examples=[Chance.OPEN])
    reason: Words
    value: float | None = Field(description="null: nothing is foretold.", examples=[71.0])
    low: float | None = Field(description="Of a 95 % interval.", examples=[58.2])
    high: float | None = Field(examples=[84.9])
    pace_a_month: float | None = Field(description="The change that was seen.", examples=[1.4])
    needed_a_month: float | None = Field(description="What would just reach the target.", examples=[1.1])


class TargetAnswer(Schema):
    """A target, judged by bounds: `low` to `high` hold the value with all that is not known."""

    plan: str = Field(description="Code of the profile.", examples=["gia-loc"])
    id: str = Field(examples=["5g-2025"])
    title: Words
    indicator: Indicator = Field(examples=[Indicator.COVERAGE])
    generations: list[str] = Field(description="Empty: any technology.", examples=[["5G"]])
    quantity: Quantity = Field(description="What a share of coverage is of.", examples=[Quantity.AREA])
    operator: str | None = Field(description="null: any.", examples=[None])
    comparison: Comparison = Field(examples=[Comparison.AT_LEAST])
    threshold: float = Field(examples=[60])
    unit: str = Field(description="Empty: a count.", examples=["%"])
    deadline: date | None = Field(examples=["2025-12-31"])
    source: SourceAnswer
    note: Words | None = Field(description="What the plan leaves open, and how it is taken here.")
    origin: Origin = Field(description="Measured, counted and declared figures are never mixed.", examples=["measured"])
    value: float | None = Field(description="The best single number; null: nothing is known.", examples=[47.3])
    low: float | None = Field(examples=[31.5])
    high: float | None = Field(examples=[82.0])
    outcome: Outcome = Field(examples=[Outcome.UNDECIDED])
    verdict: Words
    reason: Words
    evidence: list[TargetEvidenceAnswer]
    cells_to_drive: list[str] = Field(description="H3 cells that would settle it.", examples=[["8941464cb2bffff"]])
    days_left: int | None = Field(description="Negative: the deadline has passed.", examples=[-324])
    is_overdue: bool = Field(examples=[True])
    trend: list[TrendAnswer]
    outlook: OutlookAnswer | None = Field(description="null: reached, past, without a deadline, or a count.")


class TargetsAnswer(Schema):
    """All targets of a commune or a province at a moment, and the nation's goals beside a commune's."""

    scope: str = Field(examples=["gia-loc"])
    name: str = Field(examples=["Xã Gia Lộc"])
    level: Level = Field(examples=[Level.COMMUNE])
    province: str = Field(examples=["Hải Phòng"])
    at: datetime = Field(examples=[EXAMPLE_TIME])
    places_are_sample: bool = Field(description="Boundary or hamlets are made up.", examples=[True])
    periods: list[ReportPeriod] = Field(description="How often the plan wants a report.", examples=[["month", "year"]])
    counts: dict[Outcome, int] = Field(
        description="The plan's own targets by outcome.", examples=[{"dat": 1, "chua_dat": 2, "chua_du_can_cu": 6}]
    )
    targets: list[TargetAnswer]
    national: list[TargetAnswer]
    notes: list[Words]


class CommuneTargetsAnswer(Schema):
    """How a commune's own targets stood when they were last kept."""

    commune: str = Field(examples=["gia-loc"])
    name: str = Field(examples=["Xã Gia Lộc"])
    province: str = Field(examples=["Hải Phòng"])
    day: date | None = Field(description="null: nothing was kept yet.", examples=["2026-11-20"])
    counts: dict[Outcome, int] = Field(examples=[{"dat": 1, "chua_dat": 2, "chua_du_can_cu": 6}])


class TargetsOverview(Schema):
    """The roll-up of each province that has a plan, and how its communes stand."""

    provinces: list[TargetsAnswer]
    communes: list[CommuneTargetsAnswer]


class DeclaredAnswer(Schema):
    """A declared figure that counts, with where it comes from. It is never part of a measured figure."""

    indicator: str = Field(examples=["fixed_broadband_1gbps"])
    title: Words
    hamlet: str | None = Field(description="null: the whole commune.", examples=["don-thu"])
    operator: str = Field(description="Empty: an authority's figure.", examples=["Viettel"])
    part: float | None = Field(examples=[620])
    whole: float | None = Field(examples=[700])
    value: float | None = Field(description="Of an indicator that is no share, in `unit`.", examples=[None])
    unit: str = Field(examples=["%"])
    samples: int | None = Field(examples=[None])
    source: str = Field(examples=["Viettel Hải Phòng, công văn 12"])
    source_date: date = Field(examples=["2026-10-01"])
    file_name: str = Field(examples=["viettel-2026-10.xlsx"])
    line: int = Field(description="Of that file.", examples=[3])
    import_id: int = Field(examples=[4])


class DeclaredList(Schema):
    """The declared figures of a commune that count today: the newest of each indicator, hamlet and operator."""

    items: list[DeclaredAnswer]


class DeclaredImportAnswer(Schema):
    """A list that was taken over. Undone, it stays on record and counts no more."""

    id: int = Field(examples=[4])
    source: str = Field(examples=["Viettel Hải Phòng, công văn 12"])
    source_date: date = Field(examples=["2026-10-01"])
    file_name: str = Field(examples=["viettel-2026-10.xlsx"])
    file_sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    note: str = Field(examples=[""])
    rows: int = Field(examples=[12])
    imported_at: datetime = Field(examples=[EXAMPLE_TIME])
    imported_by: str = Field(examples=["person:lan"])
    undone_at: datetime | None = Field(examples=[None])
    undone_by: str | None = Field(examples=[None])


class DeclaredImportList(Schema):
    """The lists of a commune, the newest first."""

    items: list[DeclaredImportAnswer]


class DeclaredRowAnswer(Schema):
    """A row of a list, and what is wrong with it."""

    line: int = Field(examples=[3])
    indicator: str | None = Field(default=None, examples=["fixed_broadband_1gbps"])
    hamlet: str | None = Field(default=None, examples=["don-thu"])
    operator: str | None = Field(default=None, examples=["Viettel"])
    part: float | None = Field(default=None, examples=[620])
    whole: float | None = Field(default=None, examples=[700])
    value: float | None = Field(default=None, examples=[None])
    faults: list[Words]
    warnings: list[Words]


class DeclaredTried(Schema):
    """A list as it was read; `import_id` is null unless it was taken over, as on a dry run or with a faulty row."""

    accepted: bool = Field(examples=[True])
    import_id: int | None = Field(examples=[4])
    notes: list[Words]
    rows: list[DeclaredRowAnswer]
