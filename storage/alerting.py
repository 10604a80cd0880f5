"""What the rules of alerts look at, and how they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from devices.model import Kind
from storage.sql import query
from storage.tables import table


@dataclass(frozen=True, slots=True)
class HeardRow:
    """A device that should speak: when it was last received, and when its will was since then."""

    device_id: int
    commune: str
    code: str
    interval_seconds: int
    heard_at: datetime
    offline_at: datetime | None
    hamlet: str | None
    tags: list[str]


@dataclass(frozen=True, slots=True)
class JudgedDevice:
    """A device whose readings are judged; `newest` is the time of the newest."""

    device_id: int
    kind: str
    subject: str
    name: str
    hamlet: str | None
    newest: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which readings of a device: after a time, and a window from `begins` on before it."""

    begins: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class StateRow:
    """How far a rule has read a device, and how it stands there."""

    rule: str
    device_id: int
    time: datetime
    since: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A rule that is set otherwise for a device."""

    rule: str
    device_id: int
    enabled: bool
    threshold: float | None
    margin: float | None
    hold_seconds: int | None


def take_judging(connection: Connection[Any]) -> bool:
    """Take the judging to this transaction; False while another maintainer has it."""
    row = connection.execute(query("judge_lock")).fetchone()
    return row is not None and bool(row[0])


def heard_devices(connection: Connection[Any]) -> list[HeardRow]:
    """Active devices that have spoken at least once."""
    with connection.cursor(row_factory=class_row(HeardRow)) as cursor:
        return cursor.execute(query("heard_devices")).fetchall()


def judged_devices(connection: Connection[Any], kinds: Sequence[str]) -> list[JudgedDevice]:
    """Active devices of some kinds that have sent a reading."""
    with connection.cursor(row_factory=class_row(JudgedDevice)) as cursor:
        return cursor.execute(query("judged_devices"), {"kinds": list(kinds)}).fetchall()


def overrides_by_device(connection: Connection[Any]) -> list[OverrideRow]:
    """What is set otherwise for each device, the most exact last."""
    with connection.cursor(row_factory=class_row(OverrideRow)) as cursor:
        return cursor.execute(query("alert_overrides_by_device")).fetchall()


def alert_states(connection: Connection[Any], rules: Sequence[str]) -> dict[tuple[str, int], StateRow]:
    """How some rules stand, by rule and device."""
    with connection.cursor(row_factory=class_row(StateRow)) as cursor:
        rows = cursor.execute(query("alert_states"), {"rules": list(rules)}).fetchall()
    return {(row.rule, row.device_id): row for row in rows}


def put_alert_states(connection: Connection[Any], rows: Sequence[StateRow]) -> None:
    """Keep how rules stand."""
    columns = {
        "rules": [row.rule for row in rows],
        "device_ids": [row.device_id for row in rows],
        "times": [row.time for row in rows],
        "since": [row.since for row in rows],
        "open": [row.is_open for row in rows],
    }
    if rows:
        connection.execute(query("put_alert_states"), columns)


def forget_alert_state(connection: Connection[Any], rule: str, device_id: int) -> None:
    """Let a rule begin anew for a device."""
    connection.execute(query("forget_alert_state"), {"rule": rule, "device_id": device_id})


def readings_after(
    connection: Connection[Any],
    kind: Kind,
    fields: Sequence[str],
    wanted: Mapping[int, Wanted],
    now: datetime,
    *,
    adds_up: bool = False,
) -> Iterator[tuple[int, datetime, datetime, tuple[float | None, ...]]]:
    """Device, time, time of receipt and fields of readings that are known by now, in the order of device and time.

    With `adds_up` the windows lack readings in which every field is nothing.
    """
    columns = sql.SQL(", ").join(sql.Identifier("r", name) for name in fields)
    nonzero = (sql.SQL("{} <> 0").format(sql.Identifier("r", name)) for name in fields)
    counts = sql.SQL(" OR ").join(nonzero) if adds_up else sql.SQL("true")
    statement = sql.SQL(query("readings_after")).format(fields=columns, table=table(kind), counts=counts)
    begins, after = [one.begins for one in wanted.values()], [one.after for one in wanted.values()]
    values = {"device_ids": list(wanted), "begins": begins, "after": after, "now": now}
    for device_id, time, received_at, *rest in connection.execute(statement, values):
        yield device_id, time, received_at, tuple(rest)


def last_start(connection: Connection[Any], broker: str) -> datetime | None:
    """When a broker was last seen to have started; None for one that was never seen."""
    row = connection.execute(query("last_start_of_broker"), {"broker": broker}).fetchone()
    return row[0] if row is not None else None


def ledger_gaps(connection: Connection[Any], since: date) -> tuple[int, int]:
    """In how many rows of the ledger from a day on messages are not accounted for, and how many messages."""
    row = connection.execute(query("ledger_gaps_since"), {"day": since}).fetchone()
    assert row is not None, "an aggregate without GROUP BY has one row"
    return int(row[0]), int(row[1])
