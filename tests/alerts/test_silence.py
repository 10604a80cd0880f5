"""Silence: a device that fell silent is one alert, a power cut is one alert, and so is a broker that is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.silence import Heard, Silence, due_at, judge_silence

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
Named = list[tuple[str, str, int]]


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def device(number: int, heard_minutes_ago: float = 0.5, **members: object) -> Heard:
    """A device that reports once a minute; five to a hamlet."""
    base = Heard(number, "gia-loc", f"d-{number:03d}", 60, ago(heard_minutes_ago), hamlet=f"thon-{number // 5}")
    return replace(base, **members)  # type: ignore[arg-type]


def named(found: list[Silence]) -> Named:
    return [(one.kind, one.subject, len(one.members)) for one in found]


def fleet(silent: set[int], count: int = 50, minutes: float = 4) -> list[Heard]:
    return [device(number, minutes if number in silent else 0.5) for number in range(count)]


def test_who_speaks_raises_no_alert() -> None:
    assert judge_silence(fleet(set()), NOW, ()) == []


def test_a_device_is_silent_after_three_of_its_intervals() -> None:
    assert named(judge_silence([device(1, 2.9), device(2, 3)], NOW, ())) == [("device_offline", "gia-loc/d-002", 1)]


@given(st.floats(3, 600))
def test_the_alert_of_a_device_says_the_same_time_whenever_it_is_judged(minutes: float) -> None:
    silent = device(1, 0)
    (found,) = judge_silence([silent], NOW + timedelta(minutes=minutes), ())
    assert found.at == NOW + timedelta(minutes=3) == due_at(silent)


def test_a_will_is_believed_when_the_device_does_not_come_back_in_time() -> None:
    lost = device(1, 2.1, interval_seconds=900, offline_at=ago(2))
    assert judge_silence([lost], NOW, ()) == []
    assert named(judge_silence([lost], NOW + timedelta(minutes=13), ())) == [("device_offline", "gia-loc/d-001", 1)]
    quick = replace(lost, interval_seconds=60, heard_at=ago(2))
    assert named(judge_silence([quick], NOW, ())) == [("device_offline", "gia-loc/d-001", 1)]


def test_a_power_cut_of_a_hamlet_is_one_alert_with_its_members() -> None:
    (cut,) = judge_silence(fleet({5, 6, 7, 9}), NOW, ())
    assert (cut.kind, cut.subject, cut.of) == ("place_silent", "gia-loc/hamlet:thon-1", 5)
    assert [member.code for member in cut.members] == ["d-005", "d-006", "d-007", "d-009"]


def test_slow_devices_of_the_place_are_witnesses_before_they_are_due() -> None:
    slow = [device(number, 1.6) for number in (6, 7)]
    found = judge_silence([device(5, 3.1), *slow, device(8), device(9), *fleet(set(), 5)], NOW, ())
    assert named(found) == [("place_silent", "gia-loc/hamlet:thon-1", 3)]


def test_where_nobody_speaks_it_is_one_alert_before_the_slow_ones_are_late() -> None:
    quick = [device(number, 3.1) for number in range(10)]
    slow = [device(number, 3.1, interval_seconds=900) for number in range(10, 40)]
    (away,) = judge_silence(quick + slow, NOW, ())
    assert (away.kind, away.at, len(away.members)) == ("system_silent", ago(0.1), 40)
    assert {one.kind for one in judge_silence([*quick, *slow, device(40, 0.1, hamlet="x")], NOW, ())} == {
        "place_silent"
    }, "one that speaks shows that it is not the system"


def test_one_that_was_silent_before_says_nothing_of_when_the_power_went() -> None:
    broken = device(5, 5000)
    told = {("device_offline", "gia-loc/d-005")}
    (cut,) = judge_silence([broken, *(device(number, 4) for number in range(6, 10))], NOW, told)
    assert (cut.at, len(cut.members)) == (ago(1), 5)


def test_a_feeder_counts_before_the_hamlet() -> None:
    hung = [device(number, 4, tags=("x", "feeder:471-e8")) for number in (1, 6, 11, 16)]
    others = [device(number) for number in range(50) if number not in (1, 6, 11, 16)]
    assert named(judge_silence(hung + others, NOW, ())) == [("place_silent", "gia-loc/feeder:471-e8", 4)]


def test_two_silent_devices_of_a_hamlet_stay_two() -> None:
    assert [one.kind for one in judge_silence(fleet({5, 6}), NOW, ())] == ["device_offline"] * 2


def test_a_broker_that_is_away_is_one_alert_and_not_five_hundred() -> None:
    (away,) = judge_silence(fleet(set(range(500)), 500), NOW, ())
    assert (away.kind, away.subject, len(away.members)) == ("system_silent", "system", 500)


def test_a_broker_that_restarts_at_once_is_no_silence_at_all() -> None:
    assert judge_silence([device(number, 1.4) for number in range(500)], NOW, ()) == []


def test_when_the_system_is_back_every_device_has_its_full_time_again() -> None:
    away = fleet(set(range(10, 50)), 50, minutes=60)
    assert judge_silence(away, NOW, (), back_at=ago(1)) == []
    speaking = [one if one.heard_at < ago(1) else replace(one, heard_at=NOW + timedelta(minutes=2)) for one in away]
    later = judge_silence(speaking, NOW + timedelta(minutes=2.1), (), back_at=ago(1))
    assert named(later) == [("system_silent", "system", 40)], "nearly all are silent: it was not back"


def test_at_the_moment_when_the_system_is_back_nobody_else_is_accused() -> None:
    half_back = fleet(set(range(20)), 50, minutes=60)
    assert judge_silence(half_back, NOW, {("system_silent", "system")}) == []
    assert len(judge_silence(half_back, NOW, ())) == 4, "one of each hamlet otherwise"


def test_a_place_that_comes_back_does_not_flap() -> None:
    was_open = {("place_silent", "gia-loc/hamlet:thon-1")}
    some = {5, 6, 7, 10, 11}
    wide = [replace(one, hamlet="thon-1") for one in fleet(some, 14)]
    assert named(judge_silence(wide, NOW, ())) == [("device_offline", f"gia-loc/d-{n:03d}", 1) for n in sorted(some)]
    assert named(judge_silence(wide, NOW, was_open)) == [("place_silent", "gia-loc/hamlet:thon-1", 5)]


def test_one_that_may_be_silent_is_left_out() -> None:
    assert judge_silence([device(1, 60, factor=None)], NOW, ()) == []


@given(st.sets(st.integers(0, 49)), st.sets(st.sampled_from([f"gia-loc/hamlet:thon-{n}" for n in range(10)])))
def test_every_silent_device_is_in_exactly_one_alert(silent: set[int], was_open: set[str]) -> None:
    found = judge_silence(fleet(silent), NOW, {("place_silent", subject) for subject in was_open})
    members = [member.device_id for one in found for member in one.members]
    assert sorted(members) == sorted(silent)
