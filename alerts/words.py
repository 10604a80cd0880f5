"""What an alert says, in both languages."""

from __future__ import annotations

from alerts.rules import HOUR, PLACE_SILENT, Limits, Measure, Rule
from alerts.silence import Silence
from devices.model import Kind, Text
from storage.alerting import JudgedDevice

MOST_NAMED = 20
"""So many members are named in the words; all of them stand in the alert."""


def of_reading(rule: Rule, limits: Limits, device: JudgedDevice, kind: Kind, value: float) -> Text:
    """What is measured, and what calls for a person."""
    field = kind.by_name[rule.field]
    unit = field.unit.symbol if field.unit else ""
    assert limits.threshold is not None, "a rule that sleeps says nothing"
    shown, limit = value, limits.threshold
    if rule.measure is Measure.STUCK:
        shown, limit, unit = value / HOUR, limits.threshold / HOUR, "h"
    who = f"{device.name} ({device.subject})" if device.name else device.subject
    span = rule.window_seconds // HOUR
    vi, en = _MEASURES[rule.measure]
    return Text(
        f"{rule.title.vi}: {who}, {field.title.vi.lower()}{vi.format(span)} {shown:.1f} {unit}, "
        f"ngưỡng {limit:g} {unit}. {rule.advice.vi}",
        f"{rule.title.en}: {who}, {field.title.en.lower()}{en.format(span)} {shown:.1f} {unit}, "
        f"threshold {limit:g} {unit}. {rule.advice.en}",
    )


_MEASURES = {
    Measure.VALUE: ("", ""),
    Measure.MEAN: (" trung bình {} giờ", ", mean over {} h"),
    Measure.SUM: (" {} giờ", " over {} h"),
    Measure.RISE: (" tăng trong {} giờ", ", rise within {} h"),
    Measure.STUCK: (" không đổi trong", ", unchanged for"),
}


def of_silence(rule: Rule, silence: Silence) -> Text:
    """Who is silent, and since when."""
    named = ", ".join(member.code for member in silence.members[:MOST_NAMED])
    more = len(silence.members) - MOST_NAMED
    named += f" … +{more}" if more > 0 else ""
    if len(silence.members) == 1 and silence.of == 1:
        heard = silence.members[0].heard_at
        return Text(
            f"{rule.title.vi}: {silence.subject}, nhận lần cuối {heard:%Y-%m-%d %H:%M} UTC. {rule.advice.vi}",
            f"{rule.title.en}: {silence.subject}, last received {heard:%Y-%m-%d %H:%M} UTC. {rule.advice.en}",
        )
    where = f" {silence.subject}:" if rule is PLACE_SILENT else ""
    return Text(
        f"{rule.title.vi}:{where} {len(silence.members)}/{silence.of} thiết bị ({named}). {rule.advice.vi}",
        f"{rule.title.en}:{where} {len(silence.members)} of {silence.of} devices ({named}). {rule.advice.en}",
    )
