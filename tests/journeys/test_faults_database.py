"""Faults of the database: gone, killed, full, closed, slow. What is in hand waits, and the broker keeps the rest."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from commune.stack.postgres import PostgresServer
from ingest.incident import CAUSES_TOLD
from storage.connect import connect
from storage.errors import DatabaseUnavailable
from tests.journeys.chamber import PASSWORD, ROLE, WINDOW_MESSAGES, Chamber, Trial
from tests.journeys.child import Child
from tests.journeys.disks import DISKS, SmallDisk, SmallFiles, disk_that_fills
from tests.journeys.proxy import HOST, Way

INCIDENT = "the database does not take what is in hand"
RECOVERED = "the database takes what is in hand again"


def told_once(child: Child) -> bool:
    """Whether ingest told of an incident and of its end: a line for each cause, not one a try."""
    told = [line.partition(INCIDENT)[2] for line in child.log.splitlines() if INCIDENT in line]
    return len(told) == len(set(told)) <= CAUSES_TOLD and child.log.count(RECOVERED) == 1


def wait_until_full(trial: Trial, child: Child) -> None:
    """Wait until ingest has as much in hand as it may; it must not take more."""
    trial.wait_for(child, lambda: child.metric("in_hand") >= WINDOW_MESSAGES, "the window is full")
    assert child.metric("in_hand") == WINDOW_MESSAGES


def test_the_database_is_stopped_and_the_window_fills_and_no_further(chamber: Chamber) -> None:
    with chamber.trial(seed=11) as trial:
        child = trial.ingest().connected()
        trial.say_all(300)
        trial.wait_received(300)
        chamber.database.halt()
        trial.say_all(2000)
        trial.wait_until_told(child, INCIDENT)
        wait_until_full(trial, child)
        chamber.database.resume()
        trial.reconnect()
        result = trial.reckon(child)
        assert told_once(child)
    assert result.extra == 0


def test_the_database_is_away_when_ingest_starts(chamber: Chamber) -> None:
    with chamber.trial(seed=12) as trial:
        chamber.database.halt()
        child = trial.ingest()
        trial.say_all(500)
        trial.wait_until_told(child, INCIDENT)
        chamber.database.resume()
        trial.reconnect()
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_the_database_is_killed_in_the_middle_of_a_batch(chamber: Chamber) -> None:
    with chamber.trial(seed=13) as trial:
        child = trial.ingest().connected()
        steps = ((Way.UP, b"COPY "), (Way.UP, b"INSERT INTO delivery"))
        trap = trial.database_proxy.when(*steps, act=chamber.database.kill, cut=True)
        trial.say_all(600)
        trial.wait_for(child, trap.sprung.is_set, "the database is killed")
        chamber.database.resume()
        trial.reconnect()
        result = trial.reckon(child)
    assert result.extra == 0


def test_the_database_is_restarted_again_and_again_under_load(chamber: Chamber) -> None:
    with chamber.trial(seed=14) as trial:
        child = trial.ingest().connected()
        for _ in range(2):
            trial.say(500)
            chamber.database.restart()
            trial.speaker.finish()
        trial.reconnect()
        result = trial.reckon(child)
    assert result.extra == 0


def test_the_database_has_no_connection_left(chamber: Chamber) -> None:
    with chamber.trial(seed=15) as trial, ExitStack() as others:
        child = trial.ingest().connected()
        trial.say_all(200)
        trial.wait_received(200)
        trial.database_proxy.refuse()
        fill_connections(chamber.database, trial.name, others)
        trial.database_proxy.accept()
        trial.say_all(800)
        trial.wait_until_told(child, INCIDENT, "connection slots")
        assert trial.received() == 200
        others.close()
        result = trial.reckon(child)
        assert told_once(child)
    assert result.extra == 0


def fill_connections(server: PostgresServer, database: str, stack: ExitStack) -> None:
    """Take every connection that is not reserved for a superuser."""
    url = f"postgresql://{ROLE}:{PASSWORD}@{HOST}:{server.port}/{database}"
    with pytest.raises(DatabaseUnavailable, match="connection slots"):
        while True:
            stack.enter_context(closing(connect(url)))


@pytest.mark.parametrize("disk", DISKS)
def test_the_database_has_no_room_left_on_its_disk(chamber: Chamber, disk: type[SmallDisk] | type[SmallFiles]) -> None:
    with (
        disk_that_fills(disk, chamber.database) as small,
        chamber.trial(seed=16, tablespace=small.tablespace) as trial,
    ):
        child = trial.ingest().connected()
        trial.say_all(200)
        trial.wait_received(200)
        small.fill(trial.name)
        trial.say_all(1500)
        trial.wait_until_told(child, INCIDENT, "could not extend file")
        wait_until_full(trial, child)
        small.free()
        result = trial.reckon(child)
        assert told_once(child)
    assert result.extra == 0


def test_the_database_becomes_read_only(chamber: Chamber) -> None:
    with chamber.trial(seed=17) as trial:
        child = trial.ingest().connected()
        trial.say_all(200)
        trial.wait_received(200)
        trial.execute(f"ALTER DATABASE {trial.name} SET default_transaction_read_only = on")
        trial.database_proxy.cut()
        trial.say_all(800)
        trial.wait_until_told(child, INCIDENT, "read-only transaction")
        assert trial.received() == 200
        trial.execute(f"ALTER DATABASE {trial.name} RESET default_transaction_read_only")
        result = trial.reckon(child)
        assert told_once(child)
    assert result.extra == 0


def test_the_database_is_slow(chamber: Chamber) -> None:
    with chamber.trial(seed=18, ingest_batch_messages="200") as trial:
        child = trial.ingest().connected()
        trial.database_proxy.delay_seconds = 0.01
        trial.say_all(600)
        wait_until_full(trial, child)
        result = trial.reckon(child)
        assert INCIDENT not in child.log, "slow is no error"
    assert (result.extra, result.sums.redelivered) == (0, 0)
