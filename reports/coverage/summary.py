"""What is told of coverage: one object for the API, the command line, documents, targets and dashboards.

A `CoverageReport` is about one commune, period, operator (or any), technology, surroundings and profile. Shares are 0
to 1, areas in km², places in degrees of WGS 84.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.model import Text
from reports.coverage.rules import CoverageRules
from reports.coverage.words import (
    CellState,
    LeftOut,
    Outcome,
    SignalProfile,
    SpotState,
    Surroundings,
    Technology,
)
from reports.periods import Period


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. `operator` is MCC-MNC; None: any operator."""

    commune: str
    period: Period
    technology: Technology = Technology.FIVE_G
    operator: str | None = None
    surroundings: Surroundings = Surroundings.OUTDOOR
    profile: SignalProfile = SignalProfile.BASIC


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a share, and how it was made."""

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class ShareFigure:
    """A share of a commune that is covered: of its area, its people or its priority sites.

    The amounts add up to `total`, in `unit`. `lower` counts all that is not known as not covered, `upper` as covered.
    `measured` is the share of what is known; None where nothing is. `interval` holds what the figure would be if all of
    the commune were measured without end; the verdict is given by it. `wilson` is the interval of `measured` on the
    number of cells or sites (for people and area weighted by a bootstrap over cells), as if the measured ones had been
    drawn by lot: it is told, and decides nothing.
    """

    unit: str
    covered: float
    not_covered: float
    insufficient: float
    unmeasured: float
    judged: int
    """How many cells or sites are known."""
    parts: int
    """How many cells or sites there are."""
    interval: Interval
    wilson: Interval | None = None
    weighted: Interval | None = None

    @property
    def total(self) -> float:
        """All of it."""
        return self.covered + self.not_covered + self.insufficient + self.unmeasured

    @property
    def lower(self) -> float | None:
        """Covered / all; None where there is nothing at all."""
        return self.covered / self.total if self.total > 0 else None

    @property
    def upper(self) -> float | None:
        """(Covered + not known) / all."""
        return (self.total - self.not_covered) / self.total if self.total > 0 else None

    @property
    def measured(self) -> float | None:
        """Covered / known."""
        known = self.covered + self.not_covered
        return self.covered / known if known > 0 else None


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """One cell of the grid.

    `samples` are those that count after thinning, `passed` of them reach the profile, taken in `slots` distinct slots
    of time. `operator` is, in a report on any operator, the one that speaks for the cell. `mean_rsrp_dbm` is of the
    samples in service on the technology. `population` are the people spread on this cell.
    """

    cell: str
    latitude: float
    longitude: float
    area_km2: float
    state: CellState
    samples: int
    passed: int
    slots: int
    population: float = 0.0
    hamlet: str | None = None
    operator: str | None = None
    mean_rsrp_dbm: float | None = None

    @property
    def share(self) -> float | None:
        """The share of samples that pass; None without any."""
        return self.passed / self.samples if self.samples else None


@dataclass(frozen=True, slots=True)
class ParentCell:
    """A cell of the coarser grid: how many of its cells inside the commune are in each state."""

    cell: str
    latitude: float
    longitude: float
    states: Mapping[CellState, int]


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """A priority site. `basis` tells what speaks for it: `nearby` samples, or its `cell`; None where nothing does."""

    code: str
    name: str
    type: str
    latitude: float
    longitude: float
    state: CellState
    basis: str | None
    samples: int
    passed: int
    hamlet: str | None = None


@dataclass(frozen=True, slots=True)
class HamletFigures:
    """The figures of one hamlet; `population` is None where the hamlet's people are not known."""

    code: str
    name: str
    area: ShareFigure
    population: ShareFigure | None


@dataclass(frozen=True, slots=True)
class DeadSpot:
    """A place where people live, and whether there is any mobile signal, of any operator and technology."""

    code: str
    name: str
    latitude: float
    longitude: float
    is_centre: bool
    """The centre of a hamlet; else an outlying cluster."""
    state: SpotState
    samples: int
    served: int
    hamlet: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceIndicator:
    """One indicator of QCVN 126 beside its limit.

    `comparison` is `>=` or `<=`; `is_met` is None where there are no samples, or where the number of samples that the
    regulation asks for is not reached. `samples` are those that went into the value.
    """

    name: str
    title: Text
    unit: str
    value: float | None
    comparison: str
    limit: float
    samples: int
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """What became of the samples: `received` = `used` + those left out by cause. `thinned` of those used count."""

    received: int
    used: int
    thinned: int
    left_out: Mapping[LeftOut, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a target is met, with the reason. `to_drive` are the cells that would settle it, if it is undecided."""

    outcome: Outcome
    reason: Text
    target: float
    low: float | None
    high: float | None
    to_drive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Everything for one subject."""

    subject: Subject
    rules: CoverageRules
    counts: SampleCounts
    area: ShareFigure
    population: ShareFigure | None
    """None where no hamlet has both people and a boundary."""
    sites: ShareFigure | None
    """None where there are no priority sites."""
    cells: tuple[CellVerdict, ...]
    parents: tuple[ParentCell, ...]
    site_verdicts: tuple[SiteVerdict, ...]
    hamlets: tuple[HamletFigures, ...]
    dead_spots: tuple[DeadSpot, ...]
    service: tuple[ServiceIndicator, ...]
    operators: tuple[str, ...]
    """The operators of whom there are samples in the period."""
    notes: tuple[Text, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """What changed between two reports of one subject: cells by code.

    `won`: covered now, and not before; `lost`: the reverse; `newly_measured`: known now, and not before;
    `no_longer_measured`: the reverse.
    """

    earlier: Subject
    later: Subject
    won: tuple[str, ...]
    lost: tuple[str, ...]
    newly_measured: tuple[str, ...]
    no_longer_measured: tuple[str, ...]
    won_km2: float
    lost_km2: float
