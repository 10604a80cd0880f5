"""Documents as PDF, read again."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from reports.documents.pdf_writer import write_pdf
from tests.reports.documents.sample import AT, LETTERS, document


@pytest.fixture(scope="module")
def content() -> bytes:
    """The sample document as a file."""
    return write_pdf(document())


@pytest.fixture(scope="module")
def pages(content: bytes) -> list[str]:
    """The text of its pages."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_it_is_a4_and_numbers_all_pages_but_the_first_of_the_text_and_of_an_annex(
    content: bytes, pages: list[str]
) -> None:
    reader = PdfReader(io.BytesIO(content))
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
    assert len(pages) >= 4
    assert not pages[0].startswith("1\n")
    assert [page.split("\n")[0] for page in pages[1:-1]] == [str(number) for number in range(2, len(pages))]
    assert pages[-1].startswith("Phụ lục\n")


def test_its_text_keeps_every_letter(pages: list[str]) -> None:
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in pages[0]
    assert "Độc lập - Tự do - Hạnh phúc" in pages[0]
    assert LETTERS in pages[0]
    assert "Nơi nhận:" in "".join(pages)
    assert "PHƯƠNG PHÁP\n(Kèm theo Báo cáo số" in pages[-1]
    assert "Phương pháp nêu tại Phụ lục kèm theo Báo cáo này./." in "".join(pages)


def test_a_long_table_repeats_its_header_and_loses_no_row(pages: list[str]) -> None:
    whole = "\n".join(pages)
    assert all(f"Trạm số {row}" in whole for row in range(1, 61))
    assert sum("Kết luận" in page for page in pages) >= 2
    assert "1.235,5" in whole


def test_the_same_document_is_the_same_bytes_and_says_when_its_data_end(content: bytes) -> None:
    assert write_pdf(document()) == content
    told = PdfReader(io.BytesIO(content)).metadata
    assert told is not None
    assert told.creation_date == AT
    assert told.title == "Báo cáo Kết quả giám sát môi trường quý IV năm 2026"
    assert told.author == "ỦY BAN NHÂN DÂN XÃ GIA LỘC"


def test_its_fonts_are_inside_it(content: bytes) -> None:
    assert content.count(b"/FontFile2") >= 3
    assert b"Tinos" in content


def test_the_signer_and_the_addressees_are_printed() -> None:
    letter = replace(document().letter, addressees=("Sở Khoa học và Công nghệ",), signer="Nguyễn Thị Lan")
    text = PdfReader(io.BytesIO(write_pdf(document(letter=letter, blocks=(), annexes=())))).pages[0].extract_text()
    assert "Kính gửi: Sở Khoa học và Công nghệ." in text
    assert "Nguyễn Thị Lan" in text
