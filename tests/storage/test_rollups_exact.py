"""Whatever is written in whatever order, the views answer what the readings say.

Whenever rollups are computed, and whenever readings become columns where the edition has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql
from psycopg.rows import dict_row

from devices.catalogue import KINDS
from devices.model import Kind
from devices.readings import Reading, TimeSource, Value
from devices.registry import Commune, Device
from storage.aggregates import allowed_aggregates
from storage.arrivals import Arrival
from storage.columnstore import compress_old
from storage.connect import connect
from storage.history import HistoryWriter, series_of
from storage.ledger import check as ledger_check
from storage.places import add_commune
from storage.registry import add_device
from storage.rollup_tables import Grain
from storage.rollups import check, compute_noted, states
from storage.series import bucketed_series
from storage.series_sql import SeriesColumn
from storage.writer import Writer
from tests.storage.rollup_reference import expected, same, series

START = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""Five hours before a midnight in Viet Nam."""
NOW = START + timedelta(days=30)
FIELDS = {
    "irrigation": ("soil_moisture", "water_total", "valve_open", "firmware"),
    "environment": ("wind_direction", "rainfall", "temperature", "uptime"),
}
DEVICES = {"irr-1": "irrigation", "irr-2": "irrigation", "env-1": "environment"}
WIDTHS = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1)}

decimals = st.sampled_from((0.0, 0.1, 0.2, 19.7, 33.3, 100.0))
counts = st.sampled_from((0.0, 1.0, 7.0, 500.0, 501.0, 2.5, 1e9))
values: dict[str, st.SearchStrategy[Value]] = {
    "soil_moisture": decimals,
    "rainfall": decimals,
    "temperature": st.sampled_from((-5.5, 0.0, 17.1, 39.9)),
    "wind_direction": st.sampled_from((0.0, 45.0, 90.0, 350.0)),
    "water_total": counts,
    "uptime": counts,
    "valve_open": st.booleans(),
    "firmware": st.sampled_from(("1.0", "1.1", "2.0")),
}
# Minutes from START, thick around hours and around midnight, and some a long way off.
minutes = st.one_of(st.integers(0, 90), st.integers(290, 310), st.sampled_from((59, 60, 299, 300, 301, 3000, 40_000)))


@st.composite
def batches(draw: st.DrawFn) -> tuple[str, list[tuple[int, str, dict[str, Value]]]]:
    """Readings of one device: minute, zone, some of its fields. What repeats is a duplicate, a merge or a conflict."""
    device = draw(st.sampled_from(sorted(DEVICES)))
    fields = FIELDS[DEVICES[device]]
    members = st.fixed_dictionaries({}, optional={name: values[name] for name in fields}).filter(bool)
    zones = st.sampled_from(("", "a")) if device.startswith("irr") else st.just("")
    said = draw(st.lists(st.tuples(minutes, zones, members), min_size=1, max_size=8))
    return device, said


writes = st.tuples(st.sampled_from(("messages", "history")), batches())
steps = st.one_of(
    writes,
    st.tuples(st.just("compute"), st.integers(1, 4)),
    st.tuples(st.just("between"), batches()),
    st.tuples(st.just("compress"), st.none()),
)


class Bench:
    """A database with three devices, written to over two connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Connection[Any] = connect(url, autocommit=True)
        self.other: Connection[Any] = connect(url, autocommit=True)
        add_commune(self.connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        for code, kind in DEVICES.items():
            add_device(self.connection, Device("gia-loc", code, kind))
        rows = self.connection.execute("SELECT code, device_id FROM device").fetchall()
        self.numbers: dict[str, int] = dict(rows)

    def close(self) -> None:
        self.connection.close()
        self.other.close()

    def empty(self) -> None:
        tables = "irrigation, environment, latest, ledger, dead_letter, rollup_note, rollup_irrigation_hour"
        more = "rollup_irrigation_day, rollup_environment_hour, rollup_environment_day"
        for name in f"{tables}, {more}".split(", "):
            self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))

    def arrival(self, device: str, said: Sequence[tuple[int, str, dict[str, Value]]]) -> Arrival:
        kind = KINDS[DEVICES[device]]
        readings = [reading(kind, *one) for one in said]
        return Arrival("t", b"{}", NOW, self.numbers[device], kind, readings)

    def write(self, way: str, device: str, said: Sequence[tuple[int, str, dict[str, Value]]]) -> None:
        if way == "messages":
            Writer(self.connection).write([self.arrival(device, said)])
            return
        arrival = self.arrival(device, said)
        assert arrival.kind is not None
        unlike = {(one.time, one.keys): one for one in arrival.readings}
        ordered = sorted(unlike.values(), key=lambda one: one.time)
        HistoryWriter(self.connection).write(arrival.kind, [series_of(arrival.device_id, ordered)])

    def compute_while_a_batch_is_not_committed(
        self, device: str, said: Sequence[tuple[int, str, dict[str, Value]]]
    ) -> None:
        """The batch was written and not committed when maintenance looks, and is committed after that."""
        with self.other.transaction():
            Writer(self.other).write([self.arrival(device, said)])
            list(compute_noted(self.connection, NOW))

    def rows(self, relation: str, *, of_wall: bool) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            if of_wall:
                return cursor.execute(
                    sql.SQL("SELECT d.device_id, v.* FROM wall.{} AS v JOIN device AS d ON d.code = v.device").format(
                        sql.Identifier(relation)
                    )
                ).fetchall()
            return cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(relation))).fetchall()

    def start_over(self, taken: Sequence[tuple[str, Any]]) -> None:
        """Begin with nothing and take these steps."""
        self.empty()
        for what, argument in taken:
            if what == "compute":
                list(islice(compute_noted(self.connection, NOW), argument))
            elif what == "compress":  # does nothing where there is no columnstore
                list(compress_old(self.connection, NOW + timedelta(days=8), 0, kinds=list(FIELDS)))
            elif what == "between":
                self.compute_while_a_batch_is_not_committed(*argument)
            else:
                self.write(what, *argument)

    def hold(self) -> None:
        """Assert that every view answers what the readings say."""
        for name, fields in FIELDS.items():
            readings = self.rows(name, of_wall=False)
            for grain, width in WIDTHS.items():
                kind = KINDS[name]
                wanted = expected(kind, readings, fields, width)
                found = self.rows(f"{name}_{grain.value[1]}", of_wall=True)
                got = {(row["device_id"], *(row[key.name] for key in kind.keys), row["time"]): row for row in found}
                assert len(got) == len(found)
                assert got.keys() == wanted.keys()
                for place, answers in wanted.items():
                    for column, answer in answers.items():
                        field = max((f for f in fields if column.startswith(f"{f}_")), key=len)
                        where = (grain, place, column, got[place][column], answer)
                        assert same(kind.by_name[field], column, got[place][column], answer), where


def reading(kind: Kind, minute: int, zone: str, members: dict[str, Value]) -> Reading:
    keys = tuple(zone for _ in kind.keys)
    said = tuple(members.get(field.name) for field in kind.values)
    return Reading(START + timedelta(minutes=minute), TimeSource.DEVICE, None, None, keys, said)


@pytest.fixture(scope="module")
def bench(module_database_url: str) -> Iterator[Bench]:
    with closing(Bench(module_database_url)) as bench:
        yield bench


patient = settings(
    max_examples=16,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@patient
@given(st.lists(steps, min_size=1, max_size=8))
def test_the_views_are_exact_after_any_interleaving(bench: Bench, taken: list[tuple[str, Any]]) -> None:
    bench.start_over(taken)
    bench.hold()
    list(compute_noted(bench.connection, NOW))
    assert sum(state.noted for state in states(bench.connection, NOW)) == 0
    bench.hold()
    assert list(check(bench.connection, START, START + timedelta(days=2), kinds=list(FIELDS))) == []
    assert list(ledger_check(bench.connection)) == []


@patient
@given(
    st.lists(steps, min_size=1, max_size=5),
    st.integers(-200, 400),
    st.integers(1, 3000),
    st.sampled_from((timedelta(minutes=7), timedelta(hours=1), timedelta(hours=5), timedelta(days=1))),
)
def test_a_series_is_exact_in_any_range_and_any_width(
    bench: Bench, taken: list[tuple[str, Any]], first: int, length: int, width: timedelta
) -> None:
    bench.start_over(taken)
    start = START + timedelta(minutes=first)
    end = start + timedelta(minutes=length)
    for device, name in DEVICES.items():
        kind = KINDS[name]
        readings = [row for row in bench.rows(name, of_wall=False) if row["device_id"] == bench.numbers[device]]
        for field in (kind.by_name[field] for field in FIELDS[name]):
            columns = [SeriesColumn(field, aggregate) for aggregate in allowed_aggregates(field)]
            number = bench.numbers[device]
            page = bucketed_series(bench.connection, kind, number, columns, start, end, width=width, limit=10_000)
            wanted = series(kind, readings, field.name, start, end, width)
            assert [(point.time, *point.keys) for point in page.points] == sorted(wanted)
            for point in page.points:
                answers = wanted[point.time, *point.keys]
                for column, got in zip(columns, point.values, strict=True):
                    label = column.name.replace(".", "_")
                    assert same(field, label, got, answers[label]), (point, label, got, answers[label])
