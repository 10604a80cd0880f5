"""Figures, groups and the hours in which something is expected of a device."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import TooLarge
from reports.figures import (
    MOST_EVIDENCE,
    MOST_ROWS,
    Evidence,
    Figure,
    Group,
    Place,
    check_size,
    first_pieces,
    grouped,
    number,
)
from reports.grids import floats
from reports.periods import Period
from reports.rules import ReportRules
from reports.sources import Scope, expected_an_hour, in_service, known_share, passed
from storage.fleet import FleetDevice, LineState

START = datetime(2026, 11, 19, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def device(
    code: str,
    kind: str = "environment",
    *,
    commune: str = "gia-loc",
    hamlet: str | None = "thon-1",
    registered: float = -1000,
    lifecycle: str = "active",
    interval: int = 60,
    retired: float | None = None,
) -> FleetDevice:
    """A device that was registered, and perhaps retired, so many hours after the start."""
    told: dict[str, Any] = {field.name: None for field in fields(FleetDevice)}
    told |= {
        "commune": commune, "code": code, "kind": kind, "hamlet": hamlet, "lifecycle": lifecycle,
        "expected_interval_seconds": interval, "registered_at": START + registered * HOUR, "state": LineState.ON,
        "retired_at": None if retired is None else START + retired * HOUR,
    }  # fmt: skip
    return FleetDevice(**told)


FLEET = [
    device("env-002", hamlet="thon-2"),
    device("cam-001", "camera", hamlet=None),
    device("env-001"),
    device("cam-001", "camera", commune="an-lac"),
]


def test_groups_are_in_the_order_of_their_codes_and_know_their_devices() -> None:
    assert [members for _, members in grouped(FLEET, Group.DEVICE)] == [[3], [1], [2], [0]]
    hamlets = grouped(FLEET, Group.HAMLET)
    assert hamlets == [
        (Place("an-lac", "thon-1"), [3]),
        (Place("gia-loc"), [1]),
        (Place("gia-loc", "thon-1"), [2]),
        (Place("gia-loc", "thon-2"), [0]),
    ]
    assert grouped(FLEET, Group.KIND)[1:] == [
        (Place("gia-loc", kind="camera"), [1]),
        (Place("gia-loc", kind="environment"), [0, 2]),
    ]
    assert [(place.commune, members) for place, members in grouped(FLEET, Group.COMMUNE)] == [
        ("an-lac", [3]),
        ("gia-loc", [0, 1, 2]),
    ]


@given(
    fleet=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([None, "x", "y"]), st.sampled_from("kl")), max_size=20
    ),
    group=st.sampled_from(Group),
)
def test_every_device_is_in_exactly_one_group(fleet: list[tuple[str, str | None, str]], group: Group) -> None:
    devices = [
        device(f"d{place}", kind, commune=commune, hamlet=hamlet) for place, (commune, hamlet, kind) in enumerate(fleet)
    ]
    found = grouped(devices, group)
    assert sorted(member for _, members in found for member in members) == list(range(len(devices)))
    assert len({place for place, _ in found}) == len(found)


def test_a_figure_is_at_most_complete_and_nothing_expected_is_not_incomplete() -> None:
    assert Figure(1, "", "m", 3, 4).completeness == 0.75
    assert Figure(1, "", "m", 90, 60).completeness == 1
    assert Figure(None, "", "m", 0, 0).completeness is None


def test_numbers_are_answered_rounded_and_nan_is_none() -> None:
    assert number(1.23456) == 1.235
    assert number(41.0, 0) == 41
    assert isinstance(number(41.0, 0), int)
    assert number(float("nan")) is None


def test_a_report_of_too_many_rows_says_how_many_it_would_have() -> None:
    check_size(MOST_ROWS)
    with pytest.raises(TooLarge) as refused:
        check_size(MOST_ROWS + 1)
    assert str(MOST_ROWS + 1) in refused.value.reason.vi
    assert str(MOST_ROWS) in str(refused.value)


def test_the_first_pieces_of_evidence_are_shown() -> None:
    events = [Evidence(START + hour * HOUR, hour, "env-001") for hour in range(MOST_EVIDENCE + 5, -1, -1)]
    shown = first_pieces(events)
    assert len(shown) == MOST_EVIDENCE
    assert [one.value for one in shown] == list(range(MOST_EVIDENCE))


def test_only_whole_hours_that_have_passed_belong_to_a_report() -> None:
    period = Period(START, START + 24 * HOUR)

    def hours(now: datetime) -> int:
        return passed(Scope("gia-loc", period, ReportRules(), now)).hours

    assert hours(START - HOUR) == 0
    assert hours(START + 2.75 * HOUR) == 2
    assert hours(START + 99 * HOUR) == 24


def test_a_device_is_expected_from_its_registration_or_its_first_reading() -> None:
    devices = [
        device("old"), device("new", registered=2.5), device("backfilled", registered=3),
        device("gone", lifecycle="retired", retired=2.5), device("never", lifecycle="retired", retired=-9),
        device("silent", lifecycle="retired", retired=1), device("once", lifecycle="retired"),
    ]  # fmt: skip
    readings = np.zeros((5, 7))
    readings[1, 6] = 1
    readings[1, 2] = readings[[0, 2], 3] = 1
    expected = in_service(devices, readings, Period(START, START + 5 * HOUR))
    assert expected.astype(int).T.tolist() == [
        [1, 1, 1, 1, 1],
        [0, 0, 1, 1, 1],
        [0, 1, 1, 1, 1],
        [1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
    ]


def test_readings_speak_for_their_share_of_an_hour_and_never_for_more() -> None:
    devices = [device("a", interval=600), device("b", interval=7200)]
    assert expected_an_hour(devices).tolist() == [6, 0.5]
    assert known_share(floats([[3, 0], [60, 1]]), devices).tolist() == [[0.5, 0], [1, 1]]
