"""Colours and limits: what is drawn in which colour, and from which value on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from alerts.rules import RULES, Measure, Severity, Side
from dashboards.sdk import dashboard
from devices.model import Field, Kind
from reports.air_levels import LEVELS
from reports.air_quality import BREAKPOINTS, Pollutant

GOOD = "#299C46"
CAUTION = "#E0B400"
BAD = "#D44A3A"
NO_DATA = "#6C7A89"
"""Of what is not known; nothing else is drawn in it."""
NO_DATA_WORDS = "không có số liệu"

HEALTH = {
    "on": ("Hoạt động", GOOD),
    "late": ("Chậm", CAUTION),
    "off": ("Mất liên lạc", BAD),
    "never": ("Chưa có tin", NO_DATA),
}
"""How a device stands (`wall.device.health`), in words and colour."""

SEVERITY = {
    Severity.CRITICAL: ("Khẩn cấp", BAD),
    Severity.SERIOUS: ("Nghiêm trọng", "#E07B39"),
    Severity.WARNING: ("Cảnh báo", CAUTION),
    Severity.INFO: ("Thông tin", "#3274D9"),
}
_BY_SEVERITY = {severity: colour for severity, (_, colour) in SEVERITY.items()}


@dataclass(frozen=True, slots=True)
class Limit:
    """From `value` on the colour holds; None for the lowest."""

    value: float | None
    colour: str


ALWAYS_GOOD = (Limit(None, GOOD),)
NONE_IS_GOOD = (Limit(None, GOOD), Limit(1, BAD))
SHARES = (Limit(None, BAD), Limit(0.8, CAUTION), Limit(0.95, GOOD))


def limits_of(kind: Kind, field: Field) -> tuple[Limit, ...]:
    """The limits of a field: the levels of VN_AQI for the pollutants of a station, else those of the alert rules.

    The rules are the defaults; what is set otherwise for a place is not drawn.
    """
    if kind.name == "environment" and field.name in {pollutant.value for pollutant in Pollutant}:
        starts = BREAKPOINTS[Pollutant(field.name)]
        upper = {0, *(level.upper for level in LEVELS)}
        edges = [float(starts[place]) for place, index in enumerate((0, 50, 100, 150, 200, 300)) if index in upper]
        return tuple(Limit(edge or None, level.rgb) for edge, level in zip(edges, LEVELS, strict=True))
    rules = [
        (rule.limits.threshold, _BY_SEVERITY[rule.severity], rule.side)
        for rule in RULES
        if rule.field == field.name and kind.name in rule.kinds and rule.measure is Measure.VALUE
        and rule.limits.threshold is not None
    ]  # fmt: skip
    above = sorted((value, colour) for value, colour, side in rules if side is Side.ABOVE)
    below = sorted((value, colour) for value, colour, side in rules if side is Side.BELOW)
    steps = [Limit(None, below[0][1] if below else GOOD)]
    steps += [Limit(low, colour) for (low, _), (_, colour) in pairwise(below)]
    steps += [Limit(below[-1][0], GOOD)] if below else []
    return (*steps, *(Limit(value, colour) for value, colour in above))


def thresholds(limits: tuple[Limit, ...]) -> dashboard.ThresholdsConfig:
    """The limits as Grafana has them."""
    return dashboard.ThresholdsConfig(
        dashboard.ThresholdsMode.ABSOLUTE, [dashboard.Threshold(limit.value, limit.colour) for limit in limits]
    )


def no_data() -> dashboard.ValueMapping:
    """What is not known, in words and in its own colour."""
    result = dashboard.ValueMappingResult(text=NO_DATA_WORDS, color=NO_DATA)
    return dashboard.SpecialValueMap(
        dashboard.DashboardSpecialValueMapOptions(dashboard.SpecialValueMatch.NULL_AND_NAN, result)
    )


def words(choices: dict[str, tuple[str, str]]) -> dashboard.ValueMapping:
    """Codes as words, each in its colour."""
    return dashboard.ValueMap(
        {
            code: dashboard.ValueMappingResult(text=text, color=colour, index=place)
            for place, (code, (text, colour)) in enumerate(choices.items())
        }
    )
