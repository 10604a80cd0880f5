"""What an alert says, in both languages."""

from __future__ import annotations

from alerts.rules import HOUR, PLACE_SILENT, Limits, Measure, Rule
from alerts.silence import Silence
from devices.catalogue import KINDS
from devices.model import Text
from devices.rain_risk import RISK_COLOURS
from storage.alerting import JudgedDevice

NO_COLOUR = Text("–", "–")
MOST_NAMED = 20
"""So many members are named in the words; all of them stand in the alert."""


def of_reading(rule: Rule, limits: Limits, device: JudgedDevice, value: float, *, others: int = 0) -> Text:
    """What is measured at a device, and what calls for a person. `others`: so many other devices say it too."""
    assert limits.threshold is not None, "a rule that sleeps says nothing"
    who = f"{device.name} ({device.subject})" if device.name else device.subject
    vi, en = _measured(rule, limits.threshold, value)
    more_vi, more_en = (f" (và {others} nơi khác)", f" (and {others} others)") if others else ("", "")
    return Text(
        f"{rule.title.vi}: {who}, {vi}{more_vi}. {rule.advice.vi}",
        f"{rule.title.en}: {who}, {en}{more_en}. {rule.advice.en}",
    )


def _measured(rule: Rule, limit: float, value: float) -> tuple[str, str]:
    """The measure and its threshold in both languages."""
    if rule.measure is Measure.LANDSLIDE:
        colour = RISK_COLOURS.get(int(value), NO_COLOUR)
        return (
            f"cấp {value:.0f} ({colour.vi}) theo mưa 24 giờ và các ngày trước",
            f"level {value:.0f} ({colour.en}) by the rain of 24 h and of the days before",
        )
    span = rule.window_seconds // HOUR
    if rule.measure is Measure.MISSING:
        return f"thiếu {value:.0f} bản tin trong {span} giờ", f"{value:.0f} messages missing within {span} h"
    field = KINDS[rule.kinds[0]].by_name[rule.field]
    unit = field.unit.symbol if field.unit else ""
    if rule.measure is Measure.STUCK:
        value, limit, unit = value / HOUR, limit / HOUR, "h"
    vi, en = _MEASURES[rule.measure]
    return (
        f"{field.title.vi.lower()}{vi.format(span)} {value:.1f} {unit}, ngưỡng {limit:g} {unit}",
        f"{field.title.en.lower()}{en.format(span)} {value:.1f} {unit}, threshold {limit:g} {unit}",
    )


_MEASURES = {
    Measure.VALUE: ("", ""),
    Measure.MEAN: (" trung bình {} giờ", ", mean over {} h"),
    Measure.SUM: (" {} giờ", " over {} h"),
    Measure.RISE: (" tăng trong {} giờ", ", rise within {} h"),
    Measure.STUCK: (" không đổi trong", ", unchanged for"),
    Measure.FORECAST: (" dự báo cao nhất trong {} giờ tới", ", highest expected within {} h"),
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
