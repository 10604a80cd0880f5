"""Documents as DOCX, in the layout of NĐ 30/2020/NĐ-CP: A4, Times New Roman 13, the page number in the top margin."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import docx
from docx.document import Document as DocxDocument
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import _Cell as DocxCell
from docx.text.paragraph import Paragraph as DocxParagraph

from reports.documents import layout
from reports.documents.archive import settled
from reports.documents.docx_letter import write_end, write_head
from reports.documents.docx_parts import (
    add_field,
    border_cells,
    describe_picture,
    keep_rows_whole,
    pad_cells,
    repeat_header,
    restart_page_numbers,
    set_fonts,
    shade,
    tidy,
)
from reports.documents.draw import draw
from reports.documents.model import Align, Block, Cell, Column, Document, Heading, Paragraph, Style, Table, numbered
from reports.documents.shown import is_strong, shown

ALIGNMENTS = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}
HEADER_SHADE = "E8EEF0"


def write_docx(document: Document) -> bytes:
    """The document as a file that Word and LibreOffice edit. The same document gives the same bytes."""
    document = numbered(document)
    file = docx.Document()
    _prepare(file, document)
    write_head(file, document)
    _write_blocks(file, document.blocks)
    write_end(file, document.letter)
    for annex in document.annexes:
        _begin_annex(file, annex.title, document.letter.attached)
        _write_blocks(file, annex.blocks)
    stream = io.BytesIO()
    file.save(stream)
    return settled(stream.getvalue(), document.at)


def _prepare(file: DocxDocument, document: Document) -> None:
    """The page, the usual font, the number of the page, and what the file says of itself."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(layout.PAGE_WIDTH_MM), Mm(layout.PAGE_HEIGHT_MM)
    section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
    section.header_distance = Mm(layout.NUMBER_MM)
    section.different_first_page_header_footer = True
    set_fonts(file)
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(number, "PAGE", layout.BODY_PT)
    told = file.core_properties
    told.title, told.subject = f"Báo cáo {document.subject}", document.period
    told.author = told.last_modified_by = " ".join(document.letter.agency)
    told.language, told.revision, told.comments, told.keywords = "vi-VN", 1, "", document.kind


def _begin_annex(file: DocxDocument, title: str, attached: str) -> None:
    """A new page; each annex numbers its pages by itself, the first without a number."""
    restart_page_numbers(file.add_section(WD_SECTION.NEW_PAGE))
    first, _, rest = title.partition("\n")
    _line(file, first, bold=True, size=layout.TITLE_PT)
    _line(file, rest.upper(), bold=True, size=layout.TITLE_PT)
    _line(file, attached, italic=True, after=8)


def _line(
    file: DocxDocument,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float = layout.BODY_PT,
    after: float = 0,
) -> None:
    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(after)
    run = paragraph.add_run(tidy(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _write_blocks(file: DocxDocument, blocks: Iterable[Block]) -> None:
    for block in blocks:
        if isinstance(block, Paragraph):
            _write_paragraph(file, block)
        elif isinstance(block, Heading):
            _write_heading(file, block)
        elif isinstance(block, Table):
            _write_table(file, block)
        else:
            paragraph = file.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_before = Pt(6)
            picture = paragraph.add_run().add_picture(io.BytesIO(draw(block.chart)), width=Mm(layout.PICTURE_MM))
            describe_picture(picture, block.alternative)
            _caption(file, block.caption, after=8)


def _write_paragraph(file: DocxDocument, block: Paragraph) -> None:
    paragraph = file.add_paragraph()
    form = paragraph.paragraph_format
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    form.first_line_indent, form.space_after = Mm(layout.INDENT_MM), Pt(layout.PARAGRAPH_PT)
    form.line_spacing = layout.LINE_SPACING
    text = tidy(f"- {block.text}" if block.style is Style.ITEM else block.text)
    run = paragraph.add_run(text)
    run.italic = block.style in (Style.GROUND, Style.NOTE)
    if block.style is Style.NOTE:
        run.font.size = Pt(layout.NOTE_PT)


def _write_heading(file: DocxDocument, block: Heading) -> None:
    paragraph = file.add_heading(level=block.level)
    form = paragraph.paragraph_format
    form.first_line_indent = Mm(layout.INDENT_MM)
    form.space_before, form.space_after, form.keep_with_next = Pt(8), Pt(4), True
    paragraph.add_run(tidy(block.text.upper() if block.level == 1 else block.text))


def _caption(file: DocxDocument, text: str, *, after: float, keep: bool = False) -> None:
    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(4), Pt(after), keep
    run = paragraph.add_run(tidy(text))
    run.italic, run.font.size = True, Pt(layout.CAPTION_PT)


def _write_table(file: DocxDocument, block: Table) -> None:
    _caption(file, block.caption, after=3, keep=True)
    table = file.add_table(rows=1, cols=len(block.columns))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    border_cells(table)
    pad_cells(table)
    for place, width in enumerate(layout.widths_mm(block.columns)):
        table.columns[place].width = Mm(width)
    _write_row(table.rows[0].cells, [column.title for column in block.columns], block.columns, header=True)
    for cell in table.rows[0].cells:
        shade(cell, HEADER_SHADE)
    for row in block.rows:
        _write_row(table.add_row().cells, row, block.columns)
    repeat_header(table.rows[0])
    keep_rows_whole(table)
    note = file.add_paragraph()
    note.paragraph_format.space_after = Pt(6)
    note.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    run = note.add_run(tidy(block.note))
    run.italic, run.font.size = True, Pt(layout.NOTE_PT)


def _write_row(
    cells: Sequence[DocxCell], values: Sequence[Cell], columns: Sequence[Column], *, header: bool = False
) -> None:
    for cell, value, column, width in zip(cells, values, columns, layout.widths_mm(columns), strict=True):
        cell.width = Mm(width)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph: DocxParagraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if header else ALIGNMENTS[column.align]
        paragraph.paragraph_format.keep_with_next = header
        run = paragraph.add_run(tidy(shown(value)))
        run.font.size = Pt(layout.TABLE_HEAD_PT if header else layout.TABLE_PT)
        run.bold = header or is_strong(value)
