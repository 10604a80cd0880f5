"""What is registered: communes, hamlets, sites and devices. Pure values; their rows are kept by `storage`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HamletType(StrEnum):
    """The local word for a place inside a commune; all of them are a *hamlet* in code."""

    XOM = "xom"
    THON = "thon"
    KHOI = "khoi"
    TO_DAN_PHO = "to_dan_pho"


class SiteType(StrEnum):
    """What a site is."""

    UBND = "ubnd"
    SCHOOL = "truong_hoc"
    HEALTH_STATION = "tram_y_te"
    CULTURE_HOUSE = "nha_van_hoa"
    MARKET = "cho"
    BUSINESS = "doanh_nghiep"
    CLUSTER = "cum_dan_cu"


class DeviceState(StrEnum):
    """Where a device stands in its life. Messages of planned and retired devices are set aside."""

    PLANNED = "planned"
    REGISTERED = "registered"
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune (xã), with a point inside it in WGS 84 degrees."""

    code: str
    name: str
    province: str
    latitude: float
    longitude: float
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Hamlet:
    """A place inside a commune. `boundary` is a GeoJSON geometry as JSON text, or None."""

    code: str
    name: str
    type: HamletType
    population: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    boundary: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place of public interest, such as the commune's office, a school or a health station."""

    code: str
    name: str
    type: SiteType
    latitude: float
    longitude: float
    hamlet: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it is registered. Coordinates are WGS 84 degrees, height is metres above the ground."""

    commune: str
    code: str
    kind: str
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    height_m: float | None = None
    hamlet: str | None = None
    site: str | None = None
    expected_interval_seconds: int | None = None
    state: DeviceState = DeviceState.REGISTERED
    model: str = ""
    maker: str = ""
    serial: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
