"""Sums of a day's readings: the same however the time is cut, and another when anything of a reading is another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.frames import Arrays
from simulators.messages import simulators_of
from simulators.tallies import MODULUS, Tallies, add, day_span, number_of, tally
from tests.simulators.moments import HOUR, at

START = at("2026-11-19 20:00")
END = START + 6 * HOUR
"""Over a midnight."""
KINDS_TO_TRY = ("environment", "irrigation", "wifi", "signal_probe", "notice_board")


@pytest.fixture(scope="module")
def by_kind(sample: SampleCommune) -> dict[str, Simulator]:
    return {simulator.kind_name: simulator for simulator in simulators_of(sample, 1)}


def tallied(simulator: Simulator, *parts: Arrays) -> Tallies:
    tallies: Tallies = {}
    for arrays in parts:
        for day, size, sums in tally(simulator.kind, arrays):
            add(tallies, {(simulator.device.code, simulator.kind_name, day): (size, sums)})
    return tallies


@pytest.mark.parametrize("kind", KINDS_TO_TRY)
def test_the_sums_are_the_same_however_the_time_is_cut(kind: str, by_kind: dict[str, Simulator]) -> None:
    simulator = by_kind[kind]
    whole = tallied(simulator, *simulator.frame(START, END).arrays())
    cuts = [START, START + 1234, START + 3 * HOUR, START + 4 * HOUR + 1, END]
    pieces = [simulator.frame(*span).arrays() for span in pairwise(cuts)]
    assert tallied(simulator, *(arrays for piece in reversed(pieces) for arrays in piece)) == whole
    assert len(whole) == 2
    assert sum(size for size, _ in whole.values()) == simulator.frame(START, END).readings
    for (_, _, day), _ in whole.items():
        first, last = day_span(day)
        assert first < END
        assert last > START


def change(column: Any, place: int, other: Any) -> Any:
    """A column with one value changed."""
    changed = column.copy()
    changed[place] = other
    return changed


def test_any_change_of_one_value_changes_the_sums_of_its_field_alone(by_kind: dict[str, Simulator]) -> None:
    simulator = by_kind["signal_probe"]
    (arrays, *_) = simulator.frame(START, START + HOUR).arrays()
    before = next(iter(tallied(simulator, arrays).values()))[1]
    for field, column in zip(simulator.kind.values, arrays.values, strict=True):
        if isinstance(column, np.ndarray) and column.dtype == np.float64:
            others: list[Any] = [np.nan, 1.0, 0.1 + 0.2]
        elif isinstance(column, np.ndarray):
            others = [not column[5]]
        elif isinstance(column, list):
            others = ["other", None]
        else:
            continue
        for other in others:
            place = [f.name for f in simulator.kind.values].index(field.name)
            values = (*arrays.values[:place], change(column, 5, other), *arrays.values[place + 1 :])
            after = next(iter(tallied(simulator, arrays._replace(values=values)).values()))[1]
            same = column[5] == other or (column[5] != column[5] and other != other)  # noqa: PLR0124
            differing = {name for name in {*before, *after} if before.get(name) != after.get(name)}
            assert differing == (set() if same else {field.name}), (field.name, other)


def test_two_readings_that_change_their_values_or_keys_are_not_the_same(by_kind: dict[str, Simulator]) -> None:
    simulator = by_kind["signal_probe"]
    parts = list(simulator.frame(START, START + HOUR).arrays())
    whole = tallied(simulator, *parts)
    swapped = [parts[0]._replace(keys=parts[1].keys), parts[1]._replace(keys=parts[0].keys), *parts[2:]]
    assert tallied(simulator, *swapped) != whole
    backwards = parts[0]._replace(values=tuple(v[::-1] if isinstance(v, np.ndarray) else v for v in parts[0].values))
    assert tallied(simulator, backwards, *parts[1:]) != whole


def test_nothing_has_no_sums(by_kind: dict[str, Simulator]) -> None:
    (arrays,) = by_kind["environment"].frame(START, START + HOUR).arrays()
    empty = arrays._replace(times=arrays.times[:0])
    assert list(tally(by_kind["environment"].kind, empty)) == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(-(2**40), 2**40)), max_size=20))
def test_adding_is_the_same_in_any_order(parts: list[tuple[str, int, int]]) -> None:
    forwards: Tallies = {}
    backwards: Tallies = {}
    for tallies, order in ((forwards, parts), (backwards, parts[::-1])):
        for name, day, value in order:
            add(tallies, {("d", "wifi", day): (1, {name: (1, value % MODULUS, 7 * value, 0)})})
    assert forwards == backwards
    assert sum(size for size, _ in forwards.values()) == len(parts)


def test_a_text_is_a_number_that_the_database_can_work_out_too() -> None:
    assert number_of("LTE") == 0xCC981ECC & 0x7FFFFFFF  # psql: select substr(md5('LTE'), 1, 8)
    assert number_of("LTE") != number_of("NR_SA")
