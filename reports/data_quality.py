"""Data quality "đúng – đủ – sạch – sống": valid, complete, clean, and live (on time and alive).

Each is a share of counts. Those of a hamlet, a kind or a commune are made of the sums of its devices' counts, never of
their shares, so that a device with more readings weighs more.

- đúng, valid = accepted / (accepted + readings set aside + fields set aside): what passed every check of the catalogue;
- đủ, complete = Σ min(readings, expected) / Σ expected over hours, expected = 3600 s / interval: a burst in one hour
  does not fill the gap of another;
- sạch, clean = (accepted − repeated) / (accepted + conflicts): each reading came once and contradicts none;
- sống, live = hours with a reading that came on time / hours; told beside it are
  on time = readings received within the allowed delay of their own time / readings, and
  alive = hours with any reading, however late / hours.

The score is the smallest of đúng, đủ, sạch and sống. A device that reports less than once an hour is held to whole
intervals instead of hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from devices.model import Text
from reports.grids import Floats, expected_readings

ALLOWED_INTERVALS = 2.0
SHORTEST_DELAY_SECONDS = 120.0
"""A reading is on time within two expected intervals of its own time, and within two minutes in any case."""

MEASURES: dict[str, Text] = {
    "valid": Text("đúng", "valid"),
    "complete": Text("đủ", "complete"),
    "clean": Text("sạch", "clean"),
    "live": Text("sống", "live"),
    "on_time": Text("kịp thời", "on time"),
    "alive": Text("còn hoạt động", "alive"),
    "score": Text("điểm chung", "score"),
}


def allowed_delay_seconds(interval_seconds: float) -> float:
    """How late a reading may be received and still be on time."""
    return max(ALLOWED_INTERVALS * interval_seconds, SHORTEST_DELAY_SECONDS)


@dataclass(frozen=True, slots=True)
class QualityCounts:
    """What is counted of a device over a period, and of many devices by adding up.

    `accepted`, `repeated`, `conflicts`, `readings_set_aside` and `fields_set_aside` are from the loss ledger, by day of
    receipt: readings that were stored, merged or recognised as repeated; those recognised as repeated; those that
    contradict a stored one; readings and fields set aside for any other reason. The rest is by the readings' own time:
    readings there were, `timed` those of which is known when they came, `prompt` those that came on time; the periods
    (hours, or intervals where those are longer) that were watched, those with any reading, those of which is known when
    their readings came, and those of them with a prompt one; readings expected, and as many of them as came.
    """

    accepted: float = 0.0
    repeated: float = 0.0
    conflicts: float = 0.0
    readings_set_aside: float = 0.0
    fields_set_aside: float = 0.0
    readings: float = 0.0
    timed: float = 0.0
    prompt: float = 0.0
    periods: float = 0.0
    periods_alive: float = 0.0
    periods_timed: float = 0.0
    periods_live: float = 0.0
    expected: float = 0.0
    filled: float = 0.0

    def shares(self) -> dict[str, tuple[float | None, float]]:
        """Each measure with the number that it is a share of; None where that is nought."""
        found = {
            "valid": _share(self.accepted, self.accepted + self.readings_set_aside + self.fields_set_aside),
            "complete": _share(self.filled, self.expected),
            "clean": _share(self.accepted - self.repeated, self.accepted + self.conflicts),
            "live": _share(self.periods_live, self.periods_timed),
            "on_time": _share(self.prompt, self.timed),
            "alive": _share(self.periods_alive, self.periods),
        }
        judged = [found[name][0] for name in ("valid", "complete", "clean", "live")]
        known = [share for share in judged if share is not None]
        return found | {"score": (min(known) if known else None, self.expected)}


def _share(part: float, whole: float) -> tuple[float | None, float]:
    return (part / whole if whole > 0 else None), whole


def add_up(counts: Iterable[QualityCounts]) -> QualityCounts:
    """The counts of many devices together."""
    listed = list(counts)
    return QualityCounts(**{f.name: sum(getattr(one, f.name) for one in listed) for f in fields(QualityCounts)})


def count_arrivals(readings: Floats, late: Floats, interval_seconds: float) -> QualityCounts:
    """The counts by the readings' own time of one device, from readings and late readings of each hour.

    `late` is NaN where nobody knows any more when readings came. A device that reports less than once an hour is
    counted in periods of its interval, in whole hours; hours that make no whole period at the end are left out.
    """
    width = max(1, int(np.ceil(interval_seconds / 3600.0)))
    periods = len(readings) // width
    came, delayed = (hours[: periods * width].reshape(periods, width).sum(axis=1) for hours in (readings, late))
    known, prompt = np.isfinite(delayed), np.maximum(came - np.nan_to_num(delayed), 0.0)
    expected = float(expected_readings(interval_seconds, 3600.0 * width))
    return QualityCounts(
        readings=float(came.sum()),
        timed=float(came[known].sum()),
        prompt=float(prompt[known].sum()),
        periods=float(periods),
        periods_alive=float((came > 0).sum()),
        periods_timed=float(known.sum()),
        periods_live=float((prompt[known] > 0).sum()),
        expected=expected * periods,
        filled=float(np.minimum(came, expected).sum()),
    )
