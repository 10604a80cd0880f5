"""From the coordinates of a file to WGS 84 degrees, longitude first: VN-2000 and its provincial meridians, and files
that do not say what they hold.

VN-2000 is EPSG:4756 in degrees; in metres it is a transverse Mercator of 3° (scale 0.9999) around the meridian of the
province, or of 6° (0.9996, the UTM zones), with 500,000 m at the meridian (Thông tư 973/2001/TT-TCĐC). PROJ knows the
shift to WGS 84 (QĐ 05/2007/QĐ-BTNMT), about 200 m in the north. Surveyors write X for north and Y for east.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from devices.boundaries.findings import Finding, fault, note, repaired, vietnamese, warning
from devices.errors import ProfileError
from devices.model import Text
from devices.registry_checks import VIET_NAM_LATITUDES, VIET_NAM_LONGITUDES

Point = tuple[float, float]
"""Longitude, latitude in WGS 84 degrees."""

WGS84 = CRS.from_epsg(4326)
VN2000 = CRS.from_epsg(4756)
MERIDIANS = (103.0, 104.0, 104.5, 104.75, 105.0, 105.5, 105.75, 106.0, 106.25, 106.5, 107.0, 107.25, 107.5, 107.75,
             108.0, 108.25, 108.5)  # fmt: skip
"""Of the provinces, in degrees: Thông tư 973/2001/TT-TCĐC and the changes to it."""
ZONES = (105.0, 111.0)
"""Of the 6° zones 48 and 49."""
NEAR_KM = 15.0
"""So near to the commune's point the middle of its places must lie for a meridian to be believed."""
FAR_KM = 40.0
"""Farther from it they are another commune's, or in other coordinates."""
_EASTINGS, _NORTHINGS = (50_000.0, 950_000.0), (880_000.0, 2_700_000.0)
"""What metres may be in Viet Nam."""
_OURS = re.compile(r"vn-?2000(?:/(\d{3})(?:[-.:](\d{1,2}))?(/6)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placed:
    """Geometries in WGS 84 degrees, in what coordinates they were found, and what is to be said of that."""

    geometries: tuple[BaseGeometry | None, ...]
    crs: str
    findings: tuple[Finding, ...]


def place(
    geometries: Sequence[BaseGeometry | None], *, said: str | None, wanted: str | None = None, near: Point | None = None
) -> Placed:
    """Bring geometries to WGS 84.

    `said` is what the file says of its coordinates, `wanted` what a person says, which counts more; `near` is the
    commune's point, by which a file that says nothing is judged. A fault is found where nothing fits.
    """
    if wanted is not None:
        crs = parse_crs(wanted)
    elif said is not None and (found := _read(said)) is not None:
        crs = found
    else:
        return _guess(geometries, near, None if said is None else _unreadable(said))
    placed, findings = _told(geometries, crs)
    return Placed(placed, _name(crs), (*findings, *_distance(placed, near)))


def parse_crs(text: str) -> CRS:
    """What a person calls a coordinate system; raises ProfileError.

    WGS84, EPSG:3405, VN-2000 (degrees), VN-2000/105-45 (3° around 105°45'), VN-2000/105/6 (6° around 105°).
    """
    if text.strip().lower().replace(" ", "") in ("wgs84", "wgs-84"):
        return WGS84
    if match := _OURS.fullmatch(text.strip().replace(" ", "")):
        if match[1] is None:
            return VN2000
        return transverse_mercator(int(match[1]) + int(match[2] or 0) / 60, 0.9996 if match[3] else 0.9999)
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise ProfileError(
            Text(
                f"không có hệ tọa độ {text!r}; ví dụ: VN-2000/105-45, VN-2000, EPSG:3405, WGS84",
                f"there is no coordinate system {text!r}; examples: VN-2000/105-45, VN-2000, EPSG:3405, WGS84",
            )
        ) from error


@cache
def transverse_mercator(meridian: float, scale: float = 0.9999) -> CRS:
    """VN-2000 in metres around a meridian in degrees."""
    parts = round(meridian * 60)
    name = f"VN-2000 / TM-{3 if scale == 0.9999 else 6} {parts // 60}-{parts % 60:02d}"
    conversion = TransverseMercatorConversion(0, meridian, 500_000, 0, scale)
    return ProjectedCRS(conversion, name=name, geodetic_crs=VN2000)


def kilometres(a: Point, b: Point) -> float:
    """How far two points are from each other, on a sphere."""
    lat1, lat2 = math.radians(a[1]), math.radians(b[1])
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def _read(said: str) -> CRS | None:
    try:
        crs = CRS.from_user_input(said)
    except CRSError:
        return None
    datum = "" if crs.geodetic_crs is None else f"{crs.geodetic_crs.name} {crs.datum and crs.datum.name}"
    plain = re.sub(r"[^a-z0-9]", "", datum.lower())
    if ("vn2000" in plain or "vietnam2000" in plain) and crs.is_projected and crs.coordinate_operation:
        # A file's own text may lack the shift to WGS 84, without which PROJ takes the two for the same: 200 m off.
        values = {one.name.lower(): float(one.value or 0) for one in crs.coordinate_operation.params}
        meridian = next((value for name, value in values.items() if "longitude" in name), None)
        scale = next((value for name, value in values.items() if "scale" in name), None)
        if meridian is not None and scale in (0.9999, 0.9996) and 500_000 in values.values():
            return transverse_mercator(meridian, scale)
    return crs


def _name(crs: CRS) -> str:
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else crs.name


def _told(geometries: Sequence[BaseGeometry | None], crs: CRS) -> tuple[tuple[BaseGeometry | None, ...], list[Finding]]:
    findings: list[Finding] = []
    box = _box(geometries)
    turned = box is not None and _turned(box, crs)
    if turned:
        geometries = [_swap(one) for one in geometries]
        findings.append(_swapped())
    return tuple(_to_wgs84(one, crs) for one in geometries), findings


def _turned(box: tuple[float, float, float, float], crs: CRS) -> bool:
    west, south, east, north = box
    xs, ys = (VIET_NAM_LONGITUDES, VIET_NAM_LATITUDES) if crs.is_geographic else (_EASTINGS, _NORTHINGS)
    return not _inside(west, east, xs) and _inside(south, north, xs) and _inside(west, east, ys)


def _guess(geometries: Sequence[BaseGeometry | None], near: Point | None, first: Finding | None) -> Placed:
    said = [] if first is None else [first]
    box = _box(geometries)
    if box is None:
        return Placed(tuple(geometries), "–", tuple(said))
    west, south, east, north = box
    if _turned(box, WGS84) or (_inside(west, east, VIET_NAM_LONGITUDES) and _inside(south, north, VIET_NAM_LATITUDES)):
        placed, findings = _told(geometries, WGS84)
        return Placed(placed, _name(WGS84), (*said, *findings, _taken_for_degrees(), *_distance(placed, near)))
    metres = _inside(west, east, _EASTINGS) and _inside(south, north, _NORTHINGS)
    turned = _inside(west, east, _NORTHINGS) and _inside(south, north, _EASTINGS)
    if not metres and not turned:
        outside = fault(
            "",
            f"tọa độ ({west:g}, {south:g}) … ({east:g}, {north:g}) không nằm ở Việt Nam",
            f"the coordinates ({west:g}, {south:g}) … ({east:g}, {north:g}) are not in Viet Nam",
        )
        return Placed(tuple(geometries), "–", (*said, outside))
    if turned:
        geometries = [_swap(one) for one in geometries]
        said.append(_swapped())
    return _guess_meridian(geometries, near, said)


def _guess_meridian(geometries: Sequence[BaseGeometry | None], near: Point | None, said: list[Finding]) -> Placed:
    west, south, east, north = _box(geometries) or (0.0, 0.0, 0.0, 0.0)
    middle = shapely.Point((west + east) / 2, (south + north) / 2)
    candidates = [transverse_mercator(m) for m in MERIDIANS] + [transverse_mercator(m, 0.9996) for m in ZONES]
    fits: list[tuple[float, CRS]] = []
    for crs in candidates if near is not None else ():
        point = _to_wgs84(middle, crs)
        assert isinstance(point, shapely.Point) and near is not None
        away = kilometres(near, (point.x, point.y))
        if away <= NEAR_KM:
            fits.append((away, crs))
    if len(fits) == 1:
        crs = fits[0][1]
        placed = tuple(_to_wgs84(one, crs) for one in geometries)
        return Placed(placed, _name(crs), (*said, _believed(crs, fits[0][0])))
    listed = ", ".join(crs.name for _, crs in sorted(fits, key=lambda fit: fit[0]))
    return Placed(tuple(geometries), "–", (*said, _which_meridian(listed)))


def _to_wgs84(geometry: BaseGeometry | None, crs: CRS) -> BaseGeometry | None:
    if geometry is None or crs is WGS84:
        return geometry
    transform = _transformer(crs).transform

    def move(points: np.ndarray) -> np.ndarray:
        x, y = transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    moved: BaseGeometry = shapely.transform(geometry, move)
    return moved


@lru_cache(maxsize=32)
def _transformer(crs: CRS) -> Transformer:
    """It takes PROJ a tenth of a second to find the way from one system to another."""
    return Transformer.from_crs(crs, WGS84, always_xy=True)


def _swap(geometry: BaseGeometry | None) -> BaseGeometry | None:
    turn: Callable[[np.ndarray], np.ndarray] = lambda points: points[:, ::-1]  # noqa: E731
    return None if geometry is None else shapely.transform(geometry, turn)


def _box(geometries: Sequence[BaseGeometry | None]) -> tuple[float, float, float, float] | None:
    there = [one for one in geometries if one is not None and not one.is_empty]
    if not there:
        return None
    west, south, east, north = shapely.total_bounds(there)
    return float(west), float(south), float(east), float(north)


def _inside(low: float, high: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= low and high <= bounds[1]


def _distance(geometries: Sequence[BaseGeometry | None], near: Point | None) -> list[Finding]:
    box = _box(geometries)
    if box is None or near is None:
        return []
    west, south, east, north = box
    if not math.isfinite(west + south + east + north):
        return [fault("", "tọa độ không quy đổi được", "the coordinates cannot be converted")]
    away = kilometres(near, ((west + east) / 2, (south + north) / 2))
    if away <= FAR_KM:
        return []
    return [
        fault(
            "",
            f"dữ liệu cách điểm đã đăng ký của xã {vietnamese(away, 0)} km: sai hệ tọa độ, hoặc của xã khác",
            f"the places lie {away:.0f} km from the commune's registered point: other coordinates, or another commune",
        )
    ]


def _swapped() -> Finding:
    return repaired(
        "", "hai trục tọa độ bị đổi chỗ; đã đổi lại", "the two coordinates had changed places; they were put back"
    )


def _taken_for_degrees() -> Finding:
    return note(
        "",
        "tệp không ghi hệ tọa độ; đã hiểu là độ WGS 84. Độ VN-2000 lệch khoảng 200 m: nếu đúng, dùng --crs VN-2000",
        "the file names no coordinate system; taken for degrees of WGS 84. Degrees of VN-2000 are about 200 m off: if "
        "that is what they are, say --crs VN-2000",
    )


def _believed(crs: CRS, away: float) -> Finding:
    return warning(
        "",
        f"tệp không ghi hệ tọa độ; chỉ {crs.name} đặt dữ liệu gần xã ({vietnamese(away)} km từ điểm đã đăng ký), "
        "nên đã dùng. Hãy kiểm tra trên bản đồ",
        f"the file names no coordinate system; only {crs.name} puts the places near the commune ({away:.1f} km from "
        "its registered point), so it was used. Check it on a map",
    )


def _which_meridian(listed: str) -> Finding:
    return fault(
        "",
        "tọa độ là mét (VN-2000) nhưng tệp không ghi kinh tuyến trục; hãy dùng --crs, ví dụ VN-2000/105-45"
        + (f". Có thể là: {listed}" if listed else ""),
        "the coordinates are metres (VN-2000) but the file names no meridian; say it by --crs, such as VN-2000/105-45"
        + (f". It may be: {listed}" if listed else ""),
    )


def _unreadable(said: str) -> Finding:
    shown = said if len(said) <= 60 else f"{said[:57]}..."
    return warning(
        "", f"không hiểu hệ tọa độ trong tệp: {shown!r}", f"the file's coordinate system is not understood: {shown!r}"
    )
