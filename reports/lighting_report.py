"""The report of public lighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.catalogue import KINDS
from devices.model import Text
from reports.figures import Figure, Group, Method, Place, Report, Row, grouped, number
from reports.grids import Floats, floats
from reports.lighting import FAULTS, NAMED_FAULTS, LampHours, baseline_energy, lamp_hours, ratio, saving
from reports.nights import days_touched, night_of, required_shares, scheduled
from reports.periods import Period
from reports.sources import Scope, devices_of, hours_of, in_service, known_share, numbers_of, passed, positions
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part, read_increases

KIND = "lighting"
LIT, READ = Ask("lamp_on", Part.SHARE), Ask("lamp_on", Part.COUNT)
FAILED, CAUSE = Ask("lamp_failure", Part.SHARE), Ask("failure_cause", Part.LAST)
DALI = "DALI parts 251 to 253 (D4i)"
METHODS = {
    "energy": Method(
        Text("Điện năng", "Energy"),
        "increase of energy_total, aware of resets. Inputs: hours with a reading of the meter",
        "meter of the lamp",
    ),
    "saving": Method(
        Text("Tiết kiệm", "Saving"),
        "1 − E / E_baseline, E_baseline = Σ old power × hours lit, over lamps whose old power is known. "
        "Inputs: lamps with an old power",
        "definition of the report",
    ),
    "availability": Method(
        Text("Độ sẵn sàng", "Availability"),
        "hours lit of those required / hours required; hours without readings are not lit. "
        "Inputs: required hours of which there are readings",
        "definition of the report",
    ),
    "availability_known": Method(
        Text("Độ sẵn sàng khi có số liệu", "Availability of what is known"),
        "hours lit of those required / required hours of which there are readings. Inputs: these hours",
        "definition of the report",
    ),
    "lamp_hours": Method(
        Text("Số giờ", "Hours"),
        "required: from sunset to sunrise or by the schedule; lit and failed: share of readings of each hour. "
        "Inputs: hours of which there are readings",
        f"sun by astral; {DALI}",
    ),
}
WORDS = {f"fault_{cause}": name for cause, name in FAULTS.items()}


@dataclass(frozen=True, slots=True)
class _Lamps:
    """All lamps, one number a lamp: hours, energy in kWh with the hours that tell it, baseline in kWh (NaN: unknown),
    hours of which there are readings, and hours in service.
    """

    hours: LampHours
    energy: Floats
    energy_hours: Floats
    baseline: Floats
    read: Floats
    service: Floats


def lighting_report(session: Session, scope: Scope, group: Group, *, old_watts: float | None = None) -> Report:
    """Energy, saving, availability and hours of fault of each lamp, or of the lamps of each group, up to now at most.

    `old_watts` is the power of the old lamps where the rules give none.
    """
    period, lamps = passed(scope), devices_of(session, scope, KIND)
    if not lamps or not period.hours:
        return Report("lighting", scope.period, group, METHODS, [])
    counted = _count(session, scope, lamps, period, old_watts)
    rows = [_row(counted, members, place) for place, members in grouped(lamps, group)]
    return Report("lighting", scope.period, group, METHODS, rows)


def required_hours(session: Session, scope: Scope, lamps: Sequence[FleetDevice], period: Period) -> Floats:
    """The share of each hour in which each lamp has to be lit, hours × lamps.

    Lamps within a hundredth of a degree of each other have one sunset: it differs by three seconds.
    """
    rules, days = scope.rules.lighting, days_touched(period.start, period.hours)
    if rules.lit_from is not None and rules.lit_until is not None:
        nights = [scheduled(rules.lit_from, rules.lit_until, day) for day in days]
        return np.repeat(required_shares(period.start, period.hours, nights)[:, None], len(lamps), axis=1)
    places = [(round(latitude, 2), round(longitude, 2)) for latitude, longitude in positions(session, scope, lamps)]
    shares = {
        place: required_shares(period.start, period.hours, [night_of(*place, day) for day in days])
        for place in set(places)
    }
    return np.stack([shares[place] for place in places], axis=1)


def _count(
    session: Session, scope: Scope, lamps: Sequence[FleetDevice], period: Period, old_watts: float | None
) -> _Lamps:
    found = hours_of(session, lamps, [LIT, READ, FAILED, CAUSE], period)
    service = in_service(lamps, found[READ], period)
    known = known_share(found[READ], lamps) * service
    causes = {cause: (found.words[CAUSE] == cause).astype(np.float64) for cause in NAMED_FAULTS}
    required = required_hours(session, scope, lamps, period) * service
    hours = lamp_hours(required, known, found[LIT], found[FAILED], causes)
    numbers, kind = numbers_of(lamps), KINDS[KIND]
    _, energy = read_increases(session, kind, numbers, "energy_total", period.start, period.end)
    _, burnt = read_increases(session, kind, numbers, "burning_time", period.start, period.end)
    # A lamp without a counter of hours tells by its readings how long it was lit.
    lit = np.where(np.isfinite(burnt).any(axis=0), np.nansum(burnt, axis=0), hours.lit + hours.lit_by_day)
    rules = scope.rules.lighting
    usual = rules.old_watts if old_watts is None else old_watts
    watts = floats(
        [
            rule.old_watts if (rule := rules.lamps.get(f"{lamp.commune}/{lamp.code}")) else usual or np.nan
            for lamp in lamps
        ]
    )
    metered = np.isfinite(energy)
    return _Lamps(
        hours=hours,
        energy=np.where(metered.any(axis=0), np.nansum(energy, axis=0), np.nan),
        energy_hours=metered.sum(axis=0).astype(np.float64),
        baseline=baseline_energy(watts, lit),
        read=known.sum(axis=0),
        service=service.sum(axis=0).astype(np.float64),
    )


def _row(lamps: _Lamps, members: list[int], place: Place) -> Row:
    def total(values: Floats) -> float:
        return float(np.nansum(values[members]))

    hours, service = lamps.hours, total(lamps.service)
    required, known, lit, read = total(hours.required), total(hours.known), total(hours.lit), total(lamps.read)
    metered = bool(np.isfinite(lamps.energy[members]).any())
    compared = np.isfinite(lamps.baseline[members]) & np.isfinite(lamps.energy[members])
    baseline = float(lamps.baseline[members][compared].sum())
    saved = saving(float(lamps.energy[members][compared].sum()), baseline)

    def told(value: float) -> Figure:
        return Figure(number(value, 2), "h", "lamp_hours", round(read, 1), service)

    figures = {
        "energy": Figure(
            number(total(lamps.energy), 3) if metered else None, "kWh", "energy", total(lamps.energy_hours), service
        ),
        "baseline": Figure(
            number(baseline, 3) if compared.any() else None, "kWh", "saving", int(compared.sum()), len(members)
        ),
        "saving": Figure(_share(saved), "", "saving", int(compared.sum()), len(members)),
        "availability": Figure(_share(ratio(lit, required)), "", "availability", round(known, 1), round(required, 1)),
        "availability_known": Figure(
            _share(ratio(lit, known)), "", "availability_known", round(known, 1), round(required, 1)
        ),
        "hours_required": Figure(number(required, 2), "h", "lamp_hours", service, service),
        "hours_lit": told(lit),
        "hours_lit_by_day": told(total(hours.lit_by_day)),
    }
    figures |= {f"fault_{cause}": told(total(hours.faults[cause])) for cause in FAULTS}
    return Row(place, figures)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
