"""Faults of the ingest process: killed at the worst moments, killed at random, started twice."""

from __future__ import annotations

import random
import signal

from tests.journeys.chamber import Chamber, Trial
from tests.journeys.nursery import Infant, Nursery
from tests.journeys.proxy import Proxy, Way
from tests.waiting import wait_until

KILLED = -signal.SIGKILL
COPY = (Way.UP, b"COPY ")
COMMIT = (Way.UP, b"COMMIT\0")
COMMITTED = (Way.DOWN, b"COMMIT\0")
TIMES = 3
KILLS = 50


def test_without_a_fault_every_message_ends_in_one_place(chamber: Chamber) -> None:
    with chamber.trial(seed=1) as trial:
        child = trial.ingest().connected()
        trial.say_all(2000)
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_stopped_in_order_under_load_it_leaves_nothing_to_come_again(chamber: Chamber) -> None:
    with chamber.trial(seed=9) as trial:
        trial.say(2000)
        for _ in range(TIMES):
            trial.ingest().connected().stop()
        result = trial.reckon(trial.ingest())
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_killed_between_copy_and_commit(chamber: Chamber) -> None:
    with chamber.trial(seed=2) as trial:
        for _ in range(TIMES):
            child = trial.ingest()
            trap = trial.database_proxy.when(COPY, COMMIT, act=child.kill, cut=True)
            trial.say_all(500)
            trial.wait_for(child, trap.sprung.is_set, "it is killed")
            assert child.exit_status == KILLED
        result = trial.reckon(trial.ingest())
    assert result.extra == 0


def test_killed_between_commit_and_acknowledgement(chamber: Chamber) -> None:
    with chamber.trial(seed=3) as trial:
        for _ in range(TIMES):
            child = trial.ingest()
            trap = trial.database_proxy.when(COPY, COMMITTED, act=child.kill, cut=True)
            trial.say_all(500)
            trial.wait_for(child, trap.sprung.is_set, "it is killed")
            assert child.exit_status == KILLED
        result = trial.reckon(trial.ingest())
    assert result.extra == 0
    assert result.sums.redelivered >= TIMES, "what was committed came again each time, and was recognised"


def test_killed_at_random_fifty_times(chamber: Chamber) -> None:
    chance = random.Random(57)  # noqa: S311 - no secret
    with Nursery() as nursery, chamber.trial(seed=4) as trial:
        for _ in range(KILLS):
            infant = nursery.ingest(trial.environment(), trial.log)
            trial.say_all(60)
            kill_at_random_byte(trial, infant, chance)
        result = trial.reckon(trial.ingest())
    assert result.extra == 0
    assert result.sums.redelivered > 0


def kill_at_random_byte(trial: Trial, infant: Infant, chance: random.Random) -> None:
    """Kill it after so many bytes of one of its four streams, or when it has nothing left to do."""
    streams: list[tuple[Proxy, Way, int]] = [
        (trial.database_proxy, Way.UP, 30_000),
        (trial.database_proxy, Way.DOWN, 10_000),
        (trial.broker_proxy, Way.UP, 600),
        (trial.broker_proxy, Way.DOWN, 15_000),
    ]
    proxy, way, most = chance.choice(streams)
    countdown = proxy.cut_after(chance.randrange(most), way, act=infant.kill)
    said = len(trial.said)
    wait_until(lambda: countdown.sprung.is_set() or trial.received() >= said, "it is killed or has done everything")
    infant.kill()
    countdown.sprung.set()


def test_a_second_process_under_one_client_id_refuses_and_takes_nothing(chamber: Chamber) -> None:
    with chamber.trial(seed=5) as trial:
        first = trial.ingest().connected()
        second = trial.ingest()
        trial.say_all(1000)
        assert second.wait() == 1
        assert f"another process ingests under the client id '{trial.client_id}'" in second.log
        assert first.metric("reconnects") == 0
        trial.say_all(200)
        result = trial.reckon(first)
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_a_second_process_takes_over_when_the_first_is_killed(chamber: Chamber) -> None:
    with chamber.trial(seed=6) as trial:
        first = trial.ingest().connected()
        second = trial.ingest()
        trap = trial.database_proxy.when(COPY, COMMIT, act=first.kill, cut=True)
        trial.say_all(1000)
        trial.wait_for(first, trap.sprung.is_set, "the first is killed")
        result = trial.reckon(second)
    assert result.extra == 0


def test_one_of_two_members_of_a_share_is_killed_and_started_again(chamber: Chamber) -> None:
    with chamber.trial(seed=7, ingest_share="share", repeats=False) as trial:
        names = [f"{trial.client_id}-{number}" for number in (1, 2)]
        first, second = (trial.ingest(INGEST_CLIENT_ID=name).connected() for name in names)
        trap = trial.database_proxy.when(COPY, COMMITTED, act=first.kill, cut=True)
        trial.say_all(1000)
        trial.wait_for(second, lambda: trap.sprung.is_set() and first.exit_status == KILLED, "the first is killed")
        trial.say_all(500)
        again = trial.ingest(INGEST_CLIENT_ID=names[0]).connected()
        trial.wait_for(again, lambda: trial.received() >= len(trial.said), "both have settled their part")
        second.stop()
        result = trial.reckon(again)
    assert result.extra == 0


SLOW_COMMIT = """
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Of the two connections of a process, the second waits at its commit until the test lets it go.
    IF EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND pid = pg_backend_pid()) THEN
        PERFORM pg_advisory_xact_lock(424242);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON delivery DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""


def test_killed_while_the_server_is_still_committing(chamber: Chamber) -> None:
    with chamber.trial(seed=8, ingest_writers="2") as trial:
        trial.execute(SLOW_COMMIT)
        trial.execute("SELECT pg_advisory_lock(424242)")
        child = trial.ingest().connected()
        while not is_committing(trial):  # few at a time, so that the first connection is idle when the second waits
            trial.say_all(10)
            trial.wait_for(
                child, lambda: is_committing(trial) or trial.received() == len(trial.said), "the second takes a batch"
            )
        first = {pid for pid, _, _ in first_connections(trial)}
        child.kill()
        after = trial.ingest()
        asked: set[object] = set()

        def has_asked() -> bool:
            now = [(asked_at, is_held_up) for pid, asked_at, is_held_up in first_connections(trial) if pid not in first]
            asked.update(asked_at for asked_at, _ in now)
            return len(asked) >= 5 or any(is_held_up for _, is_held_up in now)

        trial.wait_for(after, has_asked, "the next process has asked what was settled before")
        trial.execute("SELECT pg_advisory_unlock(424242)")
        result = trial.reckon(after)
    assert result.extra == 0
    assert result.sums.redelivered > 0, "the batch that was being committed came again, and was recognised"


def is_committing(trial: Trial) -> bool:
    """Whether a connection waits at its commit."""
    return bool(trial.rows("SELECT 1 FROM pg_locks WHERE objid = 424242 AND NOT granted"))


def first_connections(trial: Trial) -> list[tuple[object, ...]]:
    """The first connection of each ingest process: its pid, when it last asked, whether it waits for a lock."""
    return trial.rows(
        "SELECT pid, query_start, wait_event_type = 'Lock' FROM pg_stat_activity JOIN pg_locks USING (pid) "
        "WHERE locktype = 'advisory' AND objsubid = 2 AND objid = 0"
    )
