"""A file of devices, CSV or JSON, read into rows with what is wrong with each.

Columns may come in any order and bear English or Vietnamese names, with or without accents. A cell that is empty (in
JSON: a member that is absent or null) is not given, so an import never empties what is registered already.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from devices.catalogue import KINDS
from devices.errors import SheetError
from devices.model import Text
from devices.registry import Device, DeviceState
from devices.registry_checks import faults_of_device

COLUMNS: dict[str, tuple[str, ...]] = {
    "commune": ("commune_code", "xa", "ma_xa"),
    "code": ("device", "device_code", "ma", "ma_thiet_bi", "thiet_bi"),
    "kind": ("device_kind", "type", "loai", "loai_thiet_bi"),
    "name": ("device_name", "ten", "ten_thiet_bi"),
    "latitude": ("lat", "vi_do"),
    "longitude": ("lon", "lng", "long", "kinh_do"),
    "height_m": ("height", "chieu_cao", "chieu_cao_m", "do_cao"),
    "hamlet": ("thon", "xom", "khoi", "to_dan_pho", "ma_thon"),
    "site": ("dia_diem", "ma_dia_diem"),
    "expected_interval_seconds": ("interval", "interval_seconds", "chu_ky", "chu_ky_giay"),
    "state": ("trang_thai",),
    "model": ("mau", "mau_ma"),
    "maker": ("manufacturer", "hang", "nha_san_xuat"),
    "serial": ("serial_number", "so_seri", "so_may"),
    "note": ("notes", "ghi_chu"),
}
"""Every column, with its other names. Upper case, accents, spaces and hyphens do not matter."""

_STATES = {
    "du_kien": DeviceState.PLANNED,
    "da_dang_ky": DeviceState.REGISTERED,
    "dang_hoat_dong": DeviceState.ACTIVE,
    "hoat_dong": DeviceState.ACTIVE,
    "bao_tri": DeviceState.MAINTENANCE,
    "ngung": DeviceState.RETIRED,
    "ngung_su_dung": DeviceState.RETIRED,
}
_REQUIRED = ("commune", "code", "kind")
_WHOLE = {"expected_interval_seconds"}
_NUMBERS = {"latitude", "longitude", "height_m"} | _WHOLE


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a file. `line` counts from 1: lines of a CSV file, items of a JSON array.

    `given` names the fields of `device` that the row speaks of; the others have their defaults. A row with `faults`
    may have placeholders in `device`.
    """

    line: int
    device: Device
    given: frozenset[str]
    faults: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, and a word on each column that nothing was read from."""

    rows: tuple[SheetRow, ...]
    unused: tuple[Text, ...] = ()


@dataclass(slots=True)
class _Names:
    """Which column of the file is which field."""

    fields: dict[str, str] = field(default_factory=dict)
    unused: list[Text] = field(default_factory=list)

    def learn(self, column: str) -> None:
        """Take in the name of one column; raises SheetError when another column already means the same."""
        meant = _MEANINGS.get(plain(column))
        if meant is None:
            self.unused.append(_unused(column))
        elif meant in self.fields.values():
            first = next(name for name, known in self.fields.items() if known == meant)
            raise SheetError(
                Text(
                    f"hai cột {first!r} và {column!r} cùng là {meant}",
                    f"columns {first!r} and {column!r} are both {meant}",
                )
            )
        else:
            self.fields[column] = meant


def plain(text: str) -> str:
    """A name without accents, in lower case, with _ for spaces and hyphens."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "_".join(bare.replace("-", " ").replace("_", " ").split())


_MEANINGS = {name: column for column, others in COLUMNS.items() for name in (column, *others)}
_KINDS = {plain(word): kind.name for kind in KINDS.values() for word in (kind.name, kind.title.vi, kind.title.en)}


def parse_csv(text: str, *, commune: str | None = None) -> Sheet:
    """Read a CSV text whose first line names the columns; separated by comma, semicolon or tab.

    `commune` is the commune of rows that name none. Raises SheetError when no row can be read at all.
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [column.strip() for column in next(lines, [])]
        names = _Names()
        for column in filter(None, columns):
            names.learn(column)
        _require(names.fields.values(), commune)
        rows = [
            _row(lines.line_num, _cells(columns, cells, names), commune, _surplus(columns, cells))
            for cells in lines
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise SheetError(
            Text(f"dòng {lines.line_num}: tệp CSV hỏng ({error})", f"line {lines.line_num}: broken CSV ({error})")
        ) from error
    return Sheet(_once(rows), tuple(names.unused))


def parse_json(text: str, *, commune: str | None = None) -> Sheet:
    """Read a JSON array of objects, or an object whose `devices` is one. See `parse_csv`."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise SheetError(Text(f"tệp JSON hỏng: {error}", f"broken JSON: {error}")) from error
    items = document.get("devices") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise SheetError(Text("cần một mảng JSON các thiết bị", "expected a JSON array of devices"))
    rows: list[SheetRow] = []
    unused: dict[str, Text] = {}
    for line, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise SheetError(Text(f"phần tử {line} không phải là đối tượng", f"item {line} is not an object"))
        names = _Names()
        for column in item:
            names.learn(column)
        unused |= {word.en: word for word in names.unused}
        cells = {names.fields[column]: value for column, value in item.items() if column in names.fields}
        rows.append(_row(line, cells, commune, ()))
    return Sheet(_once(rows), tuple(unused.values()))


def _cells(columns: list[str], cells: list[str], names: _Names) -> dict[str, object]:
    return {names.fields[c]: cell for c, cell in zip(columns, cells, strict=False) if c in names.fields}


def _surplus(columns: list[str], cells: list[str]) -> tuple[Text, ...]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return (Text(f"có {len(cells)} ô cho {len(columns)} cột", f"{len(cells)} cells for {len(columns)} columns"),)
    return ()


def _require(found: Iterable[str], commune: str | None) -> None:
    missing = set(_REQUIRED) - set(found) - ({"commune"} if commune else set())
    if missing:
        listed = ", ".join(column for column in _REQUIRED if column in missing)
        raise SheetError(Text(f"thiếu cột: {listed}", f"missing columns: {listed}"))


def _row(line: int, cells: Mapping[str, object], commune: str | None, faults: tuple[Text, ...]) -> SheetRow:
    values: dict[str, object] = {}
    unread: set[str] = set()
    found = list(faults)
    for name, cell in cells.items():
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            values[name] = _value(name, cell)
        except (ValueError, OverflowError):
            unread.add(name)
            found.append(_unreadable(name, cell))
    if commune:
        values.setdefault("commune", commune)
    missing = [name for name in _REQUIRED if name not in values and name not in unread]
    found.extend(Text(f"thiếu {name}", f"{name} is missing") for name in missing)
    device = Device(**({"commune": "", "code": "", "kind": ""} | values))  # type: ignore[arg-type]
    if not found:
        found.extend(faults_of_device(device))
    return SheetRow(line, device, frozenset(values), tuple(found))


_TEXT = Text("cần một chuỗi chữ", "a text")
_EXPECTED = dict.fromkeys(COLUMNS, _TEXT) | {
    "latitude": Text("cần độ thập phân, như 20.87", "decimal degrees, like 20.87"),
    "longitude": Text("cần độ thập phân, như 106.3", "decimal degrees, like 106.3"),
    "height_m": Text("cần số mét", "a number of metres"),
    "expected_interval_seconds": Text("cần số giây nguyên", "a whole number of seconds"),
    "state": Text(f"cần một trong {', '.join(DeviceState)}", f"one of {', '.join(DeviceState)}"),
}


def _unreadable(name: str, cell: object) -> Text:
    expected = _EXPECTED[name]
    return Text(f"{name}: {cell!r} không đọc được ({expected.vi})", f"{name}: {cell!r} is not readable ({expected.en})")


def _value(name: str, cell: object) -> object:
    """A cell as the field wants it; raises ValueError where it cannot be."""
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise ValueError
    if name in _NUMBERS:
        number = float(_decimal_point(cell) if isinstance(cell, str) else cell)
        if not math.isfinite(number) or (name in _WHOLE and not number.is_integer()):
            raise ValueError
        return int(number) if name in _WHOLE else number
    if isinstance(cell, float):
        raise ValueError
    text = str(cell).strip()
    if name == "kind":
        return _KINDS.get(plain(text), text)
    if name == "state":
        return _STATES.get(plain(text)) or DeviceState(plain(text))
    return text


def _decimal_point(text: str) -> str:
    """A number as spreadsheets in Viet Nam write it, with a decimal comma, as Python reads it."""
    return text.strip().replace(",", ".") if text.count(",") == 1 and "." not in text else text.strip()


def _once(rows: list[SheetRow]) -> tuple[SheetRow, ...]:
    """The same rows, with a fault on each that repeats an earlier one."""
    first: dict[tuple[str, str], int] = {}
    judged = []
    for row in rows:
        line = first.setdefault((row.device.commune, row.device.code), row.line)
        repeated = line != row.line and row.device.code
        fault = (Text(f"lặp lại thiết bị của dòng {line}", f"repeats the device of line {line}"),) if repeated else ()
        judged.append(SheetRow(row.line, row.device, row.given, row.faults + fault))
    return tuple(judged)


def _unused(column: str) -> Text:
    near = difflib.get_close_matches(plain(column), _MEANINGS, n=1, cutoff=0.75)
    return Text(
        f"cột {column!r} không dùng đến" + (f" (có phải là {near[0]}?)" if near else ""),
        f"column {column!r} is not used" + (f" (did you mean {near[0]}?)" if near else ""),
    )
