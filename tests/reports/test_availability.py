"""Availability of cameras, loudspeakers, Wi-Fi points and boards."""

from __future__ import annotations

import numpy as np
import pytest

from devices.catalogue import KINDS
from devices.model import Behaviour
from reports.availability import DEFINITIONS, AtMost, Condition, available_hours, good_share
from reports.grids import Floats, floats

NAN = float("nan")


def column(*values: float) -> Floats:
    return floats(values)[:, None]


def test_an_hour_is_as_available_as_its_worst_condition() -> None:
    found = available_hours(np.ones((3, 1)), np.ones((3, 1)), [column(1, 0.9, 0.2), column(1, 0.5, 0.8)])
    assert (found.hours[0], found.known[0]) == (3, 3)
    assert found.available[0] == pytest.approx(1 + 0.5 + 0.2)


def test_a_silent_hour_is_not_available_and_not_known() -> None:
    found = available_hours(np.ones((3, 1)), column(1, 0.5, 0), [column(1, 1, NAN)])
    assert (found.hours[0], found.known[0], found.available[0]) == (3, 1.5, 1.5)


def test_only_the_hours_in_which_it_has_to_work_count() -> None:
    found = available_hours(column(0, 0.5, 1), np.ones((3, 1)), [column(0, 1, 0.5)])
    assert (found.hours[0], found.known[0], found.available[0]) == (1.5, 1.5, 1)


def test_a_device_is_not_held_to_what_it_never_tells() -> None:
    found = available_hours(
        np.ones((2, 2)), np.ones((2, 2)), [floats([[1.0, 1.0], [1.0, 0.5]]), floats([[NAN, 0.0], [NAN, 1.0]])]
    )
    assert found.available.tolist() == [2, 0.5]


def test_a_state_that_must_be_false_counts_the_rest_of_the_time() -> None:
    assert good_share(Condition("tamper", good=False), column(0, 0.25, NAN))[:2, 0].tolist() == [1, 0.75]
    assert good_share(Condition("recording", good=True), column(0.25))[0, 0] == 0.25


def test_a_gauge_is_held_to_its_limit() -> None:
    found = good_share(AtMost("backhaul_loss", 20), column(0, 20, 20.1, NAN))
    assert found[:, 0].tolist() == pytest.approx([1, 1, 0, NAN], nan_ok=True)


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_a_definition_names_fields_that_the_kind_has(kind: str) -> None:
    for condition in DEFINITIONS[kind].conditions:
        behaviour = KINDS[kind].by_name[condition.field].behaviour
        assert behaviour is (Behaviour.STATE if isinstance(condition, Condition) else Behaviour.GAUGE)
    assert DEFINITIONS[kind].words.vi
