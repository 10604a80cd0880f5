"""What a commune or a province has promised in its plan, and how each promise is known. Pure values.

A profile is a file of `devices/profiles/`, or one that an installation brings. Its targets may be measured, counted
from the registry, or declared by others; which of these it is follows from the target's indicator, and figures of
different origin are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from devices.model import Text
from devices.registry import Commune, Hamlet, Site, SiteType

Geometry = Mapping[str, Any]
"""A GeoJSON geometry (RFC 7946): Polygon or MultiPolygon, longitude first, WGS 84 degrees."""


class Level(StrEnum):
    """Whose plan it is."""

    COMMUNE = "commune"
    PROVINCE = "province"
    NATION = "nation"


class ReportPeriod(StrEnum):
    """How often the plan wants a report."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Origin(StrEnum):
    """How a figure comes to be known."""

    MEASURED = "measured"
    COUNTED = "counted"
    DECLARED = "declared"


class Indicator(StrEnum):
    """What a target is about."""

    COVERAGE = "coverage"
    """Share, in %, of area, people or priority sites with mobile service: the coverage report."""
    DEAD_SPOTS = "dead_spots"
    """How many residential clusters have no service of any technology."""
    DEPLOYED = "deployed"
    """How many of the plan's fields have live devices: counted from the registry."""
    DATA_QUALITY = "data_quality"
    """The score of the data-quality report, in %."""
    OPERATIONS_CENTRE = "operations_centre"
    """Whether the operations wall has live data: 1 or 0."""
    EARLY_WARNING = "early_warning"
    """How many fields have rules of early warning that judge live devices."""
    OPEN_DATA = "open_data"
    """Whether open data is given out: how many open routes answer."""
    DECLARED = "declared"
    """A share, in %, that operators or ministries declare."""

    @property
    def origin(self) -> Origin:
        """How such a figure is known."""
        if self is Indicator.DECLARED:
            return Origin.DECLARED
        measured = (Indicator.COVERAGE, Indicator.DEAD_SPOTS, Indicator.DATA_QUALITY)
        return Origin.MEASURED if self in measured else Origin.COUNTED


class Quantity(StrEnum):
    """What a share of coverage is a share of."""

    AREA = "area"
    POPULATION = "population"
    SITES = "sites"


class Comparison(StrEnum):
    """On which side of the threshold the target is reached; the threshold itself reaches it."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a target comes from. `part` is its task or section; `issued` None where it is not known."""

    document: str
    part: str = ""
    issued: date | None = None
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A field of the plan, the kinds of devices that serve it, and how many of them must be live.

    Each of the groups in `kinds` needs a live device: ("environment",), ("water_level",) asks for both, and
    ("lighting", "camera") for one of the two. `at_least` counts the live devices of each group. `field` is, of early
    warning, the field of a reading whose rules of alert have to be awake.
    """

    code: str
    title: Text
    kinds: tuple[tuple[str, ...], ...]
    at_least: int = 1
    field: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of a plan.

    `threshold` is in the unit of its indicator (`unit`); `deadline` is its last day, None where the plan names none.
    `generations` are "4G", "5G", "6G"; none of them means any technology. `operator` is a code such as 452-04, None for
    any. `centre_only` counts only what lies inside the profile's centre. `note` says what the plan leaves open and we
    have chosen.
    """

    id: str
    title: Text
    indicator: Indicator
    threshold: float
    source: Source
    comparison: Comparison = Comparison.AT_LEAST
    deadline: date | None = None
    generations: tuple[str, ...] = ()
    quantity: Quantity = Quantity.AREA
    operator: str | None = None
    deployments: tuple[Deployment, ...] = ()
    declared: str | None = None
    centre_only: bool = False
    note: Text | None = None

    @property
    def unit(self) -> str:
        """% for shares, empty for counts."""
        shares = (Indicator.COVERAGE, Indicator.DATA_QUALITY, Indicator.DECLARED)
        return "%" if self.indicator in shares else ""

    def reached_by(self, value: float) -> bool:
        """True when a value is on the right side of the threshold."""
        return value >= self.threshold if self.comparison is Comparison.AT_LEAST else value <= self.threshold


@dataclass(frozen=True, slots=True)
class Places:
    """Where a profile's commune is: its boundary, its centre, hamlets with population, and priority sites.

    `is_sample`: it is made up, and `origin` says so; else `origin` names the official file that it was taken from, None
    where nobody said.
    """

    boundary: Geometry | None = None
    centre: Geometry | None = None
    hamlets: tuple[Hamlet, ...] = ()
    sites: tuple[Site, ...] = ()
    is_sample: bool = False
    origin: Text | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The plan of a commune, a province or the nation.

    `commune` is None where it is not a commune's; `priority_sites` are the types of site that the plan puts first.
    `communes` and `area_km2` are those of a province as its official description has them, so that its roll-up knows
    what it has not seen; None where they are not known.
    """

    code: str
    name: str
    level: Level
    province: str
    targets: tuple[Target, ...]
    periods: tuple[ReportPeriod, ...] = ()
    commune: Commune | None = None
    priority_sites: tuple[SiteType, ...] = ()
    places: Places = field(default_factory=Places)
    communes: int | None = None
    area_km2: float | None = None
    note: Text | None = None

    def target(self, id_: str) -> Target | None:
        """The target of that id."""
        return next((target for target in self.targets if target.id == id_), None)

    @property
    def priority(self) -> tuple[Site, ...]:
        """The sites that the plan puts first."""
        return tuple(site for site in self.places.sites if site.type in self.priority_sites)
