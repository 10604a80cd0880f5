"""What python-docx has no words for: fields, borders, shades, fonts of all scripts."""

from __future__ import annotations

import re
import unicodedata

from docx.document import Document as DocxDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shape import InlineShape
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from reports.documents import layout

FONT = "Times New Roman"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def tidy(text: str) -> str:
    """A text as XML may hold it, with composed letters: fonts place a separate tone mark badly."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def element(name: str, **attributes: str) -> BaseOxmlElement:
    """An element such as w:top with attributes of the same namespace."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _names(*followers: str) -> tuple[str, ...]:
    """The elements before which a new one has to stand: Word refuses files whose parts are out of order."""
    return tuple(f"w:{name}" for name in followers)


def set_fonts(file: DocxDocument) -> None:
    """One font for every script and style, and headings in black."""
    for name in ("Normal", "Heading 1", "Heading 2", "Header"):
        style = file.styles[name]
        assert isinstance(style, ParagraphStyle), name
        style.font.name, style.font.size = FONT, Pt(layout.BODY_PT)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name.startswith("Heading"):
            style.font.bold, style.font.italic = True, False
    form = file.styles["Normal"]
    assert isinstance(form, ParagraphStyle)
    form.paragraph_format.space_after = form.paragraph_format.space_before = Pt(0)
    form.paragraph_format.line_spacing = 1.0
    form.element.get_or_add_rPr().append(element("lang", val="vi-VN", eastAsia="vi-VN"))


def add_field(paragraph: Paragraph, code: str, size: float) -> None:
    """A field that the reader's program fills in, such as PAGE."""
    for part in ("begin", "code", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(size)
        if part == "code":
            made = element("instrText")
            made.text = code
        else:
            made = element("fldChar", fldCharType=part)
        run._r.append(made)


def restart_page_numbers(section: Section) -> None:
    """Let the pages of a section count from 1, its first without a number."""
    section.different_first_page_header_footer = True
    section._sectPr.insert_element_before(element("pgNumType", start="1"), *_names("cols", "titlePg", "docGrid"))


def border_cells(table: Table) -> None:
    """Thin black lines around every cell."""
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(side, val="single", sz="4", space="0", color="000000"))
    table._tbl.tblPr.insert_element_before(borders, *_names("shd", "tblLayout", "tblCellMar", "tblLook"))


def pad_cells(table: Table, sides: int = 60) -> None:
    """A little room in the cells, in twentieths of a point."""
    margins = element("tblCellMar")
    for side, width in (("top", 25), ("left", sides), ("bottom", 25), ("right", sides)):
        margins.append(element(side, w=str(width), type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, *_names("tblLook"))


def repeat_header(row: _Row) -> None:
    """Let a row stand again at the top of every page that its table takes."""
    row._tr.get_or_add_trPr().append(element("tblHeader", val="true"))


def keep_rows_whole(table: Table) -> None:
    """No row breaks across two pages."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(element("cantSplit", val="true"))


def shade(cell: _Cell, colour: str) -> None:
    """A colour behind a cell."""
    shading = element("shd", val="clear", color="auto", fill=colour)
    cell._tc.get_or_add_tcPr().insert_element_before(shading, *_names("noWrap", "tcMar", "vAlign"))


def rule_below(paragraph: Paragraph) -> None:
    """A line as wide as a paragraph between its indents."""
    borders = element("pBdr")
    borders.append(element("top", val="single", sz="6", space="1", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_names("spacing", "ind", "jc", "rPr"))


def describe_picture(picture: InlineShape, words: str) -> None:
    """What a picture shows, for those who cannot see it."""
    picture._inline.docPr.set("descr", tidy(words))
