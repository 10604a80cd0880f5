"""How far ingest is behind: the oldest of what waits in the window and of what the writers have in hand."""

from __future__ import annotations

import time

import pytest

from broker.session import Delivery
from ingest.lag import Lag
from ingest.window import Limits, Window


def delivery(seconds_ago: float, packet_id: int = 1) -> Delivery:
    return Delivery("xa/t", b"p", packet_id, 1, False, time.time() - seconds_ago)


@pytest.fixture
def window() -> Window:
    return Window(Limits(batch_age_seconds=0.0))


def test_with_nothing_in_hand_nothing_is_late(window: Window) -> None:
    assert Lag(window).seconds() == 0


def test_what_waits_in_the_window_ages(window: Window) -> None:
    lag = Lag(window)
    window.put(delivery(0))
    first = lag.seconds()
    assert 0 <= first <= lag.seconds() < 10


def test_a_batch_in_a_writers_hand_counts_from_its_receipt_until_it_is_done(window: Window) -> None:
    lag = Lag(window)
    lag.taken("writer", [delivery(60), delivery(1)])
    assert 60 <= lag.seconds() < 90
    lag.done("writer")
    lag.done("writer")
    assert lag.seconds() == 0


def test_the_oldest_of_several_writers_counts_and_each_may_leave_its_own_out(window: Window) -> None:
    lag = Lag(window)
    lag.taken("one", [delivery(60)])
    lag.taken("other", [delivery(30)])
    lag.taken("idle", [])
    assert 60 <= lag.seconds() < 90
    assert 30 <= lag.seconds(without="one") < 60
    assert 60 <= lag.seconds(without="other") < 90


def test_a_clock_that_was_set_back_makes_no_negative_age(window: Window) -> None:
    lag = Lag(window)
    lag.taken("writer", [delivery(-3600)])
    assert 0 <= lag.seconds() < 10
