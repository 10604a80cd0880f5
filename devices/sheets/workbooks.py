"""Spreadsheets in the form of Excel (.xlsx): their cells, with what Excel makes of them.

openpyxl reads them row by row, over the XML parser of defusedxml, which refuses entities. Before that the archive is
looked at as a whole, so that a small file cannot unpack into more than the memory of the machine.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any

from devices.errors import SheetError
from devices.model import Text
from devices.sheets.tables import (
    HEADER_WITHIN,
    MOST_COLUMNS,
    MOST_ROWS,
    BadCell,
    Cell,
    NumberCell,
    NumberedRow,
    header_score,
    is_blank,
    too_many_rows,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_PARTS = 500
MOST_TAGS = 1_500_000
"""XML tags in all parts: a cell has four to six, so a file of `MOST_ROWS` full rows has half of that."""
LAST_ROW = 1_048_576
"""Of a sheet of Excel. A file that numbers its rows higher is none."""
CHUNK_BYTES = 256 * 1024

MOST_MERGES = 5000
Merge = tuple[int, int, int]

_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ZEROS = re.compile(r"0{2,}")
_LOOKING = Lock()
"""Warnings are silenced for the whole process while a file is read, so one is read at a time."""
# What openpyxl and the standard library raise over bytes that are no workbook. The list was found by changing bytes.
# SyntaxError is that of XML, whether the standard library reads it or lxml.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip


def is_workbook(data: bytes) -> bool:
    """True for a zip archive, as .xlsx files are."""
    return data.startswith(b"PK")


def is_old_workbook(data: bytes) -> bool:
    """True for the form of .xls, and of an .xlsx that a password closes."""
    return data.startswith(b"\xd0\xcf\x11\xe0")


def read_workbook(data: bytes) -> tuple[str, list[NumberedRow]]:
    """The title and the rows, but for empty ones, of the first sheet whose header is understood, else of the first.

    A formula is read as the value that was last computed for it. Raises SheetError.
    """
    with _LOOKING, warnings.catch_warnings():
        # What openpyxl leaves out (styles, extensions) is nothing that an import needs.
        warnings.simplefilter("ignore")
        try:
            _check_archive(data)
            title, rows, merges = _best_sheet(data)
            if any(isinstance(cell, _Formula) for _, cells in rows for cell in cells):
                rows = _with_values(data, title, rows)
            rows = _without_merges(rows, merges)
        except SheetError:
            raise
        except _BROKEN as error:
            raise SheetError(_broken()) from error
    return title, rows


def _check_archive(data: bytes) -> None:
    """Unpack every part once, in pieces that are thrown away. Raises SheetError, BadZipFile."""
    unpacked = tags = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        # zipfile never unpacks more of a part than its entry declares, and checks its sum at the end.
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise SheetError(_too_large())
        for part in parts:
            with archive.open(part) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    unpacked += len(chunk)
                    tags += chunk.count(b"<") if part.filename.endswith((".xml", ".rels")) else 0
                    if unpacked > MOST_UNPACKED_BYTES or tags > MOST_TAGS:
                        raise SheetError(_too_large())


def _open(data: bytes, *, values: bool) -> Workbook:
    # openpyxl takes a tenth of a second to import, and only those who import devices need it.
    from openpyxl import load_workbook  # noqa: PLC0415

    return load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)


def _best_sheet(data: bytes) -> tuple[str, list[NumberedRow], list[Merge]]:
    """Title, rows and merged cells of the first sheet whose header is understood, else of the first."""
    book = _open(data, values=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            raise SheetError(Text("tệp không có trang tính nào", "the file has no sheet"))
        found = ((sheet, list(_rows(sheet))) for sheet in sheets)
        first = next(found)
        sheet, rows = next((one for one in chain([first], found) if header_score(one[1]) >= 2), first)
        return sheet.title, rows, _merges(data, sheet)
    finally:
        book.close()


def _merges(data: bytes, sheet: Any) -> list[Merge]:
    """The cells of one column that are merged over several rows: column, first and last row, from 1."""
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    # In read-only mode openpyxl does not tell of them.
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        spans = _MERGED.findall(archive.read(sheet._worksheet_path))
    return [
        (column_index_from_string(left.decode()), int(top), int(bottom))
        for left, top, right, bottom in spans[:MOST_MERGES]
        if left == right
    ]


def _without_merges(rows: list[NumberedRow], merges: list[Merge]) -> list[NumberedRow]:
    """The same rows, where what a merged cell says is said in each row that it covers."""
    by_number = {number: list(cells) for number, cells in rows}
    for column, top, bottom in merges:
        upper = by_number.get(top, [])
        value = upper[column - 1] if column <= len(upper) else None
        for number in range(top + 1, min(bottom, top + MOST_ROWS) + 1):
            if value is not None and (cells := by_number.get(number)) is not None:
                cells.extend([None] * (column - len(cells)))
                cells[column - 1] = value
    return list(by_number.items())


def _rows(sheet: Any) -> Iterator[NumberedRow]:
    sheet.reset_dimensions()
    found = 0
    cells: Iterable[Any]
    blank: Iterable[Any] = ()
    for number, cells in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS), 1):
        if cells is blank:
            continue  # rows that the file skips are one and the same object
        if all(cell.value is None for cell in cells):
            blank = cells
            continue
        read = [_cell(cell) for cell in cells]
        while read and is_blank(read[-1]):
            read.pop()
        if read:
            found += 1
            if found > MOST_ROWS + HEADER_WITHIN:
                raise too_many_rows()
            yield number, read


class _Formula(BadCell):
    """A cell whose value is computed; without one it is bad."""


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if cell.data_type == "f":
        return _Formula(str(value), _NO_VALUE)
    if cell.data_type == "e":
        return BadCell(str(value), Text(f"ô có lỗi {value} của Excel", f"the cell holds Excel's error {value}"))
    if isinstance(value, (datetime, date, time, timedelta)):
        return _date(value)
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format)
    return str(value).replace("_x000D_", "")


def _number(value: int | float, form: str) -> Cell:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(form) and value >= 0:
        return NumberCell(value, str(value).zfill(len(form)), padded=True)
    if "%" in form:
        return NumberCell(value, f"{round(value * 100, 9):g}%")
    return NumberCell(value, str(value) if isinstance(value, int) else repr(value))


def _date(value: object) -> BadCell:
    midnight = isinstance(value, datetime) and value.time() == time()
    shown = str(value).removesuffix(" 00:00:00") if midnight else str(value)
    return BadCell(
        shown,
        Text(
            f"Excel đã đổi ô thành ngày giờ {shown}; hãy định dạng cột là Văn bản (Text) rồi nhập lại",
            f"Excel has turned the cell into the date {shown}; format the column as Text and enter it again",
        ),
    )


_NO_VALUE = Text(
    "ô là công thức chưa có kết quả; hãy mở bằng Excel và lưu lại, hoặc dán giá trị",
    "the cell is a formula without a result; open the file in Excel and save it, or paste the values",
)


def _with_values(data: bytes, title: str, rows: list[NumberedRow]) -> list[NumberedRow]:
    """The same rows, with the last computed value of each formula that has one."""
    book = _open(data, values=True)
    try:
        values = dict(_rows(book[title]))
    finally:
        book.close()
    return [
        (number, [_value_of(cell, values.get(number, ()), place) for place, cell in enumerate(cells)])
        for number, cells in rows
    ]


def _value_of(cell: Cell, values: Any, place: int) -> Cell:
    computed: Cell = values[place] if place < len(values) else None
    return cell if not isinstance(cell, _Formula) or is_blank(computed) else computed


def _broken() -> Text:
    return Text(
        "tệp Excel hỏng hoặc không phải .xlsx; hãy mở bằng Excel và lưu lại thành .xlsx",
        "the spreadsheet is broken or no .xlsx; open it in Excel and save it as .xlsx",
    )


def _too_large() -> Text:
    return Text(
        f"tệp Excel bung ra quá lớn (hơn {MOST_UNPACKED_BYTES // 1024 // 1024} MiB, hay quá nhiều ô); hãy chép riêng "
        "bảng thiết bị sang tệp mới",
        f"the spreadsheet unpacks to too much (more than {MOST_UNPACKED_BYTES // 1024 // 1024} MiB, or too many "
        "cells); copy the table of devices into a new file",
    )
