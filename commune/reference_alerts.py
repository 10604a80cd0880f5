"""docs/reference/alerts.md: every rule with its numbers and what to do, made from the rules themselves."""

from __future__ import annotations

from alerts.rules import HOUR, RULES, Measure, Rule
from alerts.silence import LATE_INTERVALS, LEAST_DEVICES, LEAST_MEMBERS, WILL_SECONDS
from commune.markdown import page, table
from devices.alert_rules import LATEST_SECONDS
from devices.catalogue import KINDS

_MEASURES = {
    Measure.VALUE: "the reading",
    Measure.MEAN: "mean over {} h",
    Measure.SUM: "sum over {} h",
    Measure.RISE: "rise within {} h",
    Measure.STUCK: "seconds unchanged",
    Measure.LANDSLIDE: "risk level",
    Measure.FORECAST: "expected within {} h",
    Measure.MISSING: "numbers missing in {} h",
}
_COLUMNS = ("rule", "kinds", "field", "measure", "passed", "threshold", "margin", "hold, s", "one alert for")
_OWN_UNIT = (Measure.STUCK, Measure.LANDSLIDE)


def pages() -> dict[str, str]:
    """The page under the name of its file."""
    readings = [_row(rule) for rule in RULES if rule.is_about_readings]
    advice = [
        (f"`{rule.name}`", rule.severity, rule.title.vi, rule.advice.vi, rule.title.en, rule.advice.en)
        for rule in RULES
    ]
    return {
        "alerts.md": page(
            "Rules of alerts",
            "Quy tắc cảnh báo",
            "What calls for a person. [Work with alerts](../how-to/alerts.md) says how to set a rule for a place, and"
            " where alerts are told.",
            "## What to do / Việc cần làm",
            table(("rule", "severity", "cảnh báo", "việc cần làm", "alert", "what to do"), advice),
            "## Rules about readings",
            "Opened when the measure has passed the threshold for the hold time; closed when it is back by more than"
            " the margin. A threshold of – sleeps until one is set for the place. Unless a source is named, the numbers"
            " are our defaults. Where it is one alert for the commune, all devices that pass the threshold are its"
            " members. A reading that is not newer than the last one judged changes nothing, and one that was"
            f" received more than {LATEST_SECONDS // HOUR} h after its time opens nothing by itself:"
            " [alerts](../explanation/alerts.md).",
            table(
                ("rule", "kinds", "field", "measure", "passed", "threshold", "margin", "hold, s", "one alert for"),
                readings,
            ),
            "## Rules about silence",
            f"`device_offline`: nothing received for three intervals of the device (the threshold of the rule), or its"
            f" will was received and it did not come back within its interval, {WILL_SECONDS} s at least."
            f" `place_silent`: of a feeder (tag `feeder:…`) or hamlet, {LEAST_MEMBERS} devices or more and half of all"
            f" are later than {LATE_INTERVALS:g} intervals, one of them due; it stands for all of them, until a quarter"
            f" is left. `system_silent`: the same of {LEAST_DEVICES} devices or more and four fifths of all; while it"
            " is open no other silence is told, and when it ends every device has its full time again.",
        )
    }


def _row(rule: Rule) -> tuple[str, ...]:
    unit = KINDS[rule.kinds[0]].by_name[rule.field].unit if rule.field else None
    symbol = f" {unit.symbol}" if unit and rule.measure not in _OWN_UNIT else ""
    threshold = "–" if rule.limits.threshold is None else f"{rule.limits.threshold:g}{symbol}"
    return (
        f"`{rule.name}`",
        "all" if set(rule.kinds) == set(KINDS) else ", ".join(f"`{kind}`" for kind in rule.kinds),
        f"`{rule.field}`" if rule.field else "`seq`",
        _MEASURES[rule.measure].format(rule.window_seconds // HOUR),
        str(rule.side),
        threshold,
        f"{rule.limits.margin:g}",
        str(rule.limits.hold_seconds),
        "the commune" if rule.together else "a device",
    )
