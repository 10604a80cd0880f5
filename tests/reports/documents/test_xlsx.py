"""Documents as workbooks: numbers that are numbers, and nothing that a spreadsheet takes for a command."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook, load_workbook

from reports.documents.model import Column, Table
from reports.documents.xlsx_writer import write_xlsx
from tests.reports.documents.sample import AT, COLUMNS, ROWS, document


@pytest.fixture(scope="module")
def content() -> bytes:
    """The sample document as a file."""
    return write_xlsx(document())


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    """The same, opened."""
    return load_workbook(io.BytesIO(content))


def test_it_has_a_sheet_of_figures_and_one_of_each_table(book: Workbook) -> None:
    assert book.sheetnames == ["Báo cáo", "Theo trạm", "Dữ liệu"]
    rows = [[cell.value for cell in row] for row in book["Báo cáo"].iter_rows()]
    assert ["Kỳ báo cáo", "quý IV năm 2026", None, None] in rows
    assert ["Số liệu tính đến", "00 giờ 00 ngày 01/01/2027", None, None] in rows
    assert ["Chỉ số lớn nhất", 99, None, "worst"] in rows
    assert ["Chưa đo", None, "mm", "none"] in rows
    assert ["Ngày", "01/01/2027", None, "day"] in rows


def test_numbers_are_numbers_with_their_form(book: Workbook) -> None:
    sheet = book["Theo trạm"]
    assert sheet["A1"].value == "Bảng 1. Theo trạm"
    assert [cell.value for cell in sheet[2]] == [column.title for column in COLUMNS]
    assert (sheet["C3"].value, sheet["C3"].number_format) == (1235.5, "#,##0.0")
    assert (sheet["D3"].value, sheet["D3"].number_format) == (0.8731, "0.0%")
    assert sheet["E3"].font.bold
    assert sheet.max_row == len(ROWS) + 4


def test_a_text_that_looks_like_a_formula_stays_a_text(book: Workbook) -> None:
    cell = book["Dữ liệu"]["A3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_sheets_of_one_name_are_told_apart_and_long_names_are_cut() -> None:
    tables = tuple(Table("x", (Column("A"),), (), sheet=name) for name in ("Một/hai", "Một/hai", "d" * 40))
    names = load_workbook(io.BytesIO(write_xlsx(document(blocks=(), data=tables)))).sheetnames
    assert names == ["Báo cáo", "Một hai", "Một hai 2", "d" * 31]


def test_the_same_document_is_the_same_bytes_and_says_when_its_data_end(content: bytes, book: Workbook) -> None:
    assert write_xlsx(document()) == content
    assert book.properties.modified == AT.replace(tzinfo=None)
    assert book.properties.creator == "ỦY BAN NHÂN DÂN XÃ GIA LỘC"
