"""What a rule of alerts is. The rules themselves are in devices/alert_book.py; docs/reference/alerts.md.

A rule about readings measures one field of some kinds of device, and opens an alert where the measure has passed its
threshold for its hold time. It closes where the measure is back by its margin (hysteresis), so that a value which
wavers about the threshold is one alert. A rule without a threshold sleeps until a person sets one for a place: the
flood levels báo động 1 to 3 are set for each gauge (QĐ 05/2020/QĐ-TTg). Defaults are ours unless a source is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from devices.model import Text

HOUR = 3600
LATEST_SECONDS = 3 * HOUR
"""A reading that was received later than this after its time is late: it may close an alert, but opens none by itself.
Our default: the patience of an alert, thrice the interval of the slowest devices."""
GAP_SECONDS = HOUR
"""Over a longer silence nothing is held: what was passed before it need not have stayed so."""
FIRST_LOOK_SECONDS = 24 * HOUR
"""A rule that never looked at a device begins so long before now: older readings call for nobody."""


class Severity(StrEnum):
    """How grave an alert is; the word that the webhook, the topic and the mail carry."""

    INFO = "info"
    WARNING = "warning"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Measure(StrEnum):
    """What of a field is compared, at each reading."""

    VALUE = "value"
    """The reading itself."""
    MEAN = "mean"
    """The mean over the window."""
    SUM = "sum"
    """What fell in the window."""
    RISE = "rise"
    """The reading less the lowest of the window."""
    STUCK = "stuck"
    """Seconds for which the value has not moved at all, as far as the window reaches."""
    LANDSLIDE = "landslide"
    """The highest risk level of landslide and flash flood (devices/rain_risk.py) at the hours of the last six."""
    FORECAST = "forecast"
    """The highest level that is expected within the window ahead (alerts/forecast.py)."""
    MISSING = "missing"
    """How many sequence numbers were missing in the window a while ago."""

    @property
    def is_judged_at_readings(self) -> bool:
        """Whether it is worked out anew at each reading; the others are at certain hours."""
        return self not in (Measure.FORECAST, Measure.MISSING)

    @property
    def adds_up(self) -> bool:
        """Whether readings of nothing may be left out of its window."""
        return self in (Measure.SUM, Measure.LANDSLIDE)


class Side(StrEnum):
    """Which way a threshold is passed; the threshold itself counts as passed."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of a rule, in the unit of its measure; `threshold` None: the rule sleeps."""

    threshold: float | None
    margin: float = 0.0
    hold_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """What is set otherwise for a place; None: as the rule has it."""

    enabled: bool = True
    threshold: float | None = None
    margin: float | None = None
    hold_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; its name is the `kind` of the alerts that it opens.

    `kinds`, `field`, `measure` and `limits` are of rules about readings (`field` is empty for one about their sequence
    numbers); the others are events that the code tells.
    """

    name: str
    severity: Severity
    title: Text
    advice: Text
    kinds: tuple[str, ...] = ()
    field: str = ""
    measure: Measure = Measure.VALUE
    window_seconds: int = 0
    side: Side = Side.ABOVE
    limits: Limits = Limits(None)
    together: bool = False
    """Of all devices of a commune there is one alert, with those that pass the threshold as its members."""

    @property
    def is_about_readings(self) -> bool:
        """Whether the rule compares readings."""
        return bool(self.kinds)


def limits_with(limits: Limits, override: Override) -> Limits | None:
    """The limits with what is set otherwise; None where the rule is switched off or sleeps."""
    changes = {
        name: value
        for name in ("threshold", "margin", "hold_seconds")
        if (value := getattr(override, name)) is not None
    }
    merged = replace(limits, **changes)
    return merged if override.enabled and merged.threshold is not None else None
