"""The sample commune in a real database: registered once, its past written, and a live run that goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest

from commune.sample import NotTheSample, Written, backfill, backfilling, register
from devices.registry import Commune
from simulators.calendar import LOCAL
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.history import expected_readings
from simulators.messages import simulators_of
from storage.connect import Session, connect
from storage.places import add_commune, list_hamlets, list_sites
from storage.registry import generation, get_device, list_devices

START = int(datetime(2026, 11, 19, 22, tzinfo=LOCAL).timestamp())
HOUR = 3600


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, autocommit=True)) as connection:
        yield connection


@pytest.fixture(scope="module")
def sample() -> SampleCommune:
    return load("gia-loc")


@pytest.fixture(scope="module")
def nine(sample: SampleCommune) -> list[Simulator]:
    return simulators_of(sample, 1, 9)


def count(session: Session, kind: str) -> int:
    """Rows of a kind. The name comes from the catalogue."""
    row = session.execute(f"SELECT count(*) FROM {kind}").fetchone()
    assert row is not None
    return int(row[0])


def test_registering_puts_hamlets_sites_and_devices_in_the_registry(session: Session, sample: SampleCommune) -> None:
    numbers = register(session, sample)
    assert len(numbers) == len(set(numbers.values())) == 120
    assert len(list_hamlets(session, "gia-loc")) == 10
    assert len(list_sites(session, "gia-loc")) == len(sample.sites)
    for device in sample.devices:
        row = get_device(session, "gia-loc", device.code)
        assert row is not None
        assert row.device == device


def test_registering_again_changes_nothing(session: Session, sample: SampleCommune) -> None:
    numbers = register(session, sample)
    before = generation(session)
    assert register(session, sample) == numbers
    assert generation(session) == before


def test_registering_again_repairs_a_device_that_was_described_otherwise(
    session: Session, sample: SampleCommune
) -> None:
    numbers = register(session, sample)
    session.execute("UPDATE device SET name = 'khác' WHERE code = 'cb-mt-01'")
    assert register(session, sample) == numbers
    row = get_device(session, "gia-loc", "cb-mt-01")
    assert row is not None
    assert row.device.name == sample.device("cb-mt-01").name


def test_a_real_commune_of_that_code_is_left_alone(session: Session, sample: SampleCommune) -> None:
    real = replace(sample.commune, is_sample=False, name="Xã thật")
    add_commune(session, real)
    with pytest.raises(NotTheSample, match="is not a sample"):
        register(session, sample)
    assert list_devices(session, commune="gia-loc") == []
    assert isinstance(real, Commune)


def test_the_past_is_written_as_it_would_have_been_received(
    session: Session, sample: SampleCommune, nine: list[Simulator]
) -> None:
    numbers = register(session, sample)
    seen: list[int] = []
    written = backfill(session, nine, numbers, START, START + 2 * HOUR, lambda done: seen.append(done.readings))
    assert (written.merged, written.duplicate, written.conflicts) == (0, 0, 0)
    assert sum(written.kinds.values()) == written.stored == expected_readings(nine, START, START + 2 * HOUR)
    assert seen[-1] == written.stored
    for kind, stored in written.kinds.items():
        assert count(session, kind) == stored > 0


def test_history_that_overlaps_is_stored_once(session: Session, sample: SampleCommune, nine: list[Simulator]) -> None:
    numbers = register(session, sample)
    first = backfill(session, nine, numbers, START, START + HOUR)
    second = backfill(session, nine, numbers, START, START + 2 * HOUR)
    assert second.duplicate == first.stored
    assert second.stored == pytest.approx(first.stored, rel=0.1)
    assert second.conflicts == 0


def test_history_of_another_seed_contradicts_and_is_counted(
    session: Session, sample: SampleCommune, nine: list[Simulator]
) -> None:
    numbers = register(session, sample)
    backfill(session, nine, numbers, START, START + HOUR)
    before = count(session, "environment")
    again = [replace_seed(simulator, sample) for simulator in nine if simulator.kind_name == "environment"]
    shifted = backfill(session, again, numbers, START, START + HOUR)
    assert shifted.readings == shifted.stored + shifted.conflicts
    assert count(session, "environment") == before + shifted.stored


def replace_seed(simulator: Simulator, sample: SampleCommune) -> Simulator:
    """The same device in the world of another seed, reporting at the same seconds."""
    other = next(s for s in simulators_of(sample, 2) if s.device == simulator.device)
    other.phase = simulator.phase
    return other


def test_counters_in_the_database_never_fall(session: Session, sample: SampleCommune, nine: list[Simulator]) -> None:
    numbers = register(session, sample)
    for first in (START, START + HOUR):
        backfill(session, nine, numbers, first, first + HOUR)
    for kind, column, station in (
        ("lighting", "energy_total", "device_id"),
        ("lighting", "burning_time", "device_id"),
        ("wifi", "tx_bytes_total", "device_id, radio"),
        ("camera", "frames_lost", "device_id"),
        ("irrigation", "water_total", "device_id, zone"),
    ):
        falls = session.execute(
            f"SELECT count(*) FROM (SELECT {column} - lag({column}) OVER (PARTITION BY {station} ORDER BY time) AS step"
            f" FROM {kind}) AS steps WHERE step < 0"
        ).fetchone()
        assert falls == (0,), (kind, column)


def test_written_counts_where_everything_went() -> None:
    assert Written(stored=3, merged=1, duplicate=2, conflicts=4).readings == 10


def test_several_processes_write_the_same_history_as_one(
    session: Session, database_url: str, sample: SampleCommune, nine: list[Simulator]
) -> None:
    numbers = register(session, sample)
    span = START, START + HOUR
    told: list[int] = []
    with backfilling(database_url, "gia-loc", 1, 2) as workers:
        written = workers.write(nine, span, lambda done: told.append(done.readings))
    assert told[-1] == written.stored > 0
    again = backfill(session, nine, numbers, *span)
    assert (again.stored, again.duplicate, again.conflicts) == (0, written.stored, 0)
    assert dict.fromkeys(written.kinds, 0) == again.kinds


def test_a_process_that_fails_fails_the_backfill(database_url: str, nine: list[Simulator]) -> None:
    with (
        backfilling(database_url, "gia-loc", 1, 1) as workers,
        pytest.raises(KeyError, match=nine[0].device.code),  # nothing has been registered
    ):
        workers.write(nine[:1], (START, START + HOUR))
