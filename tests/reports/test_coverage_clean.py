"""Which samples of coverage count, and that every other is counted with its cause."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.coverage.clean import CAUSES, clean, count_causes, local_day, spaced_out
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import GSM, LTE, NONE, NR_NSA, UNKNOWN
from reports.coverage.words import LEFT_OUT_NAMES, LeftOut
from tests.reports.coverage_samples import RULES, START_US, VINAPHONE, Row, samples

NAN = float("nan")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"latitude": NAN}, LeftOut.NO_POSITION),
        ({"longitude": NAN}, LeftOut.NO_POSITION),
        ({"ss_rsrp": 2147483647.0}, LeftOut.BAD_VALUE),
        ({"ss_rsrp": -157.0}, LeftOut.BAD_VALUE),
        ({"ss_sinr": 41.0}, LeftOut.BAD_VALUE),
        ({"download": -1.0}, LeftOut.BAD_VALUE),
        ({"accuracy": NAN}, LeftOut.NO_ACCURACY),
        ({"accuracy": 50.1}, LeftOut.INACCURATE),
        ({"speed": 27.8}, LeftOut.TOO_FAST),
        ({"surroundings": UNKNOWN}, LeftOut.NO_SURROUNDINGS),
        ({"ss_rsrp": NAN}, LeftOut.NO_SIGNAL_VALUE),
        ({"technology": NR_NSA, "ss_rsrp": NAN}, LeftOut.NO_SIGNAL_VALUE),
        ({"technology": LTE}, LeftOut.NO_SIGNAL_VALUE),
        ({"technology": UNKNOWN}, LeftOut.NO_SIGNAL_VALUE),
    ],
)
def test_a_sample_with_a_fault_is_left_out_for_it(fault: dict[str, float], cause: LeftOut) -> None:
    cleaned = clean(samples([{}, fault, {}]), RULES)
    assert len(cleaned.samples) == 2
    assert {why: n for why, n in count_causes(cleaned.cause).items() if n} == {cause: 1}
    assert cleaned.cause.tolist() == [UNKNOWN, CAUSES.index(cause), UNKNOWN]


@pytest.mark.parametrize(
    "at_the_limit",
    [
        {"accuracy": 50.0},
        {"speed": 27.7},
        {"speed": NAN},
        {"ss_sinr": NAN},
        {"technology": NONE, "ss_rsrp": NAN, "ss_sinr": NAN},
        {"technology": GSM, "ss_rsrp": NAN, "ss_sinr": NAN},
        {"technology": LTE, "rsrp": -100.0, "ss_rsrp": NAN},
    ],
)
def test_what_is_at_the_limit_or_need_not_be_told_counts(at_the_limit: dict[str, float]) -> None:
    assert len(clean(samples([at_the_limit]), RULES).samples) == 1


def test_a_sample_with_two_faults_is_counted_once_for_the_first() -> None:
    cleaned = clean(samples([{"latitude": NAN, "accuracy": 900.0, "speed": 80.0}]), RULES)
    assert count_causes(cleaned.cause)[LeftOut.NO_POSITION] == 1
    assert sum(count_causes(cleaned.cause).values()) == 1


def test_of_two_technologies_at_one_moment_the_better_one_counts_in_any_order() -> None:
    nr: Row = {"minute": 0}
    lte: Row = {"minute": 0, "technology": LTE, "rsrp": -80.0}
    for rows in ([nr, lte], [lte, nr]):
        cleaned = clean(samples(rows), RULES)
        assert cleaned.samples.ss_rsrp.tolist() == [-90.0]
        assert count_causes(cleaned.cause)[LeftOut.DUPLICATE] == 1


def test_samples_of_one_terminal_and_operator_are_thirty_seconds_apart() -> None:
    minutes = [0, 0.25, 0.5, 0.75, 1.0]
    cleaned = clean(samples([{"minute": minute} for minute in minutes]), RULES)
    assert ((cleaned.samples.time_us - START_US) / 60e6).tolist() == [0, 0.5, 1.0]
    assert count_causes(cleaned.cause)[LeftOut.TOO_SOON] == 2


def test_other_terminals_and_operators_are_series_of_their_own() -> None:
    rows: list[Row] = [{"minute": 0}, {"minute": 0.1, "operator": VINAPHONE}, {"minute": 0.2, "terminal": 2}]
    assert len(clean(samples(rows), RULES).samples) == 3


def test_the_spacing_begins_anew_at_midnight_so_that_a_day_can_be_cleaned_alone() -> None:
    midnight = 16 * 60  # minutes after 08:00
    rows = [{"minute": midnight - 0.2}, {"minute": midnight + 0.1}, {"minute": midnight + 0.3}]
    both = clean(samples(rows), RULES).samples
    alone = clean(samples(rows[1:]), RULES).samples
    assert both.time_us[local_day(both.time_us) == local_day(alone.time_us)[0]].tolist() == alone.time_us.tolist()
    assert len(both) == 2


@settings(max_examples=60)
@given(gaps=st.lists(st.integers(0, 70), max_size=40), series=st.lists(st.integers(0, 3), max_size=40))
def test_spacing_is_what_one_would_do_by_hand(gaps: list[int], series: list[int]) -> None:
    size = min(len(gaps), len(series))
    of, time = np.sort(np.array(series[:size], dtype=np.int64)), np.cumsum(np.array(gaps[:size], dtype=np.int64))
    expected: list[bool] = []
    last: dict[int, int] = {}
    for one, moment in zip(of.tolist(), time.tolist(), strict=True):
        kept = one not in last or moment - last[one] >= 30
        expected.append(kept)
        if kept:
            last[one] = moment
    assert spaced_out(of, time, 30).tolist() == expected


@settings(max_examples=30)
@given(order=st.permutations(range(12)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    rows = [{"minute": place * 0.2, "accuracy": 60.0 if place % 5 == 0 else 5.0} for place in range(12)]
    first, second = samples(rows), samples([rows[place] for place in order])
    assert clean(first, RULES).samples.time_us.tolist() == clean(second, RULES).samples.time_us.tolist()
    assert count_causes(clean(first, RULES).cause) == count_causes(clean(second, RULES).cause)


def test_no_samples_are_none() -> None:
    cleaned = clean(samples([]), RULES)
    assert len(cleaned.samples) == 0
    assert sum(count_causes(cleaned.cause).values()) == 0


def test_the_numbers_are_those_of_the_rules() -> None:
    rules = CoverageRules(accuracy_m=3, speed_km_h=3.6, spacing_seconds=0)
    rows: list[Row] = [{"accuracy": 4.0}, {"speed": 1.1}, {"minute": 2}, {"minute": 2.001}]
    assert len(clean(samples([row | {"accuracy": row.get("accuracy", 1.0)} for row in rows]), rules).samples) == 2


def test_each_cause_has_words() -> None:
    assert set(LEFT_OUT_NAMES) == set(LeftOut)
