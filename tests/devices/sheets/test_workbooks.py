"""What Excel does to a table of devices, and what somebody might do to us with a workbook."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from openpyxl import Workbook

from devices.errors import SheetError
from devices.importing import Sheet, SheetRow, parse_file
from devices.registry import Device
from devices.sheets.tables import MOST_ROWS
from tests.devices.sheets.books import HEADER, rewritten, saved, workbook

ROW = ("gia-loc", "tram-1", "environment", "Trạm 1", 20.73, 106.4)
SHEET = "xl/worksheets/sheet1.xml"


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def only(data: bytes) -> SheetRow:
    (row,) = parse_file(data).rows
    return row


def fault(data: bytes) -> str:
    """The only fault of the only row."""
    (found,) = only(data).faults
    assert found.vi != found.en
    return found.en


def refusal(data: bytes) -> str:
    with pytest.raises(SheetError) as raised:
        parse_file(data)
    return raised.value.text.en


def test_a_workbook_is_read_with_numbers_as_excel_keeps_them() -> None:
    header = (*HEADER, "Chu kỳ (giây)", "Chiều cao (m)", "Số sê-ri")
    sheet = parse_file(workbook(header, (*ROW, 300.0, 4, "00123")))
    (row,) = sheet.rows
    assert row.device == Device(
        "gia-loc", "tram-1", "environment", "Trạm 1", 20.73, 106.4, 4.0, expected_interval_seconds=300, serial="00123"
    )
    assert (row.line, row.faults, row.warnings) == (2, (), ())
    assert [note.en for note in sheet.notes] == ["the sheet 'Thiết bị' was read"]


def test_titles_empty_rows_and_a_merged_header_of_two_rows_are_understood() -> None:
    def merge(sheet: Any) -> None:
        for cells in ("A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3"):
            sheet.merge_cells(cells)

    data = workbook(
        ("DANH SÁCH THIẾT BỊ XÃ GIA LỘC",), (),
        ("Mã xã", "Mã", "Loại", "Tên", "Toạ độ", None), (None, None, None, None, "Vĩ độ", "Kinh độ"),
        (), ROW, (), (None, "  "), ("gia-loc", "tram-2", "environment"),
        change=merge,
    )  # fmt: skip
    rows = parse_file(data).rows
    assert [(row.line, row.device.code, row.device.latitude) for row in rows] == [
        (6, "tram-1", 20.73),
        (9, "tram-2", None),
    ]
    assert [row.faults for row in rows] == [(), ()]


def test_what_a_merged_cell_says_is_said_of_every_row_that_it_covers() -> None:
    def merge(sheet: Any) -> None:
        for cells in ("C2:C4", "G2:G3", "A6:B6"):
            sheet.merge_cells(cells)

    data = workbook(
        (*HEADER, "Thôn"),
        ("gia-loc", "w-1", "wifi", "", None, None, "Thôn Một"),
        ("gia-loc", "w-2"),
        ("gia-loc", "w-3", None, "", None, None, "Thôn Hai"),
        ("gia-loc", "w-4", "camera"),
        change=merge,
    )
    rows = parse_file(data).rows
    assert [(row.device.kind, row.device.hamlet) for row in rows] == [
        ("wifi", "Thôn Một"), ("wifi", "Thôn Một"), ("wifi", "Thôn Hai"), ("camera", None),
    ]  # fmt: skip


def test_a_header_in_two_languages_with_stars_and_units_is_understood() -> None:
    header = ("Mã xã *", "Mã thiết bị / Device code (*)", "Loại\nKind", "TÊN:", "Vĩ độ (WGS84)", "Kinh độ [độ]", "STT")
    sheet = parse_file(workbook(header, (*ROW, 1)))
    assert sheet.rows[0].device.longitude == 106.4
    assert sheet.unused == ()


def test_the_first_sheet_with_a_header_is_read_and_hidden_ones_are_not() -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.append(("Hướng dẫn", "điền vào trang sau"))
    hidden = book.create_sheet("Cũ")
    hidden.sheet_state = "hidden"
    for sheet in (hidden, book.create_sheet("Tháng 11")):
        sheet.append(HEADER)
        sheet.append((*ROW[:3], sheet.title))
    read = parse_file(saved(book))
    assert [row.device.name for row in read.rows] == ["Tháng 11"]


def test_zeros_that_a_format_shows_are_kept() -> None:
    def pad(sheet: Any) -> None:
        sheet["B2"].number_format = "0000"

    row = only(workbook(HEADER, ("gia-loc", 17, "wifi"), change=pad))
    assert (row.device.code, row.warnings) == ("0017", ())


def test_a_code_that_is_a_number_is_taken_with_a_warning_about_its_zeros() -> None:
    row = only(workbook(HEADER, ("gia-loc", 17.0, "wifi")))
    assert (row.device.code, row.faults) == ("17", ())
    assert (
        row.warnings[0].en
        == "code: the cell is the number 17; Excel has dropped zeros in front of it, if there were any"
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (datetime(2026, 2, 1), "code: Excel has turned the cell into the date 2026-02-01; format the column as Text"),  # noqa: DTZ001
        (1234567890123456789, "code: Excel keeps only 15 digits of"),
        ("8,97E+18", "code: Excel has turned a long number into 8,97E+18"),
        (True, "code: True is not readable"),
        (1.5, "code: '1.5' is not readable"),
        ("#N/A", "code: the cell holds Excel's error #N/A"),
        ("=A2&1", "code: the cell is a formula without a result; open the file in Excel and save it"),
    ],
)  # fmt: skip
def test_what_excel_made_of_a_code_is_said(cell: object, said: str) -> None:
    assert fault(workbook(HEADER, ("gia-loc", cell, "wifi"))).startswith(said)


def test_the_last_result_of_a_formula_is_read() -> None:
    data = workbook(HEADER, ("gia-loc", "w-1", "wifi", '=UPPER("ao")'))
    data = rewritten(
        data,
        SHEET,
        lambda xml: (
            xml.replace(b"<v /></c>", b"<v>AO</v></c>")
            .replace(b"<v></v></c>", b"<v>AO</v></c>")
            .replace(b'<c r="D2">', b'<c r="D2" t="str">')
        ),
    )
    assert only(data).device.name == "AO"


def test_a_formula_in_a_column_that_is_not_used_hurts_nobody() -> None:
    row = only(workbook((*HEADER, "Tổng"), (*ROW, "=1+1")))
    assert row.faults == ()


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    data = workbook(HEADER, ROW)
    for size in (b"A1", b"A1:XFD1048576"):
        lying = rewritten(data, SHEET, partial(replaced, old=b'ref="A1:F2"', new=b'ref="' + size + b'"'))
        assert len(parse_file(lying).rows) == 1


def test_a_row_far_down_is_found_and_one_that_cannot_be_is_not() -> None:
    data = workbook(HEADER, ROW, change=lambda sheet: sheet.cell(1_048_576, 2, "w-9"))
    assert [row.line for row in parse_file(data).rows] == [2, 1_048_576]
    beyond = rewritten(data, SHEET, lambda xml: xml.replace(b"1048576", b"99999999999"))
    assert [row.line for row in parse_file(beyond).rows] == [2]


def bomb(*parts: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused_unread() -> None:
    zeros = bomb(("xl/worksheets/sheet1.xml", bytes(65 * 1024 * 1024)))
    assert len(zeros) < 100_000
    assert refusal(zeros).startswith("the spreadsheet unpacks to too much")
    assert refusal(bomb(("xl/a.xml", b"<c/>" * 1_600_000))).startswith("the spreadsheet unpacks to too much")
    assert refusal(bomb(*((f"xl/{n}.xml", b"") for n in range(501)))).startswith("the spreadsheet unpacks to too much")


def test_entities_are_not_expanded() -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "w-1">]>'
    data = rewritten(
        workbook(HEADER, ROW), SHEET, lambda xml: entity + xml[xml.index(b"<worksheet") :].replace(b"tram-1", b"&a;")
    )
    assert refusal(data).startswith("the spreadsheet is broken or no .xlsx")


def test_too_many_rows_are_refused() -> None:
    data = workbook(HEADER, *(("gia-loc", f"w-{n}", "wifi") for n in range(MOST_ROWS + 1)))
    assert refusal(data) == "the file has more than 10000 rows; part it into several"


@pytest.mark.parametrize(
    "data", [b"PK", b"PK\x03\x04", bomb(("word/document.xml", b"<w/>")), bomb()], ids=["pk", "head", "docx", "empty"]
)
def test_an_archive_that_is_no_workbook_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("the spreadsheet is broken or no .xlsx")


def test_a_workbook_with_changed_bytes_is_read_or_refused_and_nothing_else() -> None:
    whole = workbook(HEADER, ROW, ("gia-loc", "w-1", "wifi", "=1+1", datetime(2026, 2, 1)))  # noqa: DTZ001
    chance = random.Random(20261120)  # noqa: S311 - it must be the same every time
    for part in zipfile.ZipFile(io.BytesIO(whole)).namelist():
        for _ in range(25):
            data = rewritten(whole, part, lambda xml: garbled(xml, chance))
            try:
                read: Sheet | None = parse_file(data)
            except SheetError as error:
                assert error.text.vi
            else:
                assert read is not None


def garbled(data: bytes, chance: random.Random) -> bytes:
    """The same bytes with a few of them changed, taken out or doubled."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        length = chance.randint(1, 12)
        changed[place : place + length] = chance.choice(
            [b"", changed[place : place + length] * 2, bytes([chance.randrange(32, 127)]), b"9" * length, b"-"]
        )
    return bytes(changed)
