"""The shapes of answers about readings, dead letters and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas import EXAMPLE_TIME, NextCursor, Schema, Words
from devices.reasons import Level, Reason
from storage.set_aside import LetterState

Value = float | bool | str | None


class ValueAnswer(Schema):
    """The newest value of a field."""

    value: float | bool | str = Field(examples=[31.4])
    unit: str | None = Field(examples=["µg/m³"])
    time: datetime = Field(examples=[EXAMPLE_TIME])


class LatestEntry(Schema):
    """The newest values of a device under one combination of its keys (empty for kinds without keys)."""

    keys: dict[str, str] = Field(examples=[{}])
    time: datetime = Field(examples=[EXAMPLE_TIME])
    received_at: datetime = Field(examples=[EXAMPLE_TIME])
    values: dict[str, ValueAnswer] = Field(examples=[{"pm25": {"value": 31.4, "unit": "µg/m³", "time": EXAMPLE_TIME}}])


class LatestOfDevice(Schema):
    """The newest values of one device; no entries when it has sent nothing."""

    at: datetime = Field(description="When this was answered; ages are counted to it.", examples=[EXAMPLE_TIME])
    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["env-001"])
    kind: str = Field(examples=["environment"])
    items: list[LatestEntry]


class LatestOfKindEntry(LatestEntry):
    """The newest values of one device among those of its kind."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["env-001"])


class LatestOfKind(Schema):
    """The newest values of all devices of a kind, by commune and code."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    kind: str = Field(examples=["environment"])
    items: list[LatestOfKindEntry]
    next_cursor: NextCursor


class SeriesColumnAnswer(Schema):
    """A column of a series."""

    name: str = Field(description="Name under which a point carries it.", examples=["pm25.mean"])
    field: str = Field(examples=["pm25"])
    aggregate: str | None = Field(description="null: the reading as it is.", examples=["mean"])
    unit: str | None = Field(examples=["µg/m³"])


class PointAnswer(Schema):
    """A reading, or a bucket under the time at which it starts."""

    time: datetime = Field(examples=[EXAMPLE_TIME])
    keys: dict[str, str] = Field(examples=[{}])
    time_source: Literal["device", "absent", "not_believed"] | None = Field(
        description="Whose clock the time is from: the device's, or the receiver's because the device sent none or "
        "one that was ahead. null for a bucket.",
        examples=[None],
    )
    values: dict[str, Value] = Field(examples=[{"pm25.mean": 31.4}])


class SeriesAnswer(Schema):
    """A page of a series, by time and keys. The range holds `start` and not `end`."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["env-001"])
    kind: str = Field(examples=["environment"])
    start: datetime = Field(examples=["2026-11-19T03:15:00Z"])
    end: datetime = Field(examples=[EXAMPLE_TIME])
    bucket: str | None = Field(examples=["1h"])
    bucket_seconds: int | None = Field(examples=[3600])
    columns: list[SeriesColumnAnswer]
    points: list[PointAnswer]
    next_cursor: NextCursor


class GroupPointAnswer(Schema):
    """A bucket of a group of devices under the time at which it starts."""

    time: datetime = Field(examples=[EXAMPLE_TIME])
    group: str = Field(description="Code of the hamlet (empty: in none) or of the commune.", examples=["thon-1"])
    values: dict[str, Value] = Field(examples=[{"pm25.mean": 31.4}])


class GroupSeriesAnswer(Schema):
    """A page of a series of groups of devices, by time and group. The range holds `start` and not `end`."""

    commune: str = Field(examples=["gia-loc"])
    kind: str = Field(examples=["environment"])
    by: Literal["commune", "hamlet"] = Field(examples=["hamlet"])
    start: datetime = Field(examples=["2026-11-19T03:15:00Z"])
    end: datetime = Field(examples=[EXAMPLE_TIME])
    bucket: str = Field(examples=["1h"])
    bucket_seconds: int = Field(examples=[3600])
    columns: list[SeriesColumnAnswer]
    points: list[GroupPointAnswer]
    next_cursor: NextCursor


class DeadLetterAnswer(Schema):
    """Something that was set aside, and why."""

    id: int = Field(examples=[42])
    received_at: datetime = Field(examples=[EXAMPLE_TIME])
    level: Level = Field(description="How much was set aside.", examples=["field"])
    reason: Reason = Field(examples=["out_of_range"])
    reason_text: Words = Field(
        examples=[{"vi": "Giá trị ngoài khoảng cho phép", "en": "The value is outside the allowed range"}]
    )
    detail: str = Field(examples=["pm25 must be 0 to 1000 µg/m³"])
    topic: str = Field(examples=["xa/gia-loc/environment/env-001/telemetry"])
    commune: str | None = Field(examples=["gia-loc"])
    device: str | None = Field(description="null: no registered device sent it.", examples=["env-001"])
    reading_index: int | None = Field(description="Place in an array payload.", examples=[0])
    field: str | None = Field(examples=["pm25"])
    value: str | None = Field(examples=["-999"])
    state: LetterState = Field(examples=["open"])
    state_changed_at: datetime | None = Field(examples=[None])
    payload_bytes: int = Field(examples=[27])


class DeadLetterPage(Schema):
    """Dead letters, newest first."""

    items: list[DeadLetterAnswer]
    next_cursor: NextCursor


class DeadLetterDetail(DeadLetterAnswer):
    """A dead letter with its payload as it came."""

    payload_base64: str = Field(examples=["eyJ0ZW1wZXJhdHVyZSI6IC05OTl9"])
    payload_text: str | None = Field(description="null where it is not UTF-8.", examples=['{"temperature": -999}'])


class LedgerCounts(Schema):
    """Counts of messages. `difference` = received − stored − duplicate − dead_lettered, and must be 0."""

    received: int = Field(examples=[1440])
    stored: int = Field(examples=[1437])
    duplicate: int = Field(examples=[2])
    dead_lettered: int = Field(examples=[1])
    difference: int = Field(examples=[0])
    redelivered: int = Field(
        description="Brought again by the broker although settled; in none of the others.", examples=[0]
    )
    readings_stored: int = Field(examples=[1437])
    readings_merged: int = Field(examples=[0])
    readings_duplicate: int = Field(examples=[2])
    readings_dead_lettered: int = Field(examples=[1])
    fields_dead_lettered: int = Field(examples=[3])
    letters_deleted: int = Field(description="Dead letters that retention has deleted.", examples=[0])
    messages_deleted: int = Field(
        description="Of dead_lettered: messages whose dead letter retention has deleted.", examples=[0]
    )
    readings_deleted: int = Field(description="Of readings_stored: readings that retention has deleted.", examples=[0])


class LedgerEntry(LedgerCounts):
    """A device and a day (UTC+7)."""

    day: date = Field(examples=["2026-11-20"])
    commune: str | None = Field(examples=["gia-loc"])
    device: str | None = Field(description="null: what no registered device sent.", examples=["env-001"])


class LedgerTotals(LedgerCounts):
    """Sums over everything that the query selects, not over this page only."""

    in_hand: int = Field(description="Received by all ingest sessions and not yet settled.", examples=[0])
    dropped_by_broker: int | None = Field(
        description="Dropped by the broker before ingest, its queues being full, for whichever subscriber; in none of "
        "the others. null where the query asks for one commune or device: the broker does not say whose they were.",
        examples=[0],
    )


class LedgerPage(Schema):
    """The loss ledger, newest day first."""

    totals: LedgerTotals
    items: list[LedgerEntry]
    next_cursor: NextCursor


class HealthAnswer(Schema):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class ReadyAnswer(Schema):
    """The process can answer, and what it answers is fresh."""

    status: Literal["ready"] = "ready"
    migration: int = Field(description="Number of the newest migration.", examples=[7])
    edition: str = Field(examples=["TimescaleDB 2.19.3 (Apache) on PostgreSQL 17.6"])
    ingest_lag_seconds: float | None = Field(
        description="Age of the oldest message that ingest holds, or how long it has been silent. null: it never ran.",
        examples=[0.4],
    )
