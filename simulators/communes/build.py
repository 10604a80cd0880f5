"""Unfold the file of a sample commune into hamlets, sites, devices, their traits and the setting of the world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from devices import profiles
from devices.catalogue import KINDS
from devices.errors import ProfileError
from devices.profile import Places
from devices.registry import Commune, Device, Hamlet, Site
from simulators.communes.geometry import Point, along, contains
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
    commune, places = _plan(head["code"])
    rings = {hamlet.code: _ring(hamlet) for hamlet in places.hamlets}
    feeders = {code: _table_of(document["hamlet"], code)["feeder"] for code in rings}
    plane = Plane(commune.latitude, commune.longitude)
    devices, traits = _devices(document, commune, places.sites, rings, feeders)
    return SampleCommune(
        commune=commune,
        note=head["note"],
        hamlets=places.hamlets,
        sites=places.sites,
        devices=tuple(devices),
        traits=traits,
        setting=_setting(document, commune.code, plane, tuple(sorted(set(feeders.values())))),
    )


def _plan(code: str) -> tuple[Commune, Places]:
    """The commune and its places as its profile has them."""
    try:
        profile = profiles.load(code)
    except ProfileError as error:
        raise BadCommuneFile(f"the commune has no profile: {error.text.en}") from error
    if profile.commune is None:
        raise BadCommuneFile(f"the profile {code!r} is not a commune's")
    return profile.commune, profile.places


def _ring(hamlet: Hamlet) -> list[Point]:
    """The corners of a hamlet, the first one once."""
    return [_point(position) for position in json.loads(hamlet.boundary or "")["coordinates"][0][:-1]]


def _table_of(tables: list[Table], code: str) -> Table:
    for table in tables:
        if table["code"] == code:
            return table
    raise KeyError(code)


def _point(pair: list[float]) -> Point:
    return float(pair[0]), float(pair[1])


def _hamlet_at(point: Point, rings: Mapping[str, list[Point]], what: str) -> str:
    for code, ring in rings.items():
        if contains(ring, point):
            return code
    raise BadCommuneFile(f"{what} at {point[0]}, {point[1]} lies in no hamlet")


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
            backed = group["power"] == "backed" or bool(more.get("backed", False))
            feeder = None if group["power"] == "solar" else feeders[hamlet]
            device = _device(group, commune.code, code, number, place, point, hamlet, site)
            # A person who registers it says on which line it hangs: it falls silent with it, unless a battery helps.
            devices.append(device if backed or feeder is None else replace(device, tags=(f"feeder:{feeder}",)))
            table = tables[site] if site is not None else {}
            traits[code] = Traits(
                feeder=feeder,
                backed=backed,
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
