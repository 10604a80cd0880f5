"""Templates to fill in: the table with its lists to choose from, examples, and what each column wants."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices.catalogue import KINDS
from devices.lifecycle import STATE_MEANINGS, STATE_WORDS
from devices.registry import DeviceState
from devices.sheets.columns import COLUMN, WRITTEN, plain
from devices.sheets.tables import MOST_ROWS
from devices.sheets.writing import (
    WIDTHS,
    Format,
    Value,
    csv_bytes,
    make_header,
    prepare,
    required_header,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

EXAMPLES: tuple[dict[str, Value], ...] = (
    {
        "code": "vi-du-den-01", "kind": KINDS["lighting"].title.vi, "name": "Đèn cổng chợ", "latitude": "20,8731",
        "longitude": "106,3054", "height_m": 6, "expected_interval_seconds": "5 phút", "tags": "đường trục, cột 12",
    },
    {
        "code": "vi-du-tram-01", "kind": "environment", "name": "Trạm môi trường UBND xã",
        "latitude": "20°52'16\"B", "longitude": "106°18'08\"Đ", "state": STATE_WORDS[DeviceState.PLANNED].vi,
        "maker": "Milesight", "model": "EM500", "serial": "00612A", "note": "trên mái nhà hai tầng",
    },
    {
        "code": "vi-du-cam-01", "kind": KINDS["camera"].title.vi, "name": "Camera ngã ba", "latitude": 20.8744,
        "longitude": 106.3062, "state": STATE_WORDS[DeviceState.REGISTERED].vi,
    },
)  # fmt: skip
"""Rows that show the forms a cell may have. Their codes begin with `vi-du-`, which an import refuses."""
COMMON = (
    (
        "Mỗi dòng là một thiết bị. Cột có dấu * phải điền; cột khác để trống được, và có thể xoá hay đổi thứ tự.",
        "A row is a device. Columns with * must be filled; the others may be empty, deleted or moved.",
    ),
    (
        "Nhập lại tệp này không tạo thiết bị lần thứ hai: thiết bị đã có được mô tả lại theo các ô không trống.",
        "Importing this file again registers nothing twice: a known device is described anew by the filled cells.",
    ),
    (
        "Hãy chạy thử trước. Một dòng sai thì không dòng nào được ghi.",
        "Try it first. Where one row is wrong, none is written.",
    ),
)
TEXT_FORMAT = "@"


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen in a commune: names of hamlets and sites. `commune` is None for a template of no commune."""

    commune: str | None = None
    hamlets: Sequence[str] = ()
    sites: Sequence[str] = ()

    @classmethod
    def of(cls, commune: str, hamlets: Sequence[tuple[str, str]], sites: Sequence[tuple[str, str]]) -> Choices:
        """The choices among (code, name) pairs: names, but codes where two places share a name."""
        return cls(commune, _distinct(hamlets), _distinct(sites))


def _distinct(places: Sequence[tuple[str, str]]) -> list[str]:
    shared = Counter(plain(name) for _, name in places)
    return [name if shared[plain(name)] == 1 else code for code, name in places]


def template_file(form: Format, choices: Choices | None = None) -> bytes:
    """A template. That of a commune needs no column of communes, and its XLSX has lists of hamlets and sites."""
    choices = choices or Choices()
    names = [name for name in WRITTEN if name != "commune" or choices.commune is None]
    if form is Format.CSV:
        return csv_bytes([required_header(name) for name in names], [_example(row, names) for row in EXAMPLES])
    # openpyxl takes a tenth of a second to import, and only those who import devices need it.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    sheet: Any = book.active
    lists = {
        "kind": [kind.title.vi for kind in KINDS.values()],
        "state": [word.vi for word in STATE_WORDS.values()],
        "hamlet": list(choices.hamlets),
        "site": list(choices.sites),
    }
    _fill_table(sheet, names)
    _fill_examples(book.create_sheet("Ví dụ - Examples"), names)
    _fill_help(book.create_sheet("Hướng dẫn - Help"), names)
    _add_lists(book, sheet, names, lists)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _example(row: dict[str, Value], names: Sequence[str]) -> list[Value]:
    return [row.get(name) if name != "commune" else "gia-loc" for name in names]


def _fill_table(sheet: Any, names: Sequence[str]) -> None:
    sheet.title = "Thiết bị - Devices"
    _head(sheet, names)
    for number, name in enumerate(names, 1):
        # Codes and serial numbers keep their zeros, and are no dates, where the column is text.
        if name in ("code", "serial", "model", "name"):
            letter = sheet.cell(1, number).column_letter
            sheet.column_dimensions[letter].number_format = TEXT_FORMAT
            for row in range(2, 502):
                sheet.cell(row, number).number_format = TEXT_FORMAT


def _fill_examples(sheet: Worksheet, names: Sequence[str]) -> None:
    _head(sheet, names)
    for row in EXAMPLES:
        sheet.append(_example(row, names))


def _fill_help(sheet: Worksheet, names: Sequence[str]) -> None:
    prepare(sheet, (30, 10, 60, 60))
    sheet.append(("Cột / Column", "*", "Ghi gì", "What to write"))
    for cell in sheet[1]:
        make_header(cell)
    for name in names:
        column = COLUMN[name]
        title = f"{column.title.vi} / {column.title.en}"
        sheet.append((title, "*" if column.required else "", column.expected.vi, column.expected.en))
    sheet.append(())
    for vi, en in COMMON:
        sheet.append(("", "", vi, en))
    sheet.append(())
    for state, word in STATE_WORDS.items():
        sheet.append((f"{word.vi} / {state}", "", STATE_MEANINGS[state].vi, STATE_MEANINGS[state].en))
    for kind in KINDS.values():
        sheet.append((f"{kind.title.vi} / {kind.name}", "", kind.meaning.vi, kind.meaning.en))


def _add_lists(book: Workbook, sheet: Worksheet, names: Sequence[str], lists: dict[str, list[str]]) -> None:
    """Let the columns of kinds, states and places choose from lists; a code that is typed is warned of, and taken."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    held = book.create_sheet("Danh mục - Lists")
    chosen = [(name, words) for name, words in lists.items() if words and name in names]
    prepare(held, [34] * len(chosen))
    for column, (name, words) in enumerate(chosen, 1):
        make_header(held.cell(1, column, f"{COLUMN[name].title.vi} / {COLUMN[name].title.en} ({len(words)})"))
        for row, word in enumerate(words, 2):
            cell = held.cell(row, column, word)
            cell.data_type = "s"
        letter = get_column_letter(column)
        validation = DataValidation(
            type="list",
            formula1=f"'{held.title}'!${letter}$2:${letter}${len(words) + 1}",
            allow_blank=True,
            errorStyle="warning",
            errorTitle=COLUMN[name].title.vi,
            error="Không có trong danh mục. Vẫn dùng? / Not in the list. Keep it?",
            showErrorMessage=True,
        )
        place = get_column_letter(names.index(name) + 1)
        validation.add(f"{place}2:{place}{MOST_ROWS + 1}")
        sheet.add_data_validation(validation)


def _head(sheet: Worksheet, names: Sequence[str]) -> None:
    prepare(sheet, [WIDTHS.get(name, 16) for name in names])
    sheet.append([required_header(name) for name in names])
    for cell in sheet[1]:
        make_header(cell)
