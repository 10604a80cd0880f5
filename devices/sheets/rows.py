"""One row of a file of devices: what its cells say together, and what is wrong with it by itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from devices.catalogue import KINDS
from devices.coordinates import Axis, read_degrees, read_place
from devices.errors import CoordinateError
from devices.model import Text
from devices.registry import Device
from devices.registry_checks import faults_of_device
from devices.sheets.cells import Said, read_cell
from devices.sheets.columns import KIND_WORDS, REQUIRED, plain
from devices.sheets.tables import Cell, is_blank, shown
from devices.topics import SLUG

EXAMPLE = "vi-du-"
"""The codes of the examples in the templates begin with it; nobody means to register them."""
LONGEST_GUESS = 60
SAME_DEGREES = 1e-5
"""About a metre: two ways to write the same place may differ by so much."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a file. `line` counts from 1: lines of a CSV file, rows of a spreadsheet, items of a JSON array.

    `given` names the fields of `device` that the row speaks of; the others have their defaults. A row with `faults`
    may have placeholders in `device`. Hamlet and site are as they were written: codes or names. `warnings` are odd,
    and no reason to refuse the row.
    """

    line: int
    device: Device
    given: frozenset[str]
    faults: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The commune of rows that name none: its code, and the name by which rows may call it."""

    code: str
    name: str = ""

    def is_called(self, text: str) -> bool:
        """True when a text is the code or the name of this commune, with or without the word for a commune."""
        own = {plain(self.code), plain(self.name), _without_prefix(plain(self.name))} - {""}
        return not own.isdisjoint({plain(text), _without_prefix(plain(text))})


def _without_prefix(name: str) -> str:
    return re.sub("^(?:xa|phuong|dac_khu)_", "", name)


def read_row(
    line: int, cells: Sequence[tuple[str | None, Cell]], home: Home | None, faults: Sequence[Text] = ()
) -> SheetRow:
    """The row on a line, from (column, cell) pairs in their order; `faults` are known before it is read."""
    said = Said(faults=list(faults))
    given = {name: cell for name, cell in cells if name is not None and not is_blank(cell)}
    _read_place(given, said)
    for name, cell in given.items():
        read_cell(name, cell, said)
    if home is not None:
        named = said.values.get("commune")
        said.values["commune"] = home.code if named is None or home.is_called(str(named)) else named
    said.faults.extend(
        Text(f"thiếu {name}", f"{name} is missing")
        for name in REQUIRED
        if name not in said.values and name not in given
    )
    device = Device(**({"commune": "", "code": "", "kind": ""} | said.values))  # type: ignore[arg-type]
    if not said.faults:
        said.faults.extend(_hinted(device, fault) for fault in faults_of_device(device))
        said.faults.extend(_example(device))
    return SheetRow(line, device, frozenset(said.values), tuple(said.faults), tuple(said.warnings))


def _read_place(given: dict[str, Cell], said: Said) -> None:
    """Take both coordinates from one cell: a column of its own, or that of the latitude while longitude is empty."""
    alone = "latitude" if "longitude" not in given else None
    name = "coordinates" if "coordinates" in given else alone
    if name is None or name not in given or not isinstance(given[name], str):
        return
    text = shown(given[name])
    try:
        place = read_place(text)
    except CoordinateError as error:
        if name == "coordinates":
            del given[name]
            said.faults.append(error.text)
        return
    del given[name]
    if place.exchanged:
        said.warnings.append(
            Text(
                f"{text!r} có kinh độ trước; đã đọc là vĩ độ {place.latitude:g}, kinh độ {place.longitude:g}",
                f"{text!r} has longitude first; read as latitude {place.latitude:g}, longitude {place.longitude:g}",
            )
        )
    if not _agree(given, place.latitude, place.longitude):
        said.faults.append(
            Text(
                "cột toạ độ và các cột vĩ độ, kinh độ nói hai nơi khác nhau; hãy bỏ một bên",
                "the coordinates and the columns of latitude and longitude name two places; leave one of them out",
            )
        )
    given.pop("latitude", None)
    given.pop("longitude", None)
    said.values |= {"latitude": place.latitude, "longitude": place.longitude}


def _agree(given: dict[str, Cell], latitude: float, longitude: float) -> bool:
    """Whether the cells of latitude and longitude, where there are any, name this place."""
    for name, axis, wanted in (("latitude", Axis.LATITUDE, latitude), ("longitude", Axis.LONGITUDE, longitude)):
        if name in given:
            try:
                if abs(read_degrees(shown(given[name]), axis) - wanted) > SAME_DEGREES:
                    return False
            except CoordinateError:
                return False
    return True


@lru_cache(maxsize=512)
def _kind_like(word: str) -> str | None:
    near = difflib.get_close_matches(word, KIND_WORDS, n=1, cutoff=0.7)
    return KIND_WORDS[near[0]] if near else None


def _hinted(device: Device, fault: Text) -> Text:
    """A fault, with what may have been meant where a code or a kind is not as it must be."""
    if not SLUG.fullmatch(device.code) and repr(device.code) in fault.en:
        meant = plain(device.code).replace("_", "-")
        hint = Text(meant, meant) if SLUG.fullmatch(meant) else None
    elif device.kind not in KINDS and repr(device.kind) in fault.en:
        kind = _kind_like(plain(device.kind)[:LONGEST_GUESS])
        hint = Text(KINDS[kind].title.vi, kind) if kind else None
    else:
        hint = None
    return Text(f"{fault.vi} (có phải là {hint.vi}?)", f"{fault.en} (did you mean {hint.en}?)") if hint else fault


def _example(device: Device) -> Iterator[Text]:
    if device.code.startswith(EXAMPLE):
        yield Text(
            f"{device.code} là dòng ví dụ của tệp mẫu; hãy xoá dòng này",
            f"{device.code} is an example of the template; delete this row",
        )
