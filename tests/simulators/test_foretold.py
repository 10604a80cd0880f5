"""What the readings and the silences of a run foretell, and that it is what the room of alerts makes of the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.evaluate import Observation, State, evaluate, measured
from alerts.landslide import LandslideRules
from alerts.silence import Heard, judge_silence
from devices.alert_book import BY_NAME
from devices.alert_rules import Limits, Measure, Rule
from devices.rain_risk import Susceptibility
from simulators.foretold import Conditions, Foretold, Track, foretell_readings, measure, spells_of
from simulators.foretold_silence import Voice, foretell_silence

START = datetime(2026, 8, 1, tzinfo=UTC)
BEGIN = int(START.timestamp())
AT = Conditions("x", BEGIN, BEGIN + 6 * 3600, 60)
READING_RULES = [rule for rule in BY_NAME.values() if rule.field and rule.measure.is_judged_at_readings]

readings = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([0, 0, 0, 1, 5, 300]), st.floats(0, 60).map(lambda x: round(x, 1))),
    min_size=1,
    max_size=40,
)
"""Minutes after the one before, minutes until it was received, the value."""


def told_of(rule: Rule, steps: Sequence[tuple[int, int, float]], limits: Limits) -> list[tuple[float, float | None]]:
    """Begin and end of what the room of alerts makes of it."""
    times = np.cumsum([gap for gap, _, _ in steps])
    seen = [
        Observation(START + timedelta(minutes=int(at)), value, START + timedelta(minutes=int(at) + delay))
        for at, (_, delay, value) in zip(times, steps, strict=True)
    ]
    over = LandslideRules(usual=Susceptibility.HIGH).measure_at("x/d", None)
    chosen = over if rule.measure is Measure.LANDSLIDE else None
    found = measured(rule.measure, rule.window_seconds, seen, START - timedelta(days=1), chosen)
    _, turns = evaluate(limits, rule.side, found, State())
    begins = [turn.at.timestamp() for turn in turns if turn.opens]
    ends: list[float | None] = [turn.at.timestamp() for turn in turns if not turn.opens]
    return list(zip(begins, [*ends, *[None] * (len(begins) - len(ends))], strict=True))


@pytest.mark.parametrize("rule", READING_RULES, ids=lambda rule: rule.name)
@settings(max_examples=25, deadline=None)
@given(steps=readings)
def test_the_witness_and_the_judge_make_the_same_of_any_readings(
    rule: Rule, steps: list[tuple[int, int, float]]
) -> None:
    limits = Limits(30.0 if rule.limits.threshold is None else rule.limits.threshold, rule.limits.margin)
    times = BEGIN + 60.0 * np.cumsum([gap for gap, _, _ in steps])
    arrival = times + 60.0 * np.array([delay for _, delay, _ in steps])
    track = Track.of(times.tolist(), arrival.tolist(), [value for _, _, value in steps])
    spells = spells_of("d", rule, limits, track, measure(rule, track, Susceptibility.HIGH))
    assert [(one.begin, one.end) for one in spells] == told_of(rule, steps, limits)


def test_rain_at_two_gauges_is_one_alert_with_both_as_members() -> None:
    wet = Track.of(
        [BEGIN + 600.0 * k for k in range(20)], [BEGIN + 600.0 * k for k in range(20)], [20.0] * 4 + [0.0] * 16
    )
    later = Track.of(list(wet.time + 1200), list(wet.known + 1200), list(wet.value))
    tracks = {("water_level", "a", "rainfall"): wet, ("environment", "b", "rainfall"): later}
    one = next(one for one in foretell_readings(tracks, AT) if one.kind == "rain_1h")
    assert one == Foretold("rain_1h", "x", BEGIN + 600, BEGIN + 6000, ("x/a", "x/b"))


def test_a_gauge_without_a_level_of_its_own_foretells_no_flood() -> None:
    track = Track.of([BEGIN, BEGIN + 60], [BEGIN, BEGIN + 60], [500.0, 500.0])
    tracks = {("water_level", code, "level"): track for code in ("a", "b")}
    conditions = Conditions("x", BEGIN, BEGIN + 60, 60, {("flood_level_1", "a"): 300.0})
    assert [(one.kind, one.subject) for one in foretell_readings(tracks, conditions)] == [("flood_level_1", "x/a")]


voices = st.lists(
    st.tuples(
        st.sampled_from([60, 300, 900]), st.sampled_from(["feeder:1", "hamlet:2", None]), st.sets(st.integers(0, 90))
    ),
    min_size=1,
    max_size=9,
)
"""Interval in seconds, place, and the minutes in which a device is silent."""


@settings(max_examples=60, deadline=None)
@given(voices, st.integers(0, 60), st.integers(5, 40))
def test_the_witness_and_the_judge_agree_on_who_is_silent_when(
    drawn: list[tuple[int, str | None, set[int]]], cut: int, lasts: int
) -> None:
    made = []
    for number, (interval, place, silent) in enumerate(drawn):
        heard = [BEGIN + second + number for second in range(0, 7200, interval)]
        cut_off = range(cut, cut + lasts) if number % 2 else range(0)
        heard = [at for at in heard if (at - BEGIN) // 60 not in silent and (at - BEGIN) // 60 not in cut_off]
        made.append(Voice(f"d{number}", interval, place, heard))
    conditions = Conditions("x", BEGIN, BEGIN + 7200, 60)
    assert sorted(foretell_silence(made, conditions), key=repr) == sorted(lived(made, conditions), key=repr)


def lived(made: Sequence[Voice], conditions: Conditions) -> list[Foretold]:
    """Look after look by the judge, with the book-keeping of maintenance."""
    book: dict[tuple[str, str], Foretold] = {}
    done, back = [], None
    for look in range(conditions.start + 60, conditions.end + 1, 60):
        now = datetime.fromtimestamp(look, UTC)
        known = [device_at(number, voice, look) for number, voice in enumerate(made)]
        devices = [device for device in known if device is not None]
        wanted = {(one.kind, one.subject): one for one in judge_silence(devices, now, book.keys(), back)}
        for key in sorted(book.keys() - wanted.keys()):
            one = book.pop(key)
            at = float(look)
            if key[0] == "device_offline":
                device = next(device for device in devices if device.subject == key[1])
                late = look - device.heard_at.timestamp() >= 3 * device.interval_seconds
                at = at if late else device.heard_at.timestamp()
            if key[0] == "system_silent":
                back = now
            done.append(Foretold(*key, one.opened, max(at, one.opened), one.members))
        for key, silence in wanted.items():
            members = () if key[0] == "device_offline" else tuple(one.subject for one in silence.members)
            opened = book[key].opened if key in book else min(silence.at.timestamp(), look)
            book[key] = Foretold(*key, opened, None, members)
    return [*done, *book.values()]


def device_at(number: int, voice: Voice, look: int) -> Heard | None:
    """What is known of a device at a look; None before it has spoken."""
    before = [at for at in voice.readings if at < look]
    if not before:
        return None
    heard = datetime.fromtimestamp(max(before), UTC)
    place = voice.place or ""
    hamlet = place.removeprefix("hamlet:") if place.startswith("hamlet:") else None
    tags = (place,) if place.startswith("feeder:") else ()
    return Heard(number, "x", voice.device, voice.interval, heard, hamlet=hamlet, tags=tags)


def test_a_will_is_believed_and_a_word_takes_it_back() -> None:
    voice = Voice("d", 60, None, [BEGIN], [(BEGIN + 10, False), (BEGIN + 400, True)])
    (one,) = foretell_silence([voice], Conditions("x", BEGIN, BEGIN + 500, 60))
    assert (one.opened, one.closed) == (BEGIN + 130, BEGIN + 400)


def test_no_device_foretells_nothing() -> None:
    assert list(foretell_silence([], AT)) == []
