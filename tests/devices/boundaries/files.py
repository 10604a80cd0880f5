"""Files of places as offices hand them over, made here: GeoJSON, shapefiles and KML."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import shapefile
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from devices.boundaries.crs import VN2000, WGS84, transverse_mercator

CENTRE = (106.30, 20.87)
"""Of the commune in these tests."""
WEST = box(106.290, 20.860, 106.300, 20.880)
EAST = box(106.300, 20.860, 106.310, 20.880)
WHOLE = box(106.290, 20.860, 106.310, 20.880)
TM_HAI_PHONG = transverse_mercator(105.75)

Features = Sequence[tuple[Mapping[str, Any], BaseGeometry]]
TWO: Features = (({"ten": "Thôn Tây", "dan_so": 1200}, WEST), ({"ten": "Thôn Đông", "dan_so": 2300}, EAST))
PRJ = (
    'PROJCS["VN_2000_105_45",GEOGCS["GCS_VN_2000",DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",105.75],'
    'PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
"""What a desktop program writes for the metres of Hải Phòng, without the shift to WGS 84."""


def moved(geometry: BaseGeometry, crs: CRS, *, turned: bool = False) -> BaseGeometry:
    """A geometry in WGS 84 degrees, in other coordinates."""
    transform = Transformer.from_crs(WGS84, crs, always_xy=True).transform

    def move(points: Any) -> Any:
        x, y = transform(points[:, 0], points[:, 1])
        return shapely.get_coordinates(shapely.points(y, x) if turned else shapely.points(x, y))

    result: BaseGeometry = shapely.transform(geometry, move)
    return result


def swapped(geometry: BaseGeometry) -> BaseGeometry:
    """Latitude first."""
    result: BaseGeometry = shapely.transform(geometry, lambda points: points[:, ::-1])
    return result


def geojson(features: Features, **members: Any) -> dict[str, bytes]:
    """A GeoJSON file."""
    items = [{"type": "Feature", "properties": dict(words), "geometry": mapping(area)} for words, area in features]
    return {"xa.geojson": json.dumps({"type": "FeatureCollection", **members, "features": items}).encode()}


def shape_parts(
    features: Features, *, prj: str | None = None, encoding: str = "utf-8", cpg: str | None = None
) -> dict[str, bytes]:
    """The parts of a shapefile of polygons with the fields TEN and DAN_SO."""
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        writer.field("TEN", "C", size=80)
        writer.field("DAN_SO", "N", size=10)
        for words, area in features:
            writer.record(words["ten"], words.get("dan_so"))
            writer.shape(mapping(area))
    parts = {"thon.shp": shp.getvalue(), "thon.shx": shx.getvalue(), "thon.dbf": dbf.getvalue()}
    if prj is not None:
        parts["thon.prj"] = prj.encode()
    if cpg is not None:
        parts["thon.cpg"] = cpg.encode()
    return parts


def zipped(parts: Mapping[str, bytes], name: str = "thon.zip") -> dict[str, bytes]:
    """The parts in one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(f"ban-do/{part}", data)
    return {name: packed.getvalue()}


def kml_text(features: Features) -> str:
    """A KML document as Google Earth writes it, with a folder and extended data."""
    marks = "".join(_mark(words, area) for words, area in features)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" '
        'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>Xã</name><Style id="s"/>'
        f"<Folder><name>Thôn</name>{marks}</Folder></Document></kml>"
    )


def _mark(words: Mapping[str, Any], area: BaseGeometry) -> str:
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>' for name, value in words.items() if name != "ten"
    )
    return (
        f"<Placemark><name>{words['ten']}</name><styleUrl>#s</styleUrl><ExtendedData>{data}</ExtendedData>"
        f"{_geometry(area)}</Placemark>"
    )


def _geometry(area: BaseGeometry) -> str:
    if isinstance(area, Polygon):
        ring = " ".join(f"{x},{y},0" for x, y in area.exterior.coords)
        return (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        )
    if isinstance(area, shapely.Point):
        return f"<Point><coordinates>{area.x},{area.y},0</coordinates></Point>"
    parts = "".join(_geometry(part) for part in shapely.get_parts(area))
    return f"<MultiGeometry>{parts}</MultiGeometry>"


__all__ = ["CENTRE", "EAST", "PRJ", "TM_HAI_PHONG", "TWO", "VN2000", "WEST", "WHOLE", "Features", "geojson",
           "kml_text", "moved", "shape_parts", "swapped", "zipped"]  # fmt: skip
