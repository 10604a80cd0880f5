"""From an official file to the places of a commune: each feature becomes its boundary, its centre, a hamlet or a site.

What a file does not hold stays as it is known: hamlets keep their codes, and their population where the file has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from devices.boundaries import naming
from devices.boundaries.checking import check_places
from devices.boundaries.crs import Point as Degrees
from devices.boundaries.crs import place
from devices.boundaries.findings import Finding, Weight, fault, note, repaired, warning
from devices.boundaries.reading import Feature, GeoFile, only, read_files
from devices.boundaries.repair import Area, joined, polygons_of, repair
from devices.errors import PlaceError
from devices.geometry import Areas
from devices.model import Text
from devices.place_names import PlaceNames
from devices.profile import Places
from devices.profile_places import geojson_of, inside_point
from devices.registry import Hamlet, HamletType, Site
from devices.sheets.columns import plain


class Layer(StrEnum):
    """What the features of a file are."""

    AUTO = "auto"
    """As the file says, else by their shape and number: one area is the boundary, several are hamlets."""
    BOUNDARY = "boundary"
    CENTRE = "centre"
    HAMLETS = "hamlet"
    SITES = "site"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be taken. `merge` joins features of one name; `origin` says where the file comes from.

    `where` keeps the features of which a word says this, such as ("TEN_XA", "Gia Lộc"): a file may be a province's.
    """

    layer: Layer = Layer.AUTO
    crs: str | None = None
    near: Degrees | None = None
    known: Places = field(default_factory=Places)
    merge: bool = False
    origin: str = ""
    where: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The places as they would be, what of them the file has given, and what is to be said of it."""

    places: Places
    form: str
    crs: str
    given: Mapping[str, int]
    """Features by layer."""
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """False as long as there is a fault."""
        return all(finding.weight is not Weight.FAULT for finding in self.findings)


def take_places(files: Mapping[str, bytes], wish: Wish) -> Taken:
    """Read files (see `read_files`), place, repair and check what is in them; raises ProfileError where none can."""
    file = only(read_files(files), wish.where)
    said = [note("", text.vi, text.en) for text in file.notes]
    placed = place([feature.geometry for feature in file.features], said=file.crs, wanted=wish.crs, near=wish.near)
    said.extend(placed.findings)
    if any(finding.weight is Weight.FAULT for finding in said):
        return Taken(wish.known, file.form, placed.crs, {}, tuple(said))
    features = [
        replace(feature, geometry=geometry) for feature, geometry in zip(file.features, placed.geometries, strict=True)
    ]
    taking = _Taking(wish, said, file)
    taking.take(features)
    places = taking.places()
    return Taken(places, file.form, placed.crs, taking.given(), (*said, *check_places(places)))


@dataclass
class _Taking:
    wish: Wish
    said: list[Finding]
    file: GeoFile
    boundary: Area | None = None
    centre: Area | None = None
    hamlets: list[tuple[Hamlet, Area]] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)

    def take(self, features: Sequence[Feature]) -> None:
        """Each feature to its layer."""
        sorted_out = [(feature, *self._sorted(feature, features)) for feature in features]
        for feature, layer, geometry in sorted_out:
            where = naming.name_of(feature.words) or f"#{feature.number}"
            if layer is None or geometry is None:
                continue
            if layer is Layer.SITES:
                self._site(feature, geometry, where)
                continue
            area, findings = repair(geometry, where)
            self.said.extend(findings)
            if area is None:
                continue
            if layer is Layer.HAMLETS:
                self._hamlet(feature, area, where)
            else:
                self._whole(layer, area, where)

    def _sorted(self, feature: Feature, features: Sequence[Feature]) -> tuple[Layer | None, BaseGeometry | None]:
        where = naming.name_of(feature.words) or f"#{feature.number}"
        geometry = feature.geometry
        if geometry is None or geometry.is_empty:
            self.said.append(warning(where, "không có hình học, bỏ qua", "has no geometry and is left out"))
            return None, None
        named = naming.layer_of(feature.words)
        wanted = self.wish.layer
        if named in tuple(Layer) and wanted is Layer.AUTO:
            wanted = Layer(named)
        if isinstance(geometry, LineString | MultiLineString):
            geometry = self._closed(geometry, where)
        if isinstance(geometry, Point | MultiPoint):
            if wanted in (Layer.AUTO, Layer.SITES):
                return Layer.SITES, geometry.centroid
            self.said.append(warning(where, "là điểm, bỏ qua", "is a point and is left out"))
            return None, None
        if wanted is not Layer.AUTO or geometry is None:
            return wanted, geometry
        alone = sum(_is_area(one.geometry) for one in features) == 1
        name = plain(naming.name_of(feature.words))
        is_whole = name.startswith(("ranh_gioi", "dia_gioi", "boundary", "xa_", "phuong_", "thi_tran_"))
        return (Layer.BOUNDARY if alone or is_whole else Layer.HAMLETS), geometry

    def _closed(self, lines: BaseGeometry, where: str) -> BaseGeometry | None:
        """The area that lines enclose."""
        rings = polygons_of(shapely.polygonize(shapely.get_parts(shapely.line_merge(lines)).tolist()))
        if not rings:
            self.said.append(fault(where, "là đường chưa khép kín", "is a line that is not closed"))
            return None
        self.said.append(repaired(where, "là đường khép kín; đã đổi thành vùng", "is a closed line; made an area"))
        return joined(rings)

    def _whole(self, layer: Layer, area: Area, where: str) -> None:
        there = self.boundary if layer is Layer.BOUNDARY else self.centre
        if there is not None:
            self.said.append(
                fault(where, f"có nhiều hơn một vùng {layer.value}", f"there is more than one area for {layer.value}")
            )
        elif layer is Layer.BOUNDARY:
            self.boundary = area
        else:
            self.centre = area

    def _hamlet(self, feature: Feature, area: Area, where: str) -> None:
        name = naming.name_of(feature.words)
        if not name:
            self.said.append(fault(where, "thôn không có tên", "the hamlet has no name"))
            return
        same = next((at for at, (one, _) in enumerate(self.hamlets) if plain(one.name) == plain(name)), None)
        if same is not None and self.wish.merge:
            there, piece = self.hamlets[same]
            whole = joined(polygons_of(shapely.union(piece, area)))
            self.hamlets[same] = (there, whole)
            self.said.append(repaired(where, "đã gộp các mảnh cùng tên", "pieces of one name were joined"))
            return
        known = self._known(name)
        code = known.code if known else naming.code_of(feature.words, name, self._taken())
        kind = naming.hamlet_type_of(feature.words, name) or (known.type if known else None)
        if kind is None:
            self.said.append(note(where, "không rõ loại, ghi là thôn", "its type is not told; thôn is taken"))
        hamlet = Hamlet(code, name, kind or HamletType.THON, self._people(feature, known, where))
        self.hamlets.append((hamlet, area))

    def _people(self, feature: Feature, known: Hamlet | None, where: str) -> int | None:
        try:
            people = naming.population_of(feature.words)
        except ValueError as error:
            self.said.append(
                warning(where, f"dân số {error} không phải số, bỏ qua", f"population {error} is no number, left out")
            )
            people = None
        return people if people is not None else (known.population if known else None)

    def _site(self, feature: Feature, geometry: BaseGeometry, where: str) -> None:
        name, point = naming.name_of(feature.words), geometry.centroid
        kind = naming.site_type_of(feature.words, name)
        if not name or kind is None:
            self.said.append(
                warning(where, "không rõ tên hoặc loại điểm, bỏ qua", "its name or type is not told; it is left out")
            )
            return
        known = next((site for site in self.wish.known.sites if plain(site.name) == plain(name)), None)
        taken = {site.code for site in (*self.wish.known.sites, *self.sites)}
        code = known.code if known else naming.code_of(feature.words, name, taken)
        self.sites.append(Site(code, name, kind, round(point.y, 7), round(point.x, 7)))

    def _known(self, name: str) -> Hamlet | None:
        """The hamlet that is registered under this name, as far as only one can be meant."""
        used = {hamlet.code for hamlet, _ in self.hamlets}
        names = PlaceNames([(one.code, one.name) for one in self.wish.known.hamlets], "thôn", "hamlet")
        try:
            code = names.code_of(name)
        except PlaceError:
            return None
        return next((one for one in self.wish.known.hamlets if one.code == code and code not in used), None)

    def _taken(self) -> set[str]:
        return {one.code for one in self.wish.known.hamlets} | {hamlet.code for hamlet, _ in self.hamlets}

    def given(self) -> dict[str, int]:
        """How many features of each layer were taken."""
        counts = {
            "boundary": int(self.boundary is not None),
            "centre": int(self.centre is not None),
            "hamlet": len(self.hamlets),
            "site": len(self.sites),
        }
        return {layer: count for layer, count in counts.items() if count}

    def places(self) -> Places:
        """What is known, with what the file gives in its place."""
        known = self.wish.known
        new = [_with_boundary(hamlet, area) for hamlet, area in self.hamlets]
        left = [hamlet for hamlet in known.hamlets if hamlet.code not in {one.code for one in new}]
        if new and left:
            listed = ", ".join(hamlet.name for hamlet in left[:10]) + (", ..." if len(left) > 10 else "")
            self.said.append(
                warning("", f"không có trong tệp, giữ nguyên: {listed}", f"not in the file, kept: {listed}")
            )
        hamlets = (*new, *left)
        areas = Areas((one.code, json.loads(one.boundary)) for one in hamlets if one.boundary)
        codes = {site.code for site in self.sites}
        sites = (*self.sites, *(site for site in known.sites if site.code not in codes))
        still = self._still_sample(new, left, sites)
        return Places(
            boundary=geojson_of(self.boundary) if self.boundary is not None else known.boundary,
            centre=geojson_of(self.centre) if self.centre is not None else known.centre,
            hamlets=hamlets,
            sites=tuple(replace(site, hamlet=areas.locate(site.longitude, site.latitude)) for site in sites),
            is_sample=still,
            origin=known.origin if still or not self.wish.origin else Text(self.wish.origin, self.wish.origin),
        )

    def _still_sample(self, new: Sequence[Hamlet], left: Sequence[Hamlet], sites: Sequence[Site]) -> bool:
        """Whether something that was made up is still among the places; it is told."""
        if self.file.sample or not self.wish.known.is_sample:
            return self.file.sample
        known, people = self.wish.known, {hamlet.code: hamlet.population for hamlet in self.wish.known.hamlets}
        parts = {
            Text("ranh giới", "the boundary"): self.boundary is None and known.boundary is not None,
            Text("trung tâm", "the centre"): self.centre is None and known.centre is not None,
            Text("thôn", "hamlets"): bool(left),
            Text("dân số", "population"): any(people.get(one.code) == one.population is not None for one in new),
            Text("địa điểm", "sites"): len(sites) > len(self.sites),
        }
        remains = [text for text, is_left in parts.items() if is_left]
        if remains:
            vi, en = (", ".join(getattr(text, language) for text in remains) for language in ("vi", "en"))
            self.said.append(warning("", f"vẫn còn dữ liệu mẫu: {vi}", f"still made up: {en}"))
        return bool(remains)


def _is_area(geometry: BaseGeometry | None) -> bool:
    return geometry is not None and not isinstance(geometry, Point | MultiPoint) and not geometry.is_empty


def _with_boundary(hamlet: Hamlet, area: Area) -> Hamlet:
    geometry = geojson_of(area)
    longitude, latitude = inside_point(geometry)
    return replace(hamlet, boundary=json.dumps(geometry), longitude=longitude, latitude=latitude)
