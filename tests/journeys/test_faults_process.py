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
