"""Documents as PDF, in the layout of NĐ 30/2020/NĐ-CP, with its fonts inside."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align as PdfAlign
from fpdf.enums import TableBordersLayout, TableHeadingsDisplay
from fpdf.fonts import FontFace
from fpdf.table import Row

from reports.documents import layout
from reports.documents.draw import draw
from reports.documents.letter import MOTTO, NATION, TYPE, Letter
from reports.documents.model import Align, Block, Cell, Column, Document, Heading, Paragraph, Style, Table, numbered
from reports.documents.shown import is_strong, shown

FONTS = Path(__file__).parent / "fonts"
FACES = {"": "regular", "B": "bold", "I": "italic", "BI": "bold-italic"}
FONT = "report"
MM_A_POINT = 25.4 / 72
LINE = 1.2
"""Height of a line over the size of its letters."""
ALIGNMENTS = {Align.LEFT: PdfAlign.L, Align.CENTRE: PdfAlign.C, Align.RIGHT: PdfAlign.R}
HEADER_SHADE = (232, 238, 240)
CENTRE = PdfAlign.C
SIGNATURE_MM = 25.0
"""The room in which a person signs."""


class _Page(FPDF):
    """A4 upright, whose pages bear their number in the top margin, all but the first of the text and of each annex."""

    first = 1
    """The page from which they count."""

    def __init__(self) -> None:
        super().__init__("portrait", "mm", "A4")
        for style, name in FACES.items():
            self.add_font(FONT, style, FONTS / f"report-{name}.ttf")
        self.set_margins(layout.LEFT_MM, layout.TOP_MM, layout.RIGHT_MM)
        self.set_auto_page_break(True, layout.BOTTOM_MM)

    def header(self) -> None:
        """The number of the page."""
        if self.page_no() > self.first:
            self.set_y(layout.NUMBER_MM)
            self.style(layout.BODY_PT)
            self.cell(0, layout.BODY_PT * MM_A_POINT, str(self.page_no() - self.first + 1), align=CENTRE)
        self.set_y(layout.TOP_MM)

    def style(self, size: float, face: str = "") -> None:
        """Set the font."""
        self.set_font(FONT, face, size)

    def lines(
        self, text: str, size: float, face: str = "", *, align: PdfAlign = CENTRE, width: float = 0, after: float = 0
    ) -> None:
        """Some lines at the place where the cursor is; `after` in points."""
        left = self.get_x()
        self.style(size, face)
        self.multi_cell(width, size * MM_A_POINT * LINE, tidy(text), align=align, new_x="LMARGIN", new_y="NEXT")
        self.set_xy(left, self.get_y() + after * MM_A_POINT)

    def rule(self, centre: float, length: float) -> None:
        """A short line around a place, 1 mm below the cursor."""
        y = self.get_y() + 1.0
        self.set_line_width(0.25)
        self.line(centre - length / 2, y, centre + length / 2, y)
        self.set_y(y)

    def room_for(self, height: float) -> None:
        """Begin a page where less than so much is left."""
        if self.get_y() + height > layout.PAGE_HEIGHT_MM - layout.BOTTOM_MM:
            self.add_page()


TABLE_BEGIN_MM = 48.0
"""What the caption, the header and the first row of a table take, at most as a rule: they stay together."""


def tidy(text: str) -> str:
    """A text of composed letters: fonts place a separate tone mark badly."""
    return unicodedata.normalize("NFC", text)


def write_pdf(document: Document) -> bytes:
    """The document as a file to print and to sign. The same document gives the same bytes."""
    document = numbered(document)
    page = _Page()
    page.set_title(tidy(f"Báo cáo {document.subject}"))
    page.set_author(" ".join(document.letter.agency))
    page.set_subject(document.period)
    page.set_lang("vi-VN")
    page.set_creation_date(document.at)
    page.add_page()
    _head(page, document)
    _blocks(page, document.blocks)
    _end(page, document.letter)
    for annex in document.annexes:
        page.first = page.page_no() + 1
        page.add_page()
        first, _, rest = annex.title.partition("\n")
        page.lines(first, layout.TITLE_PT, "B")
        page.lines(rest.upper(), layout.TITLE_PT, "B")
        page.lines(document.letter.attached, layout.BODY_PT, "I", after=8)
        _blocks(page, annex.blocks)
    return bytes(page.output())


def _head(page: _Page, document: Document) -> None:
    letter, top = document.letter, page.get_y()
    left_width = layout.TEXT_MM * layout.AGENCY_SHARE
    right_width = layout.TEXT_MM - left_width
    for line in letter.agency:
        page.lines(line, layout.AGENCY_PT, "B", width=left_width)
    page.rule(layout.LEFT_MM + left_width / 2, left_width * 0.4)
    page.set_xy(layout.LEFT_MM, page.get_y() + 2)
    page.lines(letter.number, layout.BODY_PT, width=left_width)
    bottom, right = page.get_y(), layout.LEFT_MM + left_width
    page.set_xy(right, top)
    page.lines(NATION, layout.NATION_PT, "B", width=right_width)
    page.set_x(right)
    page.lines(MOTTO, layout.MOTTO_PT, "B", width=right_width)
    page.rule(right + right_width / 2, page.get_string_width(MOTTO))
    page.set_xy(right, page.get_y() + 2)
    page.lines(letter.place_and_day, layout.BODY_PT, "I", width=right_width)
    page.set_xy(layout.LEFT_MM, max(bottom, page.get_y()) + 6)
    page.lines(TYPE, layout.TITLE_PT, "B")
    page.lines(document.subject, layout.TITLE_PT, "B")
    page.rule(layout.LEFT_MM + layout.TEXT_MM / 2, layout.TEXT_MM * 0.2)
    page.set_xy(layout.LEFT_MM, page.get_y() + 4)
    if letter.addressees:
        page.lines("Kính gửi: " + "; ".join(letter.addressees) + ".", layout.BODY_PT, after=6)


def _end(page: _Page, letter: Letter) -> None:
    a_point = MM_A_POINT * LINE
    recipients = (layout.RECIPIENTS_TITLE_PT + (len(letter.recipients) + 2) * layout.RECIPIENTS_PT) * a_point
    page.room_for(3 + max(recipients, (len(letter.signed_by) + 1) * layout.BODY_PT * a_point + SIGNATURE_MM))
    page.set_y(page.get_y() + 3)
    top, half = page.get_y(), layout.TEXT_MM / 2
    page.lines("Nơi nhận:", layout.RECIPIENTS_TITLE_PT, "BI", align=PdfAlign.L, width=half)
    for line in (*(f"- {name};" for name in letter.recipients), "- Lưu: VT."):
        page.lines(line, layout.RECIPIENTS_PT, align=PdfAlign.L, width=half)
    page.set_y(top)
    for line in letter.signed_by:
        page.set_x(layout.LEFT_MM + half)
        page.lines(line, layout.BODY_PT, "B", width=half)
    page.set_xy(layout.LEFT_MM + half, page.get_y() + SIGNATURE_MM)
    page.lines(letter.signer, layout.BODY_PT, "B", width=half)


def _blocks(page: _Page, blocks: Iterable[Block]) -> None:
    for block in blocks:
        page.set_x(layout.LEFT_MM)
        if isinstance(block, Paragraph):
            _paragraph(page, block)
        elif isinstance(block, Heading):
            # A heading does not stand alone at the foot of a page.
            page.room_for(24)
            page.set_xy(layout.LEFT_MM + layout.INDENT_MM, page.get_y() + 2)
            text = block.text.upper() if block.level == 1 else block.text
            page.lines(text, layout.BODY_PT, "B", align=PdfAlign.L, after=3)
        elif isinstance(block, Table):
            _table(page, block)
        else:
            picture = draw(block.chart)
            height = _height(picture)
            page.room_for(height + 12)
            page.image(
                io.BytesIO(picture),
                x=layout.LEFT_MM + (layout.TEXT_MM - layout.PICTURE_MM) / 2,
                y=page.get_y() + 1,
                w=layout.PICTURE_MM,
                alt_text=block.alternative,
            )
            page.set_xy(layout.LEFT_MM, page.get_y() + height + 2)
            page.lines(block.caption, layout.CAPTION_PT, "I", after=8)


def _height(picture: bytes) -> float:
    """The height in mm of a PNG picture that is printed as wide as pictures are; its header tells the sides."""
    width, height = (int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    return layout.PICTURE_MM * height / width


def _paragraph(page: _Page, block: Paragraph) -> None:
    size = layout.NOTE_PT if block.style is Style.NOTE else layout.BODY_PT
    page.style(size, "I" if block.style in (Style.GROUND, Style.NOTE) else "")
    text = f"- {block.text}" if block.style is Style.ITEM else block.text
    with (
        page.text_columns(text_align="JUSTIFY", line_height=LINE) as columns,
        columns.paragraph(
            first_line_indent=layout.INDENT_MM, bottom_margin=layout.PARAGRAPH_PT * MM_A_POINT
        ) as paragraph,
    ):
        paragraph.write(tidy(text))


def _table(page: _Page, block: Table) -> None:
    page.room_for(TABLE_BEGIN_MM)
    page.lines(block.caption, layout.CAPTION_PT, "I", after=3)
    page.style(layout.TABLE_PT)
    page.set_line_width(0.2)
    with page.table(
        align="LEFT",
        width=layout.TEXT_MM,
        col_widths=layout.widths_mm(block.columns),
        text_align=[ALIGNMENTS[column.align] for column in block.columns],
        headings_style=FontFace(family=FONT, emphasis="BOLD", size_pt=layout.TABLE_HEAD_PT, fill_color=HEADER_SHADE),
        repeat_headings=TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE,
        borders_layout=TableBordersLayout.ALL,
        line_height=layout.TABLE_PT * MM_A_POINT * LINE,
        padding=(0.6, 0.8),
    ) as table:
        head = table.row()
        for column in block.columns:
            head.cell(tidy(column.title), align=CENTRE)
        for values in block.rows:
            _row(table.row(), values, block.columns)
    page.set_xy(layout.LEFT_MM, page.get_y() + 1)
    if block.note:
        page.lines(block.note, layout.NOTE_PT, "I", align=PdfAlign.J)
    page.set_y(page.get_y() + layout.PARAGRAPH_PT * MM_A_POINT)


def _row(row: Row, values: Sequence[Cell], columns: Sequence[Column]) -> None:
    for value, _ in zip(values, columns, strict=True):
        row.cell(tidy(shown(value)), style=FontFace(family=FONT, emphasis="BOLD") if is_strong(value) else None)
