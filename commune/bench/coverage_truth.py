"""Whether the interval of the area figure holds the truth, and whether a verdict is ever wrong: on simulated communes.

The truth of a commune is the share of its area in cells of which nine tenths of the places pass. What is told of it
goes the whole way of real samples: cleaned, drawn one for each 50 m, counted by cell, judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from commune.bench.coverage_world import VEHICLE_LOSS_DB, SimulatedCommune
from reports.coverage.assemble import Tallies, assemble
from reports.coverage.clean import clean
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import ShareFigure, Subject
from reports.coverage.tally import least, tally
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import Outcome
from reports.periods import parse_period

PERIOD = parse_period("2026-Q4")
DRIVEN_DAYS = (1, 2, 4, 8, 12)
"""So many days are driven, in turns from commune to commune."""
TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
RULES = CoverageRules(vehicle_loss_db=VEHICLE_LOSS_DB)
"""Every other commune is driven in a vehicle whose loss is known."""
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """One commune: its true share and what was told of it."""

    seed: int
    days: int
    truth: float
    area: ShareFigure

    @property
    def holds(self) -> bool:
        """Whether the interval holds the truth."""
        return self.area.interval.low - _EXACT <= self.truth <= self.area.interval.high + _EXACT

    @property
    def bounds_hold(self) -> bool:
        """Whether the bounds alone, which take each judged cell for certain, hold it."""
        low, high = self.area.lower, self.area.upper
        return low is not None and high is not None and low - _EXACT <= self.truth <= high + _EXACT

    @property
    def wilson_holds(self) -> bool:
        """Whether Wilson's interval of the measured share holds it."""
        interval = self.area.wilson
        return interval is not None and interval.low - _EXACT <= self.truth <= interval.high + _EXACT

    def wrong(self, outcome: Outcome, target: float) -> bool:
        """Whether this outcome is told, and the truth is on the other side of the target."""
        told = verdict_of(self.area, target).outcome is outcome
        return told and (self.truth >= target - _EXACT) is not (outcome is Outcome.MET)


@dataclass(frozen=True, slots=True)
class CoverageTruth:
    """The result over all communes, shares 0 to 1. `falsely_met` is the largest share over all targets of communes that
    were told to meet one and do not; `mean_width` is that of the intervals.
    """

    communes: int
    interval_holds: float
    bounds_hold: float
    wilson_holds: float
    falsely_met: float
    falsely_not_met: float
    mean_width: float
    decided: float
    """Of all verdicts on all targets those that are not undecided."""

    @property
    def is_within(self) -> bool:
        """Whether the method does what it promises."""
        return self.interval_holds >= 0.95 and self.falsely_met <= 0.025


def try_commune(seed: int, side_m: float = 3_000.0, rules: CoverageRules = RULES) -> Trial:
    """Simulate one commune, drive it, and report."""
    days = DRIVEN_DAYS[seed % len(DRIVEN_DAYS)]
    commune = SimulatedCommune(seed, side_m)
    ground = commune.ground(rules)
    covered = commune.true_shares(ground, rules) >= rules.covered_share - _EXACT
    truth = float(ground.area_km2[covered].sum() / ground.area_km2.sum())
    picks, sums = tally(clean(commune.drive(days, in_vehicle=seed % 2 == 0), rules).samples, rules)
    report = assemble(Subject("gia-lap", PERIOD), ground, Tallies(least(picks), sums, {}), rules)
    return Trial(seed, days, truth, report.area)


def try_communes(
    count: int, side_m: float = 3_000.0, processes: int = 1, progress: Callable[[str], None] | None = None
) -> list[Trial]:
    """Simulate communes of the seeds 0, 1, ..., in several processes where asked for."""
    if processes == 1:
        return list(_told(map(try_commune, range(count), [side_m] * count), count, progress))
    with ProcessPoolExecutor(processes, get_context("spawn")) as executor:
        return list(_told(executor.map(try_commune, range(count), [side_m] * count), count, progress))


def _told(trials: Iterable[Trial], count: int, progress: Callable[[str], None] | None) -> Iterator[Trial]:
    for number, trial in enumerate(trials, 1):
        if progress is not None and number % 20 == 0:
            progress(f"{number} of {count} communes")
        yield trial


def sum_up(trials: list[Trial]) -> CoverageTruth:
    """What the trials show together; there is at least one."""
    count = len(trials)

    def worst(outcome: Outcome) -> float:
        return max(sum(trial.wrong(outcome, target) for trial in trials) for target in TARGETS) / count

    told = [verdict_of(trial.area, target).outcome for trial in trials for target in TARGETS]
    return CoverageTruth(
        count,
        sum(trial.holds for trial in trials) / count,
        sum(trial.bounds_hold for trial in trials) / count,
        sum(trial.wilson_holds for trial in trials) / count,
        worst(Outcome.MET),
        worst(Outcome.NOT_MET),
        sum(trial.area.interval.high - trial.area.interval.low for trial in trials) / count,
        sum(outcome is not Outcome.UNDECIDED for outcome in told) / len(told),
    )
