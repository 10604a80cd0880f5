"""Documents as DOCX, opened again as an office would."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document as DocxDocument
from docx.oxml.ns import nsmap, qn

from reports.documents.docx_writer import write_docx
from reports.documents.model import Paragraph
from tests.reports.documents.sample import AT, LETTERS, ROWS, document


@pytest.fixture(scope="module")
def content() -> bytes:
    """The sample document as a file."""
    return write_docx(document())


@pytest.fixture(scope="module")
def opened(content: bytes) -> DocxDocument:
    """The same, opened."""
    return docx.Document(io.BytesIO(content))


def test_the_page_is_that_of_the_decree(opened: DocxDocument) -> None:
    section = opened.sections[0]
    sides = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [210, 297, 30, 15]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert 'w:pgNumType w:start="1"' in opened.sections[-1]._sectPr.xml


def test_every_style_is_times_new_roman_in_black(opened: DocxDocument) -> None:
    for name in ("Normal", "Heading 1", "Heading 2"):
        fonts = opened.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
        assert fonts.get(qn("w:asciiTheme")) is None


def test_the_head_and_the_end_stand_side_by_side(opened: DocxDocument) -> None:
    head, end = opened.tables[0].rows[0].cells, opened.tables[2].rows[0].cells
    assert head[0].text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN", "XÃ GIA LỘC"]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in head[1].text
    assert head[1].text.endswith("năm 2027")
    assert end[0].text.startswith("Nơi nhận:\n- Ủy ban nhân dân thành phố Hải Phòng")
    assert end[0].text.endswith("- Lưu: VT.")
    assert end[1].text.startswith("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH")


def test_text_headings_and_captions_are_in_order(opened: DocxDocument) -> None:
    lines = [paragraph.text for paragraph in opened.paragraphs if paragraph.text]
    assert lines[:4] == [
        "BÁO CÁO",
        "Kết quả giám sát môi trường quý IV năm 2026",
        "Căn cứ Quyết định số 1459/QĐ-TCMT.",
        "I. KHÔNG KHÍ",
    ]
    assert LETTERS in lines
    assert lines.index("- ý thứ nhất;") < lines.index("Hình 1. Chỉ số của xã") < lines.index("Bảng 1. Theo trạm")
    assert lines[-5:-3] == ["Phụ lục", "PHƯƠNG PHÁP"]
    assert lines[-3].startswith("(Kèm theo Báo cáo số")
    assert lines[-2:] == ["I. CÁCH TÍNH", "Phương pháp."]


def test_a_table_has_every_row_and_its_header_comes_again_on_each_page(opened: DocxDocument) -> None:
    table = opened.tables[1]
    assert len(table.rows) == len(ROWS) + 1
    assert "w:tblHeader" in table.rows[0]._tr.xml
    first = [cell.text for cell in table.rows[1].cells]
    assert first == ["1", "Trạm số 1", "1.235,5", "87,3%", "ĐẠT"]
    assert table.rows[1].cells[4].paragraphs[0].runs[0].bold


ORDER = {
    "w:sectPr": ("w:headerReference", "w:type", "w:pgSz", "w:pgMar", "w:pgNumType", "w:cols", "w:titlePg", "w:docGrid"),
    "w:tblPr": ("w:tblStyle", "w:tblW", "w:jc", "w:tblBorders", "w:tblLayout", "w:tblCellMar", "w:tblLook"),
    "w:tcPr": ("w:tcW", "w:shd", "w:vAlign"),
    "w:pPr": ("w:pStyle", "w:keepNext", "w:pBdr", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"),
}
"""The order of ECMA-376, part 1, of those parts that we write."""


@pytest.mark.parametrize("name", ORDER)
def test_parts_stand_in_the_order_that_word_wants(opened: DocxDocument, name: str) -> None:
    found = opened.element.xpath(f"//{name}")
    assert found
    for part in found:
        places = [ORDER[name].index(child.tag.replace(f"{{{nsmap['w']}}}", "w:")) for child in part]
        assert places == sorted(places)


def test_pictures_say_what_they_show(opened: DocxDocument) -> None:
    told = [shape._inline.docPr.get("descr") for shape in opened.inline_shapes]
    assert told == ["Biểu đồ cột", "Biểu đồ thanh"]


def test_the_same_document_is_the_same_bytes_and_says_when_its_data_end(content: bytes, opened: DocxDocument) -> None:
    assert write_docx(document()) == content
    assert opened.core_properties.created == opened.core_properties.modified == AT
    assert opened.core_properties.title == "Báo cáo Kết quả giám sát môi trường quý IV năm 2026"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 12, 31)}
    assert write_docx(document(at=datetime(2026, 12, 1, tzinfo=UTC))) != content


def test_letters_are_composed_and_what_no_file_may_hold_is_left_out() -> None:
    made = write_docx(document(blocks=(Paragraph("e\u0302\u0301 \x01\x0b nguy\u1ec5n"),), annexes=()))
    assert "ế  nguyễn" in [paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs]


def test_addressees_and_the_signer_are_printed_where_there_are_any() -> None:
    letter = replace(document().letter, addressees=("Sở Khoa học và Công nghệ",), signer="Nguyễn Thị Lan")
    read = docx.Document(io.BytesIO(write_docx(document(letter=letter, blocks=()))))
    assert "Kính gửi: Sở Khoa học và Công nghệ." in [paragraph.text for paragraph in read.paragraphs]
    assert read.tables[1].rows[0].cells[1].text.endswith("Nguyễn Thị Lan")
