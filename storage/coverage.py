"""Coverage in the database: samples, what was counted of each day, and the days that are to be counted anew.

All of it as numpy arrays by name; what they mean is known to `reports.coverage`. Days are those of UTC+7, as dates.
Whoever counts holds the counts until the commit. The notes of days are read before their samples are, and only those
that were read are taken away, unchanged: samples that are committed in between leave their note, and the day is counted
again. Days of which samples were deleted with age are final.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from devices.catalogue.signal_probe import OPERATORS, SURROUNDINGS, TECHNOLOGIES
from storage.arrivals import LOCAL_TIME
from storage.blocks import HEADER, TRAILER, Column, blocks
from storage.coverage_columns import POSTGRES_EPOCH_MICROSECONDS, read_columns
from storage.errors import StorageError
from storage.sql import query

Columns = Mapping[str, NDArray[Any]]
Note = tuple[date, int, str]
"""Day, writer and transaction of a note."""

_EPOCH = date(1970, 1, 1)
_DAYS_TO_2000 = 10_957
_ADJUSTED = ("operator", "technology", "surroundings")
"""Codes that the statements count from 1, so that 0 is none; here they count from 0, and -1 is none."""
_SIGNAL, _SERVICE = 1, 2
"""Bits of a pick's purpose."""
_SAMPLE = (
    ("time_us", "time"),
    ("terminal", "int4"),
    ("operator", "int2"),
    ("technology", "int2"),
    ("surroundings", "int2"),
    ("access_ok", "int2"),
    *(
        (name, "float8")
        for name in (
            *("latitude", "longitude", "accuracy", "speed", "ss_rsrp", "ss_sinr", "rsrp", "sinr"),
            *("download", "upload", "latency"),
        )
    ),
)
_PICK = (
    *(("day", "int4"), ("fine", "int8"), ("operator", "int2"), ("indoors", "int2"), ("purpose", "int2")),
    *(("lot", "int8"), ("time_us", "time"), ("technology", "int2"), ("in_vehicle", "int2")),
    *((name, "float8") for name in ("ss_rsrp", "ss_sinr", "rsrp", "sinr", "download")),
    ("access_ok", "int2"),
)
_CELL = (
    *(("day", "int4"), ("cell", "int8"), ("operator", "int2"), ("indoors", "int2"), ("samples", "int8")),
    *(("slots", "int8"), ("nr_samples", "int8"), ("nr_moving", "int8"), ("downloads", "int8")),
    *(("download_sum", "float8"), ("fast", "int8"), ("uploads", "int8"), ("upload_sum", "float8")),
    *(("latencies", "int8"), ("latency_sum", "float8"), ("accesses", "int8"), ("failures", "int8")),
)
_TYPES = {"int2": "smallint", "int4": "integer", "int8": "bigint", "time": "timestamptz", "float8": "double precision"}


@dataclass(frozen=True, slots=True)
class DayCount:
    """What is written of a day: picks and sums by column, and how many samples do not count, by operator and cause."""

    picks: Columns
    cells: Columns
    left_out: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class CellRow:
    """The last verdict on a cell, for the wall."""

    operator: str
    technology: str
    surroundings: str
    cell: str
    latitude: float
    longitude: float
    state: str
    samples: int
    passed: int
    mean_rsrp: float | None


def communes_with_probes(connection: Connection[Any]) -> list[str]:
    """The communes that have signal probes, by code."""
    return [code for (code,) in connection.execute(query("coverage_communes"))]


def read_samples(connection: Connection[Any], commune: str, first: date, last: date) -> dict[str, NDArray[Any]]:
    """Every sample of the probes of a commune on some days, the last included."""
    probes = [number for (number,) in connection.execute(query("coverage_probes"), {"commune": commune})]
    parameters = {
        "operators": list(OPERATORS),
        "technologies": list(TECHNOLOGIES),
        "surroundings": list(SURROUNDINGS),
        "device_ids": probes,
        "start": _midnight(first),
        "end": _midnight(last + timedelta(days=1)),
    }
    return _coded(read_columns(connection, "coverage_samples", parameters, _SAMPLE))


def take_counts(connection: Connection[Any], *, wait: bool = False) -> bool:
    """Take the counts to oneself until the end of the transaction; False when another has them."""
    row = connection.execute(query("take_coverage_lock" if wait else "try_coverage_lock")).fetchone()
    assert row is not None, "a SELECT without FROM has one row"
    return wait or bool(row[0])


def read_notes(connection: Connection[Any], first: date = date.min, last: date = date.max) -> list[Note]:
    """The notes of days, newest day first."""
    return connection.execute(query("coverage_notes"), {"first": first, "last": last}).fetchall()


def forget_notes(connection: Connection[Any], notes: Sequence[Note]) -> None:
    """Take notes away that nobody changed since they were read."""
    days, writers, noted_by = zip(*notes, strict=True) if notes else ((), (), ())
    parameters = {"days": list(days), "writers": list(writers), "noted_by": list(noted_by)}
    connection.execute(query("forget_coverage_notes"), parameters)


def note_days(connection: Connection[Any], first: date, last: date) -> None:
    """Note days, the last included, so that they are counted anew."""
    connection.execute(query("note_coverage_days"), {"first": first, "last": last})


def raw_from(connection: Connection[Any]) -> date | None:
    """The first day of which all samples are still there; None where none were deleted."""
    row = connection.execute(query("coverage_raw_from")).fetchone()
    found: date | None = row[0] if row else None
    return found


def known_span(connection: Connection[Any]) -> tuple[date, date] | None:
    """The first and last day of which anything was counted or waits for it."""
    row = connection.execute(query("coverage_span")).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def counted_days(connection: Connection[Any], commune: str, first: date, last: date) -> dict[date, str]:
    """The days that were counted, the last included, and the fingerprint of the numbers by which each was."""
    rows = connection.execute(query("coverage_days"), {"commune": commune, "first": first, "last": last})
    return dict(rows.fetchall())


def write_day(connection: Connection[Any], commune: str, day: date, fingerprint: str, count: DayCount) -> None:
    """Write what was counted of a day within the caller's transaction, in place of what there was.

    Raises StorageError for a commune that is not registered.
    """
    connection.execute(query("forget_coverage_day"), {"commune": commune, "day": day})
    entered = connection.execute(
        query("add_coverage_day"), {"commune": commune, "day": day, "rules": fingerprint}
    ).fetchone()
    if entered is None:
        raise StorageError(f"there is no commune {commune}")
    number = int(entered[0])
    _write(connection, "copy_coverage_picks", number, _PICK, count.picks, ("indoors", "in_vehicle"))
    _write(connection, "copy_coverage_cell_days", number, _CELL, count.cells, ("indoors",))
    told = [(operator, cause, samples) for (operator, cause), samples in sorted(count.left_out.items()) if samples]
    operators, causes, samples = zip(*told, strict=True) if told else ((), (), ())
    connection.execute(
        query("add_coverage_left_out"),
        {
            "commune_id": number,
            "day": day,
            "operators": list(operators),
            "causes": list(causes),
            "samples": list(samples),
        },
    )


def read_picks(connection: Connection[Any], commune: str, days: Collection[date]) -> dict[str, NDArray[Any]]:
    """The picks of some days."""
    parameters = {"commune": commune, "days": list(days), "operators": list(OPERATORS)}
    found = read_columns(connection, "coverage_picks", parameters | {"technologies": list(TECHNOLOGIES)}, _PICK)
    return _coded(found) | {"fine": found["fine"].view(np.uint64), "in_vehicle": found["in_vehicle"] == 1}


def read_cell_days(connection: Connection[Any], commune: str, days: Collection[date]) -> dict[str, NDArray[Any]]:
    """The sums of some days."""
    parameters = {"commune": commune, "days": list(days), "operators": list(OPERATORS)}
    found = read_columns(connection, "coverage_cell_days", parameters, _CELL)
    return _coded(found) | {"cell": found["cell"].view(np.uint64)}


def read_left_out(connection: Connection[Any], commune: str, days: Collection[date]) -> dict[tuple[str, str], int]:
    """How many samples of some days do not count, by operator and cause."""
    rows = connection.execute(query("coverage_left_out"), {"commune": commune, "days": list(days)})
    return {(operator, cause): samples for operator, cause, samples in rows}


def write_verdicts(connection: Connection[Any], commune: str, rows: Sequence[CellRow], first: date, last: date) -> None:
    """Put the last verdicts on the cells of a commune in place of those that were there; the samples behind them are
    those of the days from `first` to `last`.
    """
    with connection.transaction():
        connection.execute(query("take_coverage_verdicts"))
        connection.execute(query("forget_coverage_verdicts"), {"commune": commune})
        found = connection.execute(query("commune_number"), {"commune": commune}).fetchone()
        if found is None:
            raise StorageError(f"there is no commune {commune}")
        with connection.cursor() as cursor, cursor.copy(query("copy_coverage_verdicts")) as copy:
            for row in rows:
                copy.write_row(
                    (
                        *(found[0], row.operator, row.technology, row.surroundings, row.cell, row.latitude),
                        *(row.longitude, row.state, row.samples, row.passed, row.mean_rsrp, first, last),
                    )
                )


def day_number(day: date) -> int:
    """Days since 1970, as arrays have them."""
    return (day - _EPOCH).days


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME).astimezone(UTC)


def _coded(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: values - 1 if name in _ADJUSTED else values for name, values in columns.items()}


def _write(
    connection: Connection[Any],
    statement: str,
    commune_id: int,
    forms: Sequence[tuple[str, str]],
    columns: Columns,
    flags: Sequence[str],
) -> None:
    """Write columns in the order of their forms, after the number of the commune."""
    types, values = ["integer"], [commune_id]
    listed: list[Column] = [*values]
    for name, form in forms:
        column = columns[name]
        if name == "day":
            types.append("date")
            listed.append(column - _DAYS_TO_2000)
        elif name in ("operator", "technology"):
            words = OPERATORS if name == "operator" else TECHNOLOGIES
            types.append("text")
            listed.append([words[code] for code in column.tolist()])
        elif name == "access_ok":
            types.append("boolean")
            listed.append([None if code < 0 else bool(code) for code in column.tolist()])
        elif name == "purpose":
            types += ["boolean", "boolean"]
            listed += [(column & _SIGNAL > 0).astype(np.uint8), (column & _SERVICE > 0).astype(np.uint8)]
        elif name in flags:
            types.append("boolean")
            listed.append(column.astype(np.uint8))
        else:
            types.append(_TYPES[form])
            column = column.view(np.int64) if column.dtype == np.uint64 else column
            listed.append(column - POSTGRES_EPOCH_MICROSECONDS if form == "time" else column)
    size = len(columns[forms[0][0]])
    with connection.cursor() as cursor, cursor.copy(query(statement)) as copy:
        copy.write(HEADER)
        for block in blocks(types, listed, size):
            copy.write(block)
        copy.write(TRAILER)
