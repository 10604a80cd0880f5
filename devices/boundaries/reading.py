"""Files of places as offices hand them over, read through libraries: GeoJSON, shapefiles, KML and KMZ.

A shapefile comes as its parts (.shp, .dbf, and .prj and .cpg where they are there) or as one .zip of them. Names in a
.dbf are read in the encoding that its .cpg names, else as UTF-8, else as Windows-1258. Archives and XML are looked at
before a library sees them: no entities, and no small file that unpacks into more than memory.
"""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import shapefile
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, tostring
from fastkml import KML, Placemark
from fastkml.utils import find_all
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from devices.errors import ProfileError, SheetError
from devices.model import Text
from devices.sheets.columns import plain
from devices.sheets.texts import decode

shapefile.VERBOSE = False
MOST_BYTES = 32 * 1024 * 1024
"""Of all files together, packed or not. The boundaries of a province's communes have a tenth of that."""
MOST_FEATURES = 5000

# What the libraries and the standard library raise over bytes that are no such file. Found by changing bytes.
_BROKEN = (
    ShapelyError, DefusedXmlException, SyntaxError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError,
    EOFError, OSError, ValueError, LookupError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feature:
    """One place of a file: what is said of it, and its geometry in the file's own coordinates. `number` is from 1."""

    number: int
    words: Mapping[str, Any]
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class GeoFile:
    """The places of a file. `crs` is what it says of its coordinates, a name or WKT; None: nothing."""

    form: str
    features: tuple[Feature, ...]
    crs: str | None = None
    notes: tuple[Text, ...] = ()
    sample: bool = False


def read_files(files: Mapping[str, bytes]) -> GeoFile:
    """Read a file, or the parts of a shapefile, by name and bytes; raises ProfileError."""
    if sum(map(len, files.values())) > MOST_BYTES:
        raise _too_large()
    parts = {PurePosixPath(name).suffix.lower(): data for name, data in files.items()}
    try:
        if ".shp" in parts:
            return _shapefile(parts)
        if len(files) == 1:
            return _single(next(iter(files.values())))
    except ProfileError:
        raise
    except _BROKEN as error:
        raise ProfileError(Text(f"tệp hỏng: {error}", f"the file is broken: {error}")) from error
    raise ProfileError(
        Text(
            "cần một tệp GeoJSON, KML, KMZ, .zip của shapefile, hoặc .shp cùng .dbf",
            "expected one file of GeoJSON, KML, KMZ, a .zip of a shapefile, or .shp with .dbf",
        )
    )


def only(file: GeoFile, where: tuple[str, str] | None) -> GeoFile:
    """The features that are asked for; raises ProfileError, which lists what there is, where there are none."""
    if where is None:
        return file
    name, wanted = where
    words = [{plain(key): str(value) for key, value in feature.words.items()} for feature in file.features]
    kept = [
        feature
        for feature, said in zip(file.features, words, strict=True)
        if plain(said.get(plain(name), "")) == plain(wanted)
    ]
    if not kept:
        there = sorted({said[plain(name)] for said in words if plain(name) in said})[:10]
        listed = ", ".join(there) or ", ".join(sorted({key for feature in file.features for key in feature.words}))
        raise ProfileError(
            Text(
                f"không có đối tượng nào có {name} là {wanted!r}; có: {listed}",
                f"no feature has {wanted!r} as its {name}; there are: {listed}",
            )
        )
    return replace(file, features=tuple(kept))


def _single(data: bytes) -> GeoFile:
    if data.startswith(b"PK"):
        parts = _unpack(data)
        if ".kml" in parts:
            return _kml(parts[".kml"])
        if ".shp" in parts:
            return _shapefile(parts)
        raise ProfileError(
            Text("trong tệp nén không có .shp hay .kml", "there is neither a .shp nor a .kml in the archive")
        )
    start = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return _kml(data) if start.startswith(b"<") else _geojson(data)


def _unpack(data: bytes) -> dict[str, bytes]:
    """The parts of an archive by their ending. Raises ProfileError for more than one of a kind, and for too much."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # zipfile never unpacks more of a part than its entry declares.
        if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
            raise _too_large()
        for part in archive.infolist():
            ending = PurePosixPath(part.filename).suffix.lower()
            if ending not in (".shp", ".dbf", ".shx", ".prj", ".cpg", ".kml") or "__MACOSX" in part.filename:
                continue
            if ending in found and ending in (".shp", ".kml"):
                raise ProfileError(
                    Text(f"tệp nén có nhiều tệp {ending}; hãy tách ra", f"the archive holds several {ending}; part it")
                )
            found[ending] = archive.read(part)
    return found


def _geojson(data: bytes) -> GeoFile:
    try:
        text, notes = decode(data)
        document = json.loads(text.lstrip("\ufeff"))
    except SheetError as error:
        raise ProfileError(error.text) from error
    except (ValueError, RecursionError) as error:
        raise ProfileError(Text(f"không phải GeoJSON: {error}", f"not GeoJSON: {error}")) from error
    items: Any = document.get("features") if isinstance(document, dict) else None
    if items is None and isinstance(document, dict):
        items = [document] if "geometry" in document else [{"properties": {}, "geometry": document}]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ProfileError(Text("không phải GeoJSON", "not GeoJSON"))
    return GeoFile(
        "GeoJSON",
        tuple(
            Feature(number, _members(item.get("properties")), _shape(number, item.get("geometry")))
            for number, item in enumerate(_few(items), start=1)
        ),
        crs=_crs_name(document.get("crs")),
        notes=notes,
        sample=bool(document.get("sample")),
    )


def _members(value: object) -> dict[str, Any]:
    """A JSON object as it is; nothing for what is none."""
    return value if isinstance(value, dict) else {}


def _crs_name(crs: object) -> str | None:
    """The name of a coordinate system as GeoJSON of 2008 has it, or as it stands alone; None where there is none."""
    name = crs if isinstance(crs, str) else _members(_members(crs).get("properties")).get("name")
    return name if isinstance(name, str) else None


def _shape(number: int, geometry: object) -> BaseGeometry | None:
    if geometry is None:
        return None
    try:
        found: BaseGeometry = shapely.force_2d(shape(geometry))  # type: ignore[arg-type]
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise ProfileError(
            Text(f"đối tượng {number}: hình học hỏng ({error})", f"feature {number}: broken geometry ({error})")
        ) from error
    return found


def _shapefile(parts: Mapping[str, bytes]) -> GeoFile:
    if ".dbf" not in parts:
        raise ProfileError(Text("thiếu tệp .dbf đi cùng .shp", "the .dbf that belongs to the .shp is missing"))
    try:
        # Every byte is a letter of Latin-1: the words are decoded below, all in one way.
        with (
            _strict(),
            shapefile.Reader(
                shp=io.BytesIO(parts[".shp"]), dbf=io.BytesIO(parts[".dbf"]), encoding="latin-1"
            ) as reader,
        ):
            rows = [(entry.record.as_dict(), entry.shape.__geo_interface__) for entry in _few(reader.shapeRecords())]
    except ProfileError:
        raise
    except (shapefile.ShapefileException, shapefile.PossiblyCorruptFileHeader, struct.error, *_BROKEN) as error:
        raise ProfileError(Text(f"shapefile hỏng: {error}", f"broken shapefile: {error}")) from error
    words, notes = _decoded([row for row, _ in rows], parts.get(".cpg"))
    features = tuple(
        Feature(number, said, _shape(number, geometry) if geometry.get("coordinates") else None)
        for number, (said, (_, geometry)) in enumerate(zip(words, rows, strict=True), start=1)
    )
    crs = parts[".prj"].decode("utf-8", errors="replace").strip() if ".prj" in parts else None
    return GeoFile("shapefile", features, crs=crs or None, notes=notes)


@contextmanager
def _strict() -> Iterator[None]:
    """A shapefile whose header contradicts its size is refused, not read as far as it goes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", shapefile.PossiblyCorruptFileHeader)
        yield


def _decoded(rows: list[dict[str, Any]], cpg: bytes | None) -> tuple[list[dict[str, Any]], tuple[Text, ...]]:
    """The same rows, their words in the encoding that they are in; raises ProfileError where it cannot be known."""
    texts = [value for row in rows for value in row.values() if isinstance(value, str)]
    joined = "\n".join(text.replace("\n", " ") for text in texts).encode("latin-1")
    named = None if cpg is None else cpg.decode("ascii", errors="replace").strip()
    notes: tuple[Text, ...] = ()
    try:
        if named and named.upper().replace("-", "") not in ("UTF8", "65001"):
            decoded = joined.decode(f"cp{named}" if named.isdigit() else named)
        else:
            decoded, notes = decode(joined)
    except SheetError as error:
        raise ProfileError(error.text) from error
    except (LookupError, UnicodeDecodeError) as error:
        raise ProfileError(
            Text(f"không đọc được chữ theo bảng mã {named!r}", f"the words are not to be read as {named!r}")
        ) from error
    if decoded.count("\n") != max(len(texts) - 1, 0):
        raise ProfileError(Text("tệp .dbf hỏng", "the .dbf is broken"))
    letters = iter(decoded.split("\n"))
    return [
        {name: next(letters).strip() if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    ], notes


def _kml(data: bytes) -> GeoFile:
    root = fromstring(data)
    if not str(root.tag).endswith("kml"):
        raise ProfileError(Text("không phải KML", "not KML"))
    try:
        # Written anew it declares neither its encoding nor types, over which a second parser would stumble.
        document = KML.from_string(tostring(root, encoding="unicode"), strict=False)
        marks = list(_few(list(find_all(document, of_type=Placemark))))
        features = tuple(_placemark(number, mark) for number, mark in enumerate(marks, start=1))
    except ProfileError:
        raise
    # fastkml lets through what the standard library raises over values that are none.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ProfileError(Text(f"KML hỏng: {error}", f"broken KML: {error}")) from error
    return GeoFile("KML", features)


def _placemark(number: int, mark: Any) -> Feature:
    words: dict[str, Any] = {"name": (mark.name or "").strip()}
    for element in getattr(mark.extended_data, "elements", None) or ():
        for datum in getattr(element, "data", None) or (element,):
            if getattr(datum, "name", None):
                words[datum.name] = datum.value
    geometry = None if mark.geometry is None else _shape(number, mark.geometry.__geo_interface__)
    return Feature(number, words, geometry)


def _few(items: list[Any]) -> Iterator[Any]:
    if len(items) > MOST_FEATURES:
        raise ProfileError(
            Text(f"tệp có hơn {MOST_FEATURES} đối tượng", f"the file has more than {MOST_FEATURES} features")
        )
    return iter(items)


def _too_large() -> ProfileError:
    size = MOST_BYTES // 1024 // 1024
    return ProfileError(Text(f"tệp lớn hơn {size} MiB", f"the file is larger than {size} MiB"))
