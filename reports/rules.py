"""The rules that a commune sets for its reports: every number that no law fixes, with the default that we chose.

They are read from a TOML file; what it leaves out has its default. Rules of one device stand under the codes of commune
and device, `[lamps."gia-loc/lamp-001"]`; those of a zone under `"gia-loc/irr-001/zone-1"`.
"""

from __future__ import annotations

import tomllib
from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devices.rain_risk import LANDSLIDE_TABLE, RiskRow, Susceptibility
from reports.air_quality import ENOUGH
from reports.coverage.rules import CoverageRules
from reports.documents.letter import LetterRules
from reports.errors import BadRules
from reports.irrigation import RootZone, WettingAndDrying
from reports.rain import RAINY_DAY_MM
from reports.targets_rules import TargetRules

Share = Annotated[float, Field(ge=0, le=1)]


OPEN_ROUTES = tuple(f"/api/v1/open-data/{{commune}}/coverage/{part}" for part in ("cells", "dead-spots", "summary"))
"""Where open data stand. A law holds this list to the routes that the API serves to everybody."""


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Completeness(_Rules):
    """What share of its readings, or of its hours, a mean needs."""

    hour: Annotated[Share, Field(description="Of the readings expected in an hour.")] = 0.75
    long: Annotated[Share, Field(description="Of the hours of a mean over 8 hours, a day or a year.")] = ENOUGH


class AirRules(_Rules):
    """Air quality."""

    reference_stations: Annotated[
        frozenset[str], Field(description="Stations (commune/device) of reference quality; all others are indicative.")
    ] = frozenset()


class RainRules(_Rules):
    """Rain and the risk of landslides."""

    rainy_day_mm: Annotated[float, Field(gt=0, description="A day with so much is a day of rain.")] = RAINY_DAY_MM
    susceptibility: Annotated[
        dict[str, Susceptibility],
        Field(description="How prone a place is: by commune, commune/hamlet or commune/device; the most exact counts."),
    ] = {}
    usual_susceptibility: Annotated[Susceptibility, Field(description="Where none is given.")] = Susceptibility.MEDIUM
    landslide: Annotated[
        tuple[RiskRow, ...],
        Field(description="Levels: from rain_mm, days_before and susceptibility on; the highest counts."),
    ] = LANDSLIDE_TABLE


class Crop(_Rules):
    """A crop and its soil (FAO-56, tables 12, 19 and 22)."""

    coefficient: Annotated[float, Field(gt=0, le=2, description="Kc: ETc = Kc ET0.")] = 1.0
    root_depth_m: Annotated[float, Field(gt=0, le=3)] = 0.4
    depletion_fraction: Annotated[
        float, Field(gt=0, lt=1, description="p: the share of the available water taken without stress.")
    ] = 0.35
    field_capacity: Annotated[float, Field(gt=0, lt=1, description="In m³/m³.")] = 0.37
    wilting_point: Annotated[float, Field(ge=0, lt=1, description="In m³/m³.")] = 0.15

    @model_validator(mode="after")
    def _has_water(self) -> Self:
        if self.wilting_point >= self.field_capacity:
            raise ValueError("wilting_point must be below field_capacity")
        return self

    @property
    def root_zone(self) -> RootZone:
        """Soil and roots, for the balance."""
        return RootZone(self.field_capacity, self.wilting_point, self.root_depth_m, self.depletion_fraction)


class Zone(_Rules):
    """What grows in an irrigated zone, and how large it is."""

    crop: str = "vegetables"
    area_m2: Annotated[float, Field(gt=0, description="Without it metered water is no depth.")] | None = None


CROPS = {"vegetables": Crop(), "rice": Crop(coefficient=1.2, root_depth_m=0.3, depletion_fraction=0.2)}


class IrrigationRules(_Rules):
    """Irrigation."""

    crops: Annotated[dict[str, Crop], Field(description="Crops by name.")] = CROPS
    zones: Annotated[
        dict[str, Zone], Field(description="Zones by commune/device/zone, or commune/device where there is one.")
    ] = {}
    rain_share: Annotated[Share, Field(description="What of the rain does not run off.")] = 0.8
    efficiency: Annotated[float, Field(gt=0, le=1, description="What of the water reaches the roots.")] = 0.75
    rice: Annotated[WettingAndDrying, Field(description="Alternate wetting and drying.")] = WettingAndDrying()
    elevation_m: Annotated[float, Field(ge=-10, le=3200, description="Of the commune above the sea.")] = 10.0
    wind_height_m: Annotated[
        float, Field(ge=1, le=100, description="Of wind gauges whose height is not registered.")
    ] = 2.0

    @model_validator(mode="after")
    def _knows_crops(self) -> Self:
        for name, zone in self.zones.items():
            if zone.crop not in self.crops:
                raise ValueError(f"zone {name}: there is no crop {zone.crop!r}; there are: {', '.join(self.crops)}")
        return self


class LampRule(_Rules):
    """What is known of one lamp."""

    old_watts: Annotated[float, Field(gt=0)]


class LightingRules(_Rules):
    """Public lighting."""

    old_watts: Annotated[
        float | None,
        Field(
            gt=0,
            description="Power of the lamps that were replaced, gear included, in W; without it there is no saving.",
        ),
    ] = None
    lit_from: Annotated[time | None, Field(description="Schedule, local time; unset: from sunset to sunrise.")] = None
    lit_until: time | None = None
    lamps: Annotated[dict[str, LampRule], Field(description="Lamps by commune/device.")] = {}

    @model_validator(mode="after")
    def _whole_schedule(self) -> Self:
        if (self.lit_from is None) != (self.lit_until is None):
            raise ValueError("lit_from and lit_until go together")
        return self


class WorkingHours(_Rules):
    """When devices of a kind have to work, in local time."""

    begin: time
    end: time


class AvailabilityRules(_Rules):
    """Availability."""

    working_hours: Annotated[
        dict[str, WorkingHours], Field(description="By kind; a kind without any has to work at all hours.")
    ] = {"notice_board": WorkingHours(begin=time(6), end=time(22))}


class OpenDataRules(_Rules):
    """What anybody may read without saying who they are."""

    is_published: Annotated[bool, Field(description="Whether open data are given at all.")] = False
    least_samples: Annotated[
        int, Field(ge=1, le=1000, description="Cells and places with fewer samples are withheld.")
    ] = 5
    licence: Annotated[str, Field(description="Under which open data may be used.")] = "CC BY 4.0"

    @property
    def routes(self) -> tuple[str, ...]:
        """The paths that anybody may read; none where nothing is published."""
        return OPEN_ROUTES if self.is_published else ()


class ReportRules(_Rules):
    """All rules."""

    completeness: Completeness = Completeness()
    air: AirRules = AirRules()
    rain: RainRules = RainRules()
    irrigation: IrrigationRules = IrrigationRules()
    lighting: LightingRules = LightingRules()
    availability: AvailabilityRules = AvailabilityRules()
    coverage: CoverageRules = CoverageRules()
    targets: TargetRules = TargetRules()
    open_data: OpenDataRules = OpenDataRules()
    documents: Annotated[dict[str, LetterRules], Field(description="How documents begin and end, by commune.")] = {}


def read_rules(text: str) -> ReportRules:
    """The rules in a TOML text; raises BadRules that names the place and what is wrong there."""
    try:
        return ReportRules.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"the rules for reports are not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRules(f"rules for reports: {place}: {first['msg']}") from error
