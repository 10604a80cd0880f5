"""How a demonstration hears that it is to end."""

from __future__ import annotations

import os
import signal

import pytest

from commune.demo.ending import SIGNALS, Ending
from commune.demo.plan import ENDLESS_HEAD_START_SECONDS, Plan


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_a_wish_to_end(number: signal.Signals) -> None:
    with Ending() as ending:
        assert not ending.asked
        os.kill(os.getpid(), number)
        assert ending.asked


def test_a_long_step_is_ended_at_once() -> None:
    with Ending() as ending, pytest.raises(KeyboardInterrupt), ending.at_once():
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_second_signal_does_not_disturb_the_end() -> None:
    with Ending() as ending:
        with pytest.raises(KeyboardInterrupt), ending.at_once():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert ending.asked


def test_a_long_step_does_not_begin_after_the_wish_to_end() -> None:
    with Ending() as ending:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), ending.at_once():
            pytest.fail("it began")


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Ending():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_fast_show_starts_so_far_back_that_it_ends_at_the_present() -> None:
    assert Plan(seconds=60, speed=60).starts_at(1_000_000.0) == 1_000_000 - 60 * 59
    assert Plan(seconds=60, speed=1).starts_at(1_000_000.0) == 1_000_000
    assert Plan(seconds=60, speed=0.5).starts_at(1_000_000.9) == 1_000_000


def test_an_endless_show_has_a_head_start_so_that_all_kinds_report_soon() -> None:
    assert Plan(speed=60).starts_at(1_000_000.0) == 1_000_000 - ENDLESS_HEAD_START_SECONDS
    assert Plan(speed=1).starts_at(1_000_000.0) == 1_000_000
