"""Unfold the file of a sample commune into hamlets, sites, devices, their traits and the setting of the world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from devices.catalogue import KINDS
from devices.registry import Commune, Device, Hamlet, HamletType, Site, SiteType
from simulators.communes.geometry import Point, along, centroid, contains
from simulators.communes.sample import SampleCommune, Traits
from simulators.errors import BadCommuneFile
from simulators.noise import between, key
from simulators.river import Reach
from simulators.setting import Carrier, Mast, Plane, Setting
from simulators.terrain import Terrain

Table = Mapping[str, Any]

MAKERS = {
    "environment": ("Mẫu", "ENV-12"),
    "water_level": ("Mẫu", "WL-R80"),
    "irrigation": ("Mẫu", "IRR-4Z"),
    "lighting": ("Mẫu", "D4I-LUM"),
    "camera": ("Mẫu", "CAM-4M"),
    "loudspeaker": ("Mẫu", "LOA-IP2"),
    "wifi": ("Mẫu", "AP-6D"),
    "signal_probe": ("Mẫu", "PRB-4SIM"),
    "notice_board": ("Mẫu", "LED-P5"),
}
"""Maker and model that are entered for sample devices; no real product."""
_POINT_WORDS = {"name", "at", "road", "count", "backed", "site"}


def build(document: Table) -> SampleCommune:
    """The sample commune of a parsed file; raises BadCommuneFile that names what is wrong."""
    try:
        return _build(document)
    except KeyError as error:
        raise BadCommuneFile(f"the commune's file refers to or lacks {error.args[0]!r}") from error


def _build(document: Table) -> SampleCommune:
    head = document["commune"]
    commune = Commune(
        head["code"], head["name"], head["province"], head["at"][1], head["at"][0], is_sample=head["is_sample"]
    )
    rings = {table["code"]: [_point(p) for p in table["boundary"]] for table in document["hamlet"]}
    feeders = {table["code"]: table["feeder"] for table in document["hamlet"]}
    sites = tuple(_site(table, rings) for table in document["site"])
    plane = Plane(commune.latitude, commune.longitude)
    devices, traits = _devices(document, commune, sites, rings, feeders)
    return SampleCommune(
        commune=commune,
        note=head["note"],
        hamlets=tuple(_hamlet(table, rings[table["code"]]) for table in document["hamlet"]),
        sites=sites,
        devices=tuple(devices),
        traits=traits,
        setting=_setting(document, commune.code, plane, tuple(sorted(set(feeders.values())))),
    )


def _point(pair: list[float]) -> Point:
    return float(pair[0]), float(pair[1])


def _hamlet_at(point: Point, rings: Mapping[str, list[Point]], what: str) -> str:
    for code, ring in rings.items():
        if contains(ring, point):
            return code
    raise BadCommuneFile(f"{what} at {point[0]}, {point[1]} lies in no hamlet")


def _hamlet(table: Table, ring: list[Point]) -> Hamlet:
    centre = centroid(ring)
    closed = [[list(p) for p in (*ring, ring[0])]]
    return Hamlet(
        table["code"],
        table["name"],
        HamletType(table["type"]),
        table["population"],
        round(centre[1], 6),
        round(centre[0], 6),
        json.dumps({"type": "Polygon", "coordinates": closed}),
    )


def _site(table: Table, rings: Mapping[str, list[Point]]) -> Site:
    point = _point(table["at"])
    hamlet = _hamlet_at(point, rings, f"site {table['code']}")
    return Site(table["code"], table["name"], SiteType(table["type"]), point[1], point[0], hamlet)


def _setting(document: Table, code: str, plane: Plane, feeders: tuple[str, ...]) -> Setting:
    carriers = {name: Carrier(**table) for name, table in document["carriers"].items()}
    masts = []
    for table in document["mast"]:
        spot = plane.spot(table["at"][1], table["at"][0])
        masts.append(
            Mast(table["code"], spot.x, spot.y, table["azimuth"], tuple(carriers[name] for name in table["carriers"]))
        )
    route = tuple((spot.x, spot.y) for spot in (plane.spot(p[1], p[0]) for p in document["route"]["points"]))
    return Setting(
        code=code,
        plane=plane,
        terrain=_terrain(document["terrain"]),
        masts=tuple(masts),
        route=route,
        reaches=tuple(Reach(**table) for table in document["reach"]),
        feeders=feeders,
    )


def _terrain(table: Table) -> Terrain:
    heights = tuple(tuple(float(height) for height in row) for row in table["heights"])
    if len(heights) < 2 or len(heights[0]) < 2 or len({len(row) for row in heights}) != 1:
        raise BadCommuneFile("the heights of the terrain must be at least two rows and columns, all of one length")
    return Terrain(table["west_m"], table["south_m"], table["spacing_m"], heights)


def _devices(
    document: Table,
    commune: Commune,
    sites: tuple[Site, ...],
    rings: Mapping[str, list[Point]],
    feeders: Mapping[str, str],
) -> tuple[list[Device], dict[str, Traits]]:
    by_code = {site.code: site for site in sites}
    tables = {table["code"]: table for table in document["site"]}
    devices: list[Device] = []
    traits: dict[str, Traits] = {}
    for group in document["group"]:
        for number, (place, point, more) in enumerate(_places(group, by_code, document["roads"]), start=1):
            code = f"{group['prefix']}-{number:02d}"
            site = more.get("site")
            hamlet = _hamlet_at(point, rings, f"device {code}")
            devices.append(_device(group, commune.code, code, number, place, point, hamlet, site))
            table = tables[site] if site is not None else {}
            traits[code] = Traits(
                feeder=None if group["power"] == "solar" else feeders[hamlet],
                backed=group["power"] == "backed" or bool(more.get("backed", False)),
                near=tuple(table.get("near", (0.3, 0.4, 0.1))),
                people=dict(table.get("people", {"size": 30.0, "leisure": 0.9, "work": 0.1})),
                more={name: value for name, value in more.items() if name not in _POINT_WORDS},
            )
    return devices, traits


def _places(group: Table, sites: Mapping[str, Site], roads: Table) -> Iterator[tuple[str, Point, dict[str, Any]]]:
    """Name, point and traits of each device of a group; devices of one site stand a few metres apart."""
    for code in group.get("sites", ()):
        site = sites[code]
        source = key(0, "place", group["prefix"], code)
        point = (
            round(site.longitude + between(source, -2e-4, 2e-4), 6),
            round(site.latitude + between(source, -2e-4, 2e-4, 1), 6),
        )
        yield (
            site.name,
            point,
            {
                "site": code,
                "indoor": code in group.get("indoor", ()),
                "backed": code in group.get("backed", ()),
            },
        )
    for line in group.get("lines", ()):
        road = roads[line["road"]]
        for longitude, latitude in along([_point(p) for p in road["points"]], line["count"]):
            yield road["name"], (round(longitude, 6), round(latitude, 6)), dict(line)
    for table in group.get("points", ()):
        yield table["name"], _point(table["at"]), dict(table)


def _device(
    group: Table, commune: str, code: str, number: int, place: str, point: Point, hamlet: str, site: str | None
) -> Device:
    kind = group["kind"]
    if kind not in KINDS:
        raise BadCommuneFile(f"group {group['prefix']!r} is of kind {kind!r}, which is in no catalogue")
    maker, model = MAKERS[kind]
    return Device(
        commune=commune,
        code=code,
        kind=kind,
        name=group["name"].format(place=place, number=f"{number:02d}"),
        latitude=point[1],
        longitude=point[0],
        height_m=group["height_m"],
        hamlet=hamlet,
        site=site,
        expected_interval_seconds=group["interval_seconds"],
        model=model,
        maker=maker,
        serial=f"MAU-{code.upper()}",
        note="Thiết bị mẫu, mô phỏng. A simulated sample device.",
    )
