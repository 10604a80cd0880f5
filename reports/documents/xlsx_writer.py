"""Documents as a workbook: what the report states, each of its tables, and every row behind them.

Numbers are numbers, whatever their Vietnamese form, so that they can be added up and held against the API's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from devices.sheets.writing import DANGEROUS, make_header
from reports.documents import layout
from reports.documents.archive import settled
from reports.documents.docx_parts import FONT
from reports.documents.letter import TYPE
from reports.documents.model import Align, Cell, Column, Document, Fact, Number, Strong, Table, numbered
from reports.documents.words import write_moment, write_period

FIRST_SHEET = "Báo cáo"
LONGEST_NAME = 31
WIDEST = 60
"""Characters of the widest column; longer texts are wrapped."""
HEADER_HEIGHT_PT = 48
_THIN = Side(style="thin", color="999999")
BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def write_xlsx(document: Document) -> bytes:
    """The document as a workbook. The same document gives the same bytes."""
    document = numbered(document)
    book = Workbook()
    book.properties.title = f"Báo cáo {document.subject}"
    book.properties.creator = " ".join(document.letter.agency)
    first = book.active
    assert isinstance(first, Worksheet)
    _write_facts(first, document)
    names = {FIRST_SHEET}
    for table in (*(block for block in document.everything() if isinstance(block, Table)), *document.data):
        name = _free_name(table.sheet or table.caption, names)
        names.add(name)
        _write_table(book.create_sheet(name), table)
    stream = io.BytesIO()
    book.save(stream)
    return settled(stream.getvalue(), document.at)


def _free_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook takes: at most 31 characters, none of []:*?/\\, and no other sheet's."""
    name = re.sub(r"[\[\]:*?/\\]", " ", wanted)[:LONGEST_NAME].strip()
    number = 2
    free = name
    while free in taken:
        free = f"{name[: LONGEST_NAME - 3]} {number}"
        number += 1
    return free


def _write_facts(sheet: Worksheet, document: Document) -> None:
    """Who reports what of which period, and every figure that the report states."""
    sheet.title = FIRST_SHEET
    for line in document.letter.agency:
        _append(sheet, [line], bold=True)
    _append(sheet, [])
    _append(sheet, [TYPE], bold=True, size=layout.TITLE_PT)
    _append(sheet, [document.subject], bold=True, size=layout.TITLE_PT)
    _append(sheet, ["Kỳ báo cáo", write_period(document.period)])
    _append(sheet, ["Số liệu tính đến", write_moment(document.at)])
    _append(sheet, [])
    columns = (Column("Chỉ tiêu"), Column("Giá trị", align=Align.RIGHT), Column("Đơn vị"), Column("Mã số liệu"))
    _append_header(sheet, columns)
    for fact in document.facts:
        _append_row(sheet, (fact.title.vi, _fact_cell(fact), fact.unit, fact.name), columns)
    for place, width in enumerate((64, 22, 12, 34), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _fact_cell(fact: Fact) -> Cell:
    if isinstance(fact.value, str):
        return fact.value
    return Number(fact.value, 0 if fact.value is None or float(fact.value).is_integer() else 4)


def _write_table(sheet: Worksheet, table: Table) -> None:
    _append(sheet, [table.caption], bold=True)
    _append_header(sheet, table.columns)
    sheet.freeze_panes = "A3"
    for row in table.rows:
        _append_row(sheet, row, table.columns)
    if table.note:
        _append(sheet, [])
        _append(sheet, [table.note], italic=True)
    for place, column in enumerate(table.columns, 1):
        texts = (row[place - 1] for row in table.rows)
        longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
        sheet.column_dimensions[get_column_letter(place)].width = min(max(len(column.title) * 0.6, longest, 11), WIDEST)


def _append(
    sheet: Worksheet, values: Sequence[str], *, bold: bool = False, italic: bool = False, size: float = layout.BODY_PT
) -> None:
    row = _next_row(sheet)
    for place, value in enumerate(values or [""], 1):
        cell = sheet.cell(row=row, column=place)
        cell.font = Font(name=FONT, size=size, bold=bold, italic=italic)
        _put(cell, value)


def _next_row(sheet: Worksheet) -> int:
    """The number of the first row that has no cell; a new sheet is said to have one row."""
    return sheet.max_row + 1 if sheet._cells else 1


def _append_header(sheet: Worksheet, columns: Iterable[Column]) -> None:
    row = _next_row(sheet)
    for place, column in enumerate(columns, 1):
        cell = sheet.cell(row=row, column=place, value=column.title)
        make_header(cell)
    sheet.row_dimensions[row].height = HEADER_HEIGHT_PT
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{row}:{row}"


def _append_row(sheet: Worksheet, values: Sequence[Cell], columns: Sequence[Column]) -> None:
    row = _next_row(sheet)
    for place, (value, column) in enumerate(zip(values, columns, strict=True), 1):
        cell = sheet.cell(row=row, column=place)
        cell.font = Font(name=FONT, size=layout.NOTE_PT, bold=isinstance(value, Strong))
        cell.alignment = Alignment(
            horizontal=column.align.value, vertical="top", wrap_text=not isinstance(value, Number)
        )
        cell.border = BORDER
        _put(cell, value)


def _put(cell: Any, value: Cell) -> None:
    """Put a value into a cell; a text that a spreadsheet may take for a formula is marked as a text."""
    if isinstance(value, Number):
        cell.value = value.value
        decimals = "." + "0" * value.decimals if value.decimals else ""
        cell.number_format = f"0{decimals}%" if value.share else f"#,##0{decimals}"
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", value.text if isinstance(value, Strong) else value)
    cell.value = text or None
    if text.startswith(DANGEROUS):
        cell.data_type = "s"
        cell.quotePrefix = True
