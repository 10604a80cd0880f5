"""Head and end of a letter as DOCX: two columns without lines, as every office lays them out."""

from __future__ import annotations

from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reports.documents import layout
from reports.documents.docx_parts import keep_rows_whole, pad_cells, rule_below, tidy
from reports.documents.letter import MOTTO, NATION, TYPE, Letter
from reports.documents.model import Document


def write_head(file: DocxDocument, document: Document) -> None:
    """Agency and nation, number and day, type and subject, addressees, grounds."""
    letter = document.letter
    left, right = _two_columns(file, layout.AGENCY_SHARE)
    for place, line in enumerate(letter.agency):
        _put(left, line, size=layout.AGENCY_PT, bold=True, first=place == 0)
    _rule(left, 0.4)
    _put(left, letter.number, size=layout.BODY_PT, before=4)
    _put(right, NATION, size=layout.NATION_PT, bold=True, first=True)
    _put(right, MOTTO, size=layout.MOTTO_PT, bold=True)
    _rule(right, 0.56)
    _put(right, letter.place_and_day, size=layout.BODY_PT, italic=True, before=4)
    _centred(file, TYPE, before=14)
    _centred(file, document.subject)
    _rule(file, 0.2, width=layout.TEXT_MM, after=8)
    if letter.addressees:
        _centred(file, "Kính gửi: " + "; ".join(letter.addressees) + ".", bold=False, size=layout.BODY_PT, after=8)


def write_end(file: DocxDocument, letter: Letter) -> None:
    """Who receives it, and who signs."""
    _format(file.add_paragraph(), after=6)
    left, right = _two_columns(file, 0.5)
    _put(left, "Nơi nhận:", size=layout.RECIPIENTS_TITLE_PT, bold=True, italic=True, first=True, centre=False)
    for line in letter.recipients:
        _put(left, f"- {line};", size=layout.RECIPIENTS_PT, centre=False)
    _put(left, "- Lưu: VT.", size=layout.RECIPIENTS_PT, centre=False)
    for place, line in enumerate(letter.signed_by):
        _put(right, line, size=layout.BODY_PT, bold=True, first=place == 0)
    _put(right, letter.signer, size=layout.BODY_PT, bold=True, before=70)


def _two_columns(file: DocxDocument, share: float) -> tuple[_Cell, _Cell]:
    table: Table = file.add_table(rows=1, cols=2)
    table.autofit = False
    pad_cells(table, sides=0)
    keep_rows_whole(table)
    cells = table.rows[0].cells
    for place, width in enumerate((layout.TEXT_MM * share, layout.TEXT_MM * (1 - share))):
        table.columns[place].width = Mm(width)
        cells[place].width = Mm(width)
    return cells[0], cells[1]


def _put(
    cell: _Cell,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    first: bool = False,
    centre: bool = True,
) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    _format(paragraph, before=before, centre=centre)
    run = paragraph.add_run(tidy(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _centred(
    file: DocxDocument,
    text: str,
    *,
    before: float = 0,
    after: float = 0,
    bold: bool = True,
    size: float = layout.TITLE_PT,
) -> None:
    paragraph = file.add_paragraph()
    _format(paragraph, before=before, after=after)
    run = paragraph.add_run(tidy(text))
    run.bold, run.font.size = bold, Pt(size)


def _rule(place: DocxDocument | _Cell, share: float, *, width: float | None = None, after: float = 0) -> None:
    """A short line in the middle: an empty line whose border is as wide as its indents leave it."""
    whole = width or (place.width.mm if isinstance(place, _Cell) and place.width is not None else layout.TEXT_MM)
    paragraph = place.add_paragraph()
    _format(paragraph, before=3, after=after)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm(whole * (1 - share) / 2)
    form.line_spacing = Pt(3)
    paragraph.add_run().font.size = Pt(1)
    rule_below(paragraph)


def _format(paragraph: Paragraph, *, before: float = 0, after: float = 0, centre: bool = True) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)
