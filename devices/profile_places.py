"""The places of a profile as a GeoJSON collection: boundary, centre, hamlets and sites, each on the layer of its name.

{"type": "FeatureCollection", "sample": true, "origin": {"vi": "Dữ liệu mẫu ...", "en": "Sample data ..."},
 "features": [{"type": "Feature", "properties": {"layer": "boundary"}, "geometry": {"type": "Polygon", ...}},
              {"type": "Feature", "properties": {"layer": "hamlet", "code": "thon-1", "name": "Thôn 1",
               "type": "thon", "population": 3120}, "geometry": {"type": "Polygon", ...}},
              {"type": "Feature", "properties": {"layer": "site", "code": "ubnd", "name": "Trụ sở UBND xã",
               "type": "ubnd"}, "geometry": {"type": "Point", "coordinates": [106.3012, 20.8748]}}]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from shapely.geometry import mapping, shape

from devices.errors import ProfileError
from devices.geometry import Areas, faults_of_boundary
from devices.model import Text
from devices.profile import Geometry, Places
from devices.registry import Hamlet, HamletType, Site, SiteType
from devices.registry_checks import faults_of_hamlet, faults_of_site, joined

Choice = TypeVar("Choice", HamletType, SiteType)
Place = TypeVar("Place")

LAYERS = ("boundary", "centre", "hamlet", "site")
DECIMALS = 6
"""Of the points of hamlets: a tenth of a metre."""


def read_places(collection: Mapping[str, Any]) -> Places:
    """The places of a parsed GeoJSON collection; raises ProfileError that names the feature and what is wrong."""
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _wrong("địa giới", "the places", Text("cần một FeatureCollection", "expected a FeatureCollection"))
    layers: dict[str, list[Mapping[str, Any]]] = {layer: [] for layer in LAYERS}
    for number, feature in enumerate(features, start=1):
        layer = (feature.get("properties") or {}).get("layer") if isinstance(feature, Mapping) else None
        if layer not in layers:
            expected = Text(f"layer phải là {', '.join(LAYERS)}", f"layer is one of {', '.join(LAYERS)}")
            raise _wrong(f"đối tượng {number}", f"feature {number}", expected)
        layers[layer].append(feature)
    hamlets = tuple(_hamlet(feature) for feature in layers["hamlet"])
    areas = Areas((hamlet.code, json.loads(hamlet.boundary)) for hamlet in hamlets if hamlet.boundary)
    origin = collection.get("origin")
    return Places(
        boundary=_one("boundary", layers["boundary"]),
        centre=_one("centre", layers["centre"]),
        hamlets=_once(hamlets, lambda hamlet: hamlet.code),
        sites=_once([_site(feature, areas) for feature in layers["site"]], lambda site: site.code),
        is_sample=bool(collection.get("sample", False)),
        origin=Text(origin["vi"], origin["en"]) if isinstance(origin, Mapping) else None,
    )


def write_places(places: Places) -> dict[str, Any]:
    """The collection of some places; `read_places` reads it back."""
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if places.is_sample:
        collection["sample"] = True
    if places.origin is not None:
        collection["origin"] = {"vi": places.origin.vi, "en": places.origin.en}
    return collection | {"features": list(_features(places))}


def inside_point(geometry: Geometry) -> tuple[float, float]:
    """Longitude and latitude of a point inside an area: its centre of area, or where that lies outside, another."""
    area = shape(dict(geometry))
    point = area.centroid if area.contains(area.centroid) else area.representative_point()
    return round(point.x, DECIMALS), round(point.y, DECIMALS)


def geojson_of(area: Any) -> dict[str, Any]:
    """A shapely area as a GeoJSON geometry whose positions are lists, as parsed JSON has them."""
    plain: dict[str, Any] = json.loads(json.dumps(mapping(area)))
    return plain


def _features(places: Places) -> Iterator[dict[str, Any]]:
    for layer, geometry in (("boundary", places.boundary), ("centre", places.centre)):
        if geometry is not None:
            yield _feature(layer, {}, geometry)
    for hamlet in places.hamlets:
        geometry = None if hamlet.boundary is None else json.loads(hamlet.boundary)
        words = {"code": hamlet.code, "name": hamlet.name, "type": hamlet.type.value, "population": hamlet.population}
        yield _feature("hamlet", words, geometry)
    for site in places.sites:
        words = {"code": site.code, "name": site.name, "type": site.type.value}
        yield _feature("site", words, {"type": "Point", "coordinates": [site.longitude, site.latitude]})


def _feature(layer: str, words: Mapping[str, Any], geometry: Geometry | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"layer": layer, **words}, "geometry": geometry}


def _one(layer: str, features: list[Mapping[str, Any]]) -> Geometry | None:
    if len(features) > 1:
        raise _wrong(layer, layer, Text(f"có {len(features)} đối tượng", f"there are {len(features)} features"))
    if not features:
        return None
    geometry: Geometry = features[0]["geometry"]
    if faults := faults_of_boundary(geometry):
        raise _wrong(layer, layer, joined(faults))
    return geometry


def _hamlet(feature: Mapping[str, Any]) -> Hamlet:
    words, geometry = feature["properties"], feature.get("geometry")
    name = str(words.get("name") or "")
    if geometry is not None and (faults := faults_of_boundary(geometry)):
        raise _wrong(f"thôn {name}", f"hamlet {name}", joined(faults))
    longitude, latitude = (None, None) if geometry is None else inside_point(geometry)
    boundary = None if geometry is None else json.dumps(geometry)
    kind = _choice(HamletType, words.get("type"), name)
    hamlet = Hamlet(str(words.get("code")), name, kind, words.get("population"), latitude, longitude, boundary)
    if faults := faults_of_hamlet(hamlet):
        raise _wrong(f"thôn {name}", f"hamlet {name}", joined(faults))
    return hamlet


def _site(feature: Mapping[str, Any], hamlets: Areas) -> Site:
    words, geometry = feature["properties"], feature.get("geometry") or {}
    name = str(words.get("name") or "")
    if geometry.get("type") != "Point":
        raise _wrong(f"điểm {name}", f"site {name}", Text("cần một Point", "expected a Point"))
    longitude, latitude = (float(part) for part in geometry["coordinates"][:2])
    kind = _choice(SiteType, words.get("type"), name)
    site = Site(str(words.get("code")), name, kind, latitude, longitude, hamlets.locate(longitude, latitude))
    if faults := faults_of_site(site):
        raise _wrong(f"điểm {name}", f"site {name}", joined(faults))
    return site


def _choice(words: type[Choice], value: object, name: str) -> Choice:
    try:
        return words(str(value))
    except ValueError:
        known = ", ".join(word.value for word in words)
        raise _wrong(name, name, Text(f"type phải là {known}", f"type is one of {known}")) from None


def _once(found: Iterable[Place], code_of: Callable[[Place], str]) -> tuple[Place, ...]:
    by_code: dict[str, Place] = {}
    for one in found:
        if by_code.setdefault(code_of(one), one) is not one:
            raise _wrong("mã", "codes", Text(f"{code_of(one)} có hai lần", f"{code_of(one)} is there twice"))
    return tuple(by_code.values())


def _wrong(vi: str, en: str, fault: Text) -> ProfileError:
    return ProfileError(Text(f"{vi}: {fault.vi}", f"{en}: {fault.en}"))
