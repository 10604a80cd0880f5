"""Coverage out of the database: exact at every moment, however late samples come, and a day costs what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from commune.bench.coverage import KIND, series_of
from commune.coverage_upkeep import judge_cells
from devices.profile import Places
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType
from reports.coverage.assemble import Tallies, assemble
from reports.coverage.clean import clean, count_causes
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import COLUMNS, NONE, Samples
from reports.coverage.summary import CoverageReport, Subject
from reports.coverage.tally import least, tally
from reports.coverage.words import CellState, SignalProfile, Technology
from reports.coverage_counts import count_noted, count_outdated, read_tallies
from reports.coverage_report import cells_lost, publish_verdicts, read_coverage
from reports.periods import parse_period
from reports.rules import ReportRules
from storage import coverage as kept
from storage.connect import Session, connect
from storage.coverage_columns import read_columns
from storage.errors import StorageError
from storage.history import HistoryWriter
from storage.places import add_commune, add_hamlet
from storage.reading_retention import Horizon, delete_old
from storage.registry import add_device, all_devices
from storage.rollups import compute_noted
from tests.reports.coverage_samples import RULES, Row, boundary_of, cells_of, fine_cells, samples
from tests.waiting import wait_until

COMMUNE = "gia-loc"
CELLS = cells_of(4)
PLACES = Places(boundary=boundary_of(CELLS))
QUARTER = parse_period("2026-Q4")
DAY = date(2026, 11, 2)
A_DAY = 24 * 60.0
NAN = float("nan")


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A commune with two probes."""
    with closing(connect(database_url, autocommit=True)) as session:
        add_commune(session, Commune(COMMUNE, "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        for code in ("probe-1", "probe-2"):
            add_device(session, Device(COMMUNE, code, KIND.name, state=DeviceState.ACTIVE))
        yield session


def rows_of(day: float = 0, *, cells: tuple[int, ...] = (0, 1), level: float = -90.0, terminal: int = 1) -> list[Row]:
    """Six samples in each of some cells on a day; the download is told of some of them."""
    return [
        {
            "fine": fine,
            "minute": day * A_DAY + 70 * place + 10 * number,
            "ss_rsrp": level - number,
            "terminal": terminal,
            "download": 50.0 if number % 2 else NAN,
            "latency": 20.0,
        }
        for place, cell in enumerate(cells)
        for number, fine in enumerate(fine_cells(CELLS[cell], 6))
    ]


def store(session: Session, rows: list[Row]) -> Samples:
    """Write samples as any writer does; terminals are the probes of these numbers."""
    told = samples(rows)
    numbers = sorted(device.device_id for device in all_devices(session))
    for terminal in np.unique(told.terminal):
        own = told.take(told.terminal == terminal)
        own = own.take(np.argsort(own.time_us))
        HistoryWriter(session).write(KIND, [series_of(numbers[int(terminal) - 1], own)])
    return told


def by_hand(session: Session, told: Samples, rules: CoverageRules = RULES) -> Tallies:
    """What the samples leave behind, without a database."""
    cleaned = clean(told, rules)
    picks, days = tally(cleaned.samples, rules)
    return Tallies(least(picks), days, {"452-04": count_causes(cleaned.cause)})


def asked(session: Session, rules: CoverageRules = RULES) -> CoverageReport:
    """The report out of the database, as the API reads it."""
    return read_coverage(session, COMMUNE, QUARTER, rules, places=PLACES).report()


def in_memory(session: Session, told: Samples, rules: CoverageRules = RULES) -> CoverageReport:
    """The same report from the samples themselves, with the probes' numbers as terminals."""
    numbers = np.array(sorted(device.device_id for device in all_devices(session)))
    columns = {name: getattr(told, name) for name in COLUMNS} | {"terminal": numbers[told.terminal - 1]}
    ground = read_coverage(session, COMMUNE, QUARTER, rules, places=PLACES).ground
    found = by_hand(session, Samples(told.operators, *(columns[name] for name in COLUMNS)), rules)
    return assemble(Subject(COMMUNE, QUARTER), ground, found, rules)


def join(*parts: list[Row]) -> list[Row]:
    return [row for part in parts for row in part]


def test_a_report_is_the_same_before_and_after_days_are_counted_and_from_samples_alone(session: Session) -> None:
    rows = join(rows_of(), rows_of(1, cells=(1, 2), level=-118), [{"minute": 300, "accuracy": 90.0}])
    told = store(session, rows)
    before = asked(session)
    assert before == in_memory(session, told)
    assert [day.day for day in count_noted(session, RULES)] == [DAY + timedelta(days=1), DAY]
    assert kept.read_notes(session) == []
    assert asked(session) == before
    assert before.counts.received == len(rows)
    assert list(count_noted(session, RULES)) == []


def test_a_report_is_the_same_to_the_last_bit_wherever_its_rows_lie_in_the_tables(session: Session) -> None:
    rows = join(*(rows_of(day, cells=(0, 1, 2)) for day in range(3)))
    random = np.random.default_rng(1)
    store(session, [row | {"ss_rsrp": random.normal(-95, 7), "download": random.uniform(1, 200)} for row in rows])
    list(count_noted(session, RULES))
    before = asked(session)
    for seed in range(4):
        session.execute("SELECT setseed(%s)", [seed / 10])
        for table in ("coverage_pick", "coverage_cell_day"):
            session.execute(f"CREATE TEMP TABLE moved AS SELECT * FROM {table} ORDER BY random()")
            session.execute(f"DELETE FROM {table}")
            session.execute(f"INSERT INTO {table} SELECT * FROM moved")
            session.execute("DROP TABLE moved")
        assert asked(session) == before


def test_late_samples_are_in_the_report_at_once_and_cost_their_own_day(session: Session) -> None:
    rows = join(rows_of(), rows_of(5))
    store(session, rows)
    list(count_noted(session, RULES))
    late = rows_of(0, cells=(2, 3), terminal=2)
    store(session, late)
    expected = in_memory(session, samples(join(rows, late)))
    assert asked(session) == expected
    assert [(day.day, day.samples) for day in count_noted(session, RULES)] == [(DAY, 24)]
    assert asked(session) == expected


def test_samples_that_come_while_a_day_is_counted_leave_it_noted(session: Session, database_url: str) -> None:
    store(session, rows_of())
    with closing(connect(database_url, autocommit=True)) as other, session.transaction():
        notes = kept.read_notes(session)
        store(other, rows_of(0, cells=(2,), terminal=2))
        kept.forget_notes(session, notes)
    assert {note[0] for note in kept.read_notes(session)} == {DAY}
    assert [day.samples for day in count_noted(session, RULES)] == [18]


def test_one_maintainer_counts_at_a_time(session: Session, database_url: str) -> None:
    store(session, rows_of())
    with closing(connect(database_url, autocommit=True)) as other, other.transaction():
        assert kept.take_counts(other)
        assert list(count_noted(session, RULES)) == []
    assert len(list(count_noted(session, RULES))) == 1


def test_days_counted_by_other_numbers_are_counted_by_those_of_the_rules(session: Session) -> None:
    told = store(session, join(rows_of(), [{"minute": 400, "accuracy": 40.0, "fine": fine_cells(CELLS[3], 1)[0]}]))
    list(count_noted(session, RULES))
    strict = CoverageRules(accuracy_m=30)
    assert asked(session, strict) == in_memory(session, told, strict)
    assert asked(session, strict) != asked(session)
    assert [day.day for day in count_outdated(session, strict)] == [DAY]
    assert set(kept.counted_days(session, COMMUNE, DAY, DAY).values()) != set()
    assert asked(session, strict) == in_memory(session, told, strict)


def test_days_whose_samples_were_deleted_stay_as_they_were_counted(session: Session) -> None:
    told = store(session, rows_of())
    list(count_noted(session, RULES))
    expected = in_memory(session, told)
    session.execute("DELETE FROM signal_probe")
    session.execute(
        "INSERT INTO rollup_horizon (kind, raw_from) VALUES ('signal_probe', %s)", [datetime(2026, 11, 3, tzinfo=UTC)]
    )
    kept.note_days(session, DAY, DAY)
    assert kept.raw_from(session) == date(2026, 11, 4)
    assert asked(session) == expected
    assert list(count_noted(session, RULES)) == []
    assert asked(session, CoverageRules(accuracy_m=30)).counts.used == expected.counts.used


def test_samples_are_not_deleted_with_age_before_their_day_is_counted(session: Session) -> None:
    told = store(session, rows_of())
    later, horizons = datetime(2027, 1, 10, tzinfo=UTC), {KIND.name: Horizon(reading_days=30)}
    list(compute_noted(session, later))
    assert list(delete_old(session, later, horizons)) == []
    expected = in_memory(session, told)
    list(count_noted(session, RULES))
    assert sum(span.rows for span in delete_old(session, later, horizons)) == len(told)
    assert asked(session) == expected


def test_two_who_judge_cells_at_once_come_one_after_the_other(session: Session, database_url: str) -> None:
    store(session, rows_of())
    source = read_coverage(session, COMMUNE, QUARTER, RULES, places=PLACES)
    with closing(connect(database_url, autocommit=True)) as other, ThreadPoolExecutor(1) as pool:
        with session.transaction():
            rows = publish_verdicts(session, source)
            second = pool.submit(publish_verdicts, other, source)
            asked = "SELECT count(*) > 0 FROM pg_locks WHERE pid = %s AND NOT granted"
            other_pid = other.info.backend_pid
            wait_until(lambda: session.execute(asked, [other_pid]).fetchone() == (True,), "the second waits")
        assert second.result(timeout=30) == rows
    assert session.execute("SELECT count(*) FROM coverage_verdict").fetchone() == (rows,)


def test_a_period_holds_its_own_days_and_its_neighbours_none(session: Session) -> None:
    store(session, join(rows_of(), rows_of(40)))
    months = [read_tallies(session, COMMUNE, parse_period(f"2026-{month}"), RULES).days for month in (10, 11, 12)]
    assert [int(days.samples.sum()) for days in months] == [0, 12, 12]


def test_cells_lost_between_two_months_are_named(session: Session) -> None:
    store(session, join(rows_of(), rows_of(40, level=-118)))
    source = read_coverage(session, COMMUNE, parse_period("2026-11"), RULES, places=PLACES)
    assert source.operators == ("452-04",)
    add_hamlet(session, COMMUNE, Hamlet("thon-1", "Thôn Một", HamletType.THON, boundary=json.dumps(PLACES.boundary)))
    earlier, later = (Subject(COMMUNE, parse_period(month)) for month in ("2026-11", "2026-12"))
    assert [cell.cell for cell in cells_lost(session, earlier, later, RULES)] == sorted(
        f"{cell:x}" for cell in CELLS[:2]
    )


def test_the_wall_has_the_last_verdict_on_each_cell_and_never_a_position(session: Session) -> None:
    store(session, join(rows_of(), rows_of(0, cells=(2,), level=-118, terminal=2)))
    source = read_coverage(session, COMMUNE, QUARTER, RULES, places=PLACES)
    assert publish_verdicts(session, source) == publish_verdicts(session, source) == 4 * 2 * 3 * 2
    session.execute("SET ROLE commune_grafana")
    cursor = session.execute(
        "SELECT cell, verdict, samples, share, latitude FROM wall.coverage_cell "
        "WHERE operator = 'any' AND technology = '5g' AND surroundings = 'outdoor' ORDER BY cell"
    )
    report = source.report()
    assert [(row[0], row[1], row[2], row[3]) for row in cursor] == [
        (cell.cell, cell.state.value, cell.samples, cell.share) for cell in sorted(report.cells, key=lambda c: c.cell)
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SELECT * FROM commune.coverage_pick")


def test_a_commune_that_nobody_placed_is_passed_over_when_cells_are_judged(session: Session) -> None:
    store(session, rows_of())
    assert dict(judge_cells(session, ReportRules(), datetime(2026, 11, 20, tzinfo=UTC))) == {}


def test_samples_are_read_as_they_were_written(session: Session) -> None:
    rows = join(rows_of(), [{"minute": 600, "technology": NONE, "ss_rsrp": NAN, "ss_sinr": NAN, "access_ok": -1}])
    told = store(session, rows)
    found = kept.read_samples(session, COMMUNE, DAY, DAY)
    order = np.argsort(found["time_us"])
    for name in set(COLUMNS) - {"terminal"}:
        expected = getattr(told, name)[np.argsort(told.time_us)]
        np.testing.assert_array_equal(found[name][order], expected, err_msg=name)
    assert kept.read_samples(session, "nowhere", DAY, DAY)["time_us"].size == 0


def test_days_and_profiles_survive_the_way_through_the_tables(session: Session) -> None:
    told = store(session, join(rows_of(), rows_of(1, cells=(0, 3))))
    list(count_noted(session, RULES))
    source = read_coverage(session, COMMUNE, QUARTER, RULES, places=PLACES)
    service = source.report(Technology.FIVE_G, profile=SignalProfile.SERVICE)
    assert {cell.state for cell in service.cells} >= {CellState.INSUFFICIENT, CellState.UNMEASURED}
    ground, expected = source.ground, in_memory(session, told)
    assert source.report() == expected
    assert [one.value for one in source.report().service] == [one.value for one in expected.service]
    assert ground.cells.size == 4


def test_each_role_may_do_its_part(session: Session, database_url: str) -> None:
    told = store(session, rows_of())
    with closing(connect(database_url, role="commune_ingest", autocommit=True)) as ingest:
        ingest.execute(
            "INSERT INTO rollup_note (kind, hour, writer, noted_by) "
            "VALUES ('signal_probe', '2026-11-20 17:00Z', 1, pg_current_xact_id())"
        )
    assert date(2026, 11, 21) in {day for day, _, _ in kept.read_notes(session)}
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as admin:
        assert {day.day for day in count_noted(admin, RULES)} == {DAY, date(2026, 11, 21)}
        publish_verdicts(admin, read_coverage(admin, COMMUNE, QUARTER, RULES, places=PLACES))
    with closing(connect(database_url, role="commune_read")) as reader:
        assert read_coverage(reader, COMMUNE, QUARTER, RULES, places=PLACES).report() == in_memory(session, told)


def test_a_statement_whose_rows_differ_in_width_is_refused(session: Session) -> None:
    store(session, rows_of())
    list(count_noted(session, RULES))
    asked_for = {"commune": COMMUNE, "first": DAY, "last": DAY}
    with pytest.raises(StorageError, match="one width"):
        read_columns(session, "coverage_days", asked_for, (("day", "int8"), ("rules", "int8")))
    count: Any = kept.DayCount({}, {}, {})
    with pytest.raises(StorageError, match="no commune"):
        kept.write_day(session, "nowhere", DAY, "x", count)
