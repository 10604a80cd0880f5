"""A file of devices, CSV, XLSX or JSON, read into rows with what is wrong with each.

Columns may come in any order and bear English or Vietnamese names, with or without accents. A cell that is empty (in
JSON: a member that is absent or null) is not given, so an import never empties what is registered already.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from devices.catalogue import KINDS
from devices.coordinates import Axis, read_degrees, read_place
from devices.errors import CoordinateError, SheetError
from devices.model import Text
from devices.registry import Device
from devices.registry_checks import faults_of_device
from devices.sheets.cells import Said, read_cell
from devices.sheets.columns import COLUMNS, KIND_WORDS, REQUIRED, plain
from devices.sheets.tables import MOST_ROWS, Cell, NumberedRow, find_header, is_blank, require, shown, too_many_rows
from devices.sheets.texts import decode, read_csv
from devices.sheets.workbooks import is_old_workbook, is_workbook, read_workbook
from devices.topics import SLUG

__all__ = [
    "COLUMNS",
    "EXAMPLE",
    "MOST_BYTES",
    "Sheet",
    "SheetRow",
    "parse_csv",
    "parse_file",
    "parse_json",
    "plain",
    "within",
]

MOST_BYTES = 8 * 1024 * 1024
"""Largest file that is read: some 10,000 rows with long notes have half of it."""
EXAMPLE = "vi-du-"
"""The codes of the examples in the templates begin with it; nobody means to register them."""
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
class Sheet:
    """The rows of a file, a word on each column that nothing was read from, and notes on the file as a whole."""

    rows: tuple[SheetRow, ...]
    unused: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


def parse_file(data: bytes, *, commune: str | None = None) -> Sheet:
    """Read the bytes of a file, whichever form it has; its name does not matter. See `parse_csv`.

    Raises SheetError for a file that is larger than `MOST_BYTES`, broken, or in no encoding that can be known.
    """
    if len(data) > MOST_BYTES:
        raise SheetError(_too_large())
    if is_old_workbook(data):
        raise SheetError(
            Text(
                "tệp .xls kiểu cũ hoặc có mật khẩu; hãy bỏ mật khẩu và lưu lại thành .xlsx",
                "an old .xls file, or one with a password; remove the password and save it as .xlsx",
            )
        )
    notes: tuple[Text, ...]
    if is_workbook(data):
        title, rows = read_workbook(data)
        notes = (Text(f"đã đọc trang tính {title!r}", f"the sheet {title!r} was read"),)
        sheet = _table(rows, commune)
    else:
        text, notes = decode(data)
        parse = parse_json if text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{") else parse_csv
        sheet = parse(text, commune=commune)
    if not sheet.rows:
        raise SheetError(Text("dưới dòng tên cột không có thiết bị nào", "there is no device below the header"))
    return replace(sheet, notes=notes)


def parse_csv(text: str, *, commune: str | None = None) -> Sheet:
    """Read a CSV text in which a row names the columns; separated by comma, semicolon or tab.

    `commune` is the commune of rows that name none. Raises SheetError when no row can be read at all.
    """
    return _table(read_csv(text), commune)


def parse_json(text: str, *, commune: str | None = None) -> Sheet:
    """Read a JSON array of objects, or an object whose `devices` is one. See `parse_csv`."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SheetError(Text(f"tệp JSON hỏng: {error}", f"broken JSON: {error}")) from error
    items = document.get("devices") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise SheetError(Text("cần một mảng JSON các thiết bị", "expected a JSON array of devices"))
    if len(items) > MOST_ROWS:
        raise too_many_rows()
    rows: list[SheetRow] = []
    unused: dict[str, Text] = {}
    for line, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise SheetError(Text(f"phần tử {line} không phải là đối tượng", f"item {line} is not an object"))
        header = find_header([(line, list(item))])
        unused |= {word.en: word for word in header.unused}
        rows.append(_row(line, list(zip(header.names, item.values(), strict=True)), commune))
    return Sheet(_once(rows), tuple(unused.values()))


def within(sheet: Sheet, commune: str) -> Sheet:
    """The same rows, with a fault on each that names another commune than this one."""

    def judged(row: SheetRow) -> SheetRow:
        if not row.device.commune or row.device.commune == commune:
            return row
        named = row.device.commune
        fault = Text(
            f"dòng này là của xã {named!r}; đang nhập vào xã {commune}",
            f"this row is of commune {named!r}; the import is into {commune}",
        )
        return replace(row, faults=(*row.faults, fault))

    return replace(sheet, rows=tuple(map(judged, sheet.rows)))


def _table(rows: Sequence[NumberedRow], commune: str | None) -> Sheet:
    header = find_header(rows)
    require(header, commune)
    last = max(header.rows, default=0)
    below = [row for row in rows if row[0] > last]
    if len(below) > MOST_ROWS:
        raise too_many_rows()
    return Sheet(_once([_row_of(row, header.names, commune) for row in below]), header.unused)


def _row_of(row: NumberedRow, names: Sequence[str | None], commune: str | None) -> SheetRow:
    line, cells = row
    surplus = any(not is_blank(cell) for cell in cells[len(names) :])
    faults = [_surplus(len(cells), len(names))] if surplus else []
    return _row(line, list(zip(names, cells, strict=False)), commune, faults)


def _row(
    line: int, cells: Sequence[tuple[str | None, Cell]], commune: str | None, faults: Sequence[Text] = ()
) -> SheetRow:
    said = Said(faults=list(faults))
    given = {name: cell for name, cell in cells if name is not None and not is_blank(cell)}
    _read_place(given, said)
    for name, cell in given.items():
        read_cell(name, cell, said)
    if commune:
        said.values.setdefault("commune", commune)
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


def _hinted(device: Device, fault: Text) -> Text:
    """A fault, with what may have been meant where a code or a kind is not as it must be."""
    if not SLUG.fullmatch(device.code) and repr(device.code) in fault.en:
        meant = plain(device.code).replace("_", "-")
        hint = Text(meant, meant) if SLUG.fullmatch(meant) else None
    elif device.kind not in KINDS and repr(device.kind) in fault.en:
        near = difflib.get_close_matches(plain(device.kind), KIND_WORDS, n=1, cutoff=0.7)
        hint = Text(KINDS[KIND_WORDS[near[0]]].title.vi, KIND_WORDS[near[0]]) if near else None
    else:
        hint = None
    return Text(f"{fault.vi} (có phải là {hint.vi}?)", f"{fault.en} (did you mean {hint.en}?)") if hint else fault


def _example(device: Device) -> Iterator[Text]:
    if device.code.startswith(EXAMPLE):
        yield Text(
            f"{device.code} là dòng ví dụ của tệp mẫu; hãy xoá dòng này",
            f"{device.code} is an example of the template; delete this row",
        )


def _surplus(cells: int, columns: int) -> Text:
    return Text(f"có {cells} ô cho {columns} cột", f"{cells} cells for {columns} columns")


def _once(rows: list[SheetRow]) -> tuple[SheetRow, ...]:
    """The same rows, with a fault on each that repeats an earlier one."""
    first: dict[tuple[str, str], int] = {}
    judged = []
    for row in rows:
        line = first.setdefault((row.device.commune, row.device.code), row.line)
        repeated = line != row.line and row.device.code
        fault = (Text(f"lặp lại thiết bị của dòng {line}", f"repeats the device of line {line}"),) if repeated else ()
        judged.append(replace(row, faults=row.faults + fault))
    return tuple(judged)


def _too_large() -> Text:
    return Text(
        f"tệp lớn hơn {MOST_BYTES // 1024 // 1024} MiB; hãy chia thành nhiều tệp",
        f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB; part it into several",
    )
