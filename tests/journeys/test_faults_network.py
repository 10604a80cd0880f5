"""Faults of the network: either connection of ingest and the publisher's cut in mid-packet, held, cut at the commit."""

from __future__ import annotations

import random

import pytest

from tests.journeys.chamber import WINDOW_MESSAGES, Chamber, Trial
from tests.journeys.child import Child
from tests.journeys.proxy import Proxy, Way

COPY = (Way.UP, b"COPY ")
COMMIT = (Way.UP, b"COMMIT\0")
COMMITTED = (Way.DOWN, b"COMMIT\0")
TIMES = 3
CUTS = 12


def cut_again_and_again(trial: Trial, child: Child, proxy: Proxy, most: dict[Way, int], chance: random.Random) -> int:
    """Cut a connection after so many bytes in either direction, while messages flow; returns how often it was cut."""
    cuts = 0
    for _ in range(CUTS):
        way = chance.choice(list(Way))
        cut = proxy.cut_after(chance.randrange(most[way]), way)
        trial.say(100)
        trial.wait_for(
            child,
            lambda cut=cut: cut.sprung.is_set() or trial.received() >= trial.speaker.given,  # type: ignore[misc]
            "it is cut, or everything has passed",
        )
        cuts += cut.sprung.is_set()
        cut.sprung.set()
    trial.speaker.finish()
    return cuts


def test_the_way_to_the_database_is_cut_in_mid_packet(chamber: Chamber) -> None:
    with chamber.trial(seed=21) as trial:
        child = trial.ingest().connected()
        most = {Way.UP: 40_000, Way.DOWN: 2_000}
        cuts = cut_again_and_again(trial, child, trial.database_proxy, most, random.Random(21))  # noqa: S311
        result = trial.reckon(child)
    assert cuts > CUTS / 2
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_the_way_to_the_broker_is_cut_in_mid_packet(chamber: Chamber) -> None:
    with chamber.trial(seed=22) as trial:
        child = trial.ingest().connected()
        most = {Way.UP: 400, Way.DOWN: 15_000}
        cuts = cut_again_and_again(trial, child, trial.broker_proxy, most, random.Random(22))  # noqa: S311
        result = trial.reckon(child)
    assert cuts > CUTS / 2
    assert result.extra == 0
    assert result.sums.redelivered > 0


def test_the_way_of_the_publisher_is_cut_in_mid_packet(chamber: Chamber) -> None:
    with chamber.trial(seed=23) as trial:
        child = trial.ingest().connected()
        most = {Way.UP: 15_000, Way.DOWN: 400}
        cuts = cut_again_and_again(trial, child, trial.speaker_proxy, most, random.Random(23))  # noqa: S311
        result = trial.reckon(child)
        sent_again = trial.speaker.publisher.sent_again.total()
    assert cuts > CUTS / 2
    assert 0 <= result.extra <= sent_again, "QoS 1 lets what was sent again arrive twice, and nothing else"


@pytest.mark.parametrize(("steps", "what"), [((COPY, COMMIT), "the commit"), ((COPY, COMMITTED), "its answer")])
def test_the_way_to_the_database_is_cut_at(chamber: Chamber, steps: tuple[tuple[Way, bytes], ...], what: str) -> None:
    with chamber.trial(seed=24) as trial:
        child = trial.ingest().connected()
        for _ in range(TIMES):
            cut = trial.database_proxy.when(*steps, cut=True)
            trial.say_all(300)
            trial.wait_for(child, cut.sprung.is_set, f"the connection is cut at {what}")
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0), "the batch was written once, by the same process"


def test_the_way_to_the_broker_is_cut_while_messages_are_in_hand(chamber: Chamber) -> None:
    held = WINDOW_MESSAGES - 50
    with chamber.trial(seed=25) as trial:
        child = trial.ingest().connected()
        trial.database_proxy.hold()
        trial.say_all(held)
        trial.wait_for(child, lambda: child.metric("in_hand") == held, "all of it is in hand")
        trial.broker_proxy.cut()
        trial.wait_for(child, lambda: child.metric("received") == 2 * held, "all of it has come again")
        assert child.metric("in_hand") == held
        trial.database_proxy.flow()
        trial.wait_received(held)
        trial.database_proxy.hold()
        trial.say_all(1000)
        trial.wait_for(child, lambda: child.metric("in_hand") >= WINDOW_MESSAGES, "the window is full")
        trial.broker_proxy.cut()
        trial.database_proxy.flow()
        result = trial.reckon(child)
    assert result.extra == 0
    assert result.sums.redelivered >= held, "all that was in hand came again, and was recognised"


def test_both_ways_of_ingest_fall_silent_and_speak_again(chamber: Chamber) -> None:
    with chamber.trial(seed=26) as trial:
        child = trial.ingest().connected()
        trial.say_all(300)
        for proxy in (trial.database_proxy, trial.broker_proxy):
            proxy.hold()
            trial.say_all(500)
            proxy.flow()
            trial.wait_received(len(trial.said))
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)
