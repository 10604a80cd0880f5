"""The numbers of batches rise whatever the clock does."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from ingest.numbers import BatchNumbers


def test_numbers_rise_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = BatchNumbers()
    given = []
    for now in (1_000, 2_000, 500, 500, 3_000):
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        given.append(numbers.next())
    assert given == [1_000, 2_000, 2_001, 2_002, 3_000]


def test_numbers_rise_above_those_of_a_run_whose_clock_was_ahead() -> None:
    ahead = time.time_ns() + 10**18
    numbers = BatchNumbers()
    numbers.rise_above(ahead)
    assert all(first < second for first, second in pairwise([ahead, numbers.next(), numbers.next()]))


def test_a_session_begins_between_the_batches_before_it_and_those_after() -> None:
    numbers = BatchNumbers()
    before = numbers.next()
    numbers.begin_session()
    assert before < numbers.session_began < numbers.next()
