"""Encodings in which Vietnamese spreadsheets are really saved, and the cells of their CSV."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import SheetError
from devices.importing import MOST_BYTES, parse_file
from devices.sheets.tables import MOST_ROWS
from devices.sheets.texts import decode, read_csv

NAME = "Trạm quan trắc đầu làng Ngọc Sơn, cạnh ao cá"
CSV = f'Mã xã;Mã thiết bị;Loại;Tên\ngia-loc;tram-1;environment;"{NAME}"\n'
TONES = "\u0300\u0301\u0303\u0309\u0323"
PANGRAM = "Dù ướt mưa, gã bợm rượu đẫm khói vẫn xỏ giày ống, ăn khế chua ở quán nhậu kỹ đường Bưởi; bỗng ngã ngửa"


def refusal(data: bytes) -> str:
    """The English words with which a file is refused as a whole."""
    with pytest.raises(SheetError) as raised:
        parse_file(data)
    assert raised.value.text.vi != raised.value.text.en
    return raised.value.text.en


def windows_1258(text: str) -> bytes:
    """A text as Windows saves it: accents of tone stand behind their letter."""
    whole = unicodedata.normalize("NFD", text)
    for tone in TONES:
        # Canonical order puts the dot below before the circumflex; Windows has it behind the whole letter.
        whole = re.sub(f"({tone})([\u0302\u0306\u031b]+)", r"\2\1", whole)
    letters = re.sub("(\\w[\u0302\u0306\u031b]*)", lambda found: unicodedata.normalize("NFC", found[1]), whole)
    return letters.encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_is_read_in_every_encoding_of_unicode(encoding: str) -> None:
    sheet = parse_file(CSV.encode(encoding))
    assert [row.device.name for row in sheet.rows] == [NAME]
    assert sheet.notes == ()


def test_windows_1258_is_read_and_said() -> None:
    sheet = parse_file(windows_1258(CSV))
    assert [row.device.name for row in sheet.rows] == [NAME]
    assert sheet.notes[0].en.startswith("the file is not UTF-8; it was read as Windows-1258")


@pytest.mark.parametrize("text", [PANGRAM, PANGRAM.upper(), "Nhiệt độ 25 °C – “tốt”"])
def test_every_letter_of_vietnamese_survives_windows_1258(text: str) -> None:
    assert decode(windows_1258(text))[0] == text


def test_decomposed_letters_become_whole_ones() -> None:
    (row,) = parse_file(unicodedata.normalize("NFD", CSV).encode()).rows
    assert row.device.name == NAME


@pytest.mark.parametrize(
    "data",
    [
        "xã;mã\nxã Thanh Hà;bình".encode("cp1252"),
        "Tên\nxã".encode("cp1252"),
        "Tr¹m ®Çu lµng".encode("latin-1"),
        "Traïm ñaàu laøng".encode("latin-1"),
        "東京".encode("shift-jis"),
        bytes(range(128, 256)),
    ],
    ids=["windows-1252", "a-breve-at-the-end", "tcvn3", "vni", "shift-jis", "all-bytes"],
)
def test_an_encoding_that_cannot_be_known_is_refused_with_what_to_do(data: bytes) -> None:
    said = refusal(data)
    assert said.startswith("the encoding of the file cannot be known")
    assert "save it as CSV UTF-8 or .xlsx" in said


def test_letters_that_were_lost_when_saving_are_not_imported_as_question_marks() -> None:
    data = "Tên\nTrạm đầu thôn Một".encode("cp1252", errors="replace")
    assert "letters with accents became question marks" in refusal(data)


def test_an_encoding_that_breaks_its_own_promise_is_named() -> None:
    assert "says it is utf-8-sig but is broken at byte" in refusal(b"\xef\xbb\xbfm\xc3\xa3;\xff")
    assert "says it is utf-16" in refusal(b"\xff\xfea\x00\x00\xd8b\x00")


@pytest.mark.parametrize("separator", ";,\t|")
def test_the_separator_that_excel_announces_is_believed(separator: str) -> None:
    (row,) = read_csv(f"sep={separator}\r\nxã{separator}mã\r\n")
    assert row == (2, ["xã", "mã"])


def test_titles_above_the_header_do_not_decide_on_the_separator() -> None:
    text = "UBND XÃ GIA LỘC, TỈNH HẢI PHÒNG, VIỆT NAM\nDanh sách, 20/11/2026\n\nMã xã;Mã;Loại\ngia-loc;w-1;wifi\n"
    (row,) = parse_file(text.encode()).rows
    assert (row.line, row.device.code, row.faults) == (5, "w-1", ())


def test_a_quoted_cell_may_hold_the_separator_and_a_new_line() -> None:
    text = 'xã,mã,loại,toạ độ,ghi chú\ngia-loc,w-1,wifi,"20,7301, 106,4012","hai\ndòng"\n'
    (row,) = parse_file(text.encode()).rows
    assert (row.device.latitude, row.device.longitude, row.device.note) == (20.7301, 106.4012, "hai\ndòng")
    assert row.line == 3


def test_too_much_is_refused_before_it_is_read() -> None:
    assert refusal(b"x" * (MOST_BYTES + 1)) == "the file is larger than 8 MiB; part it into several"
    rows = "".join(f"gia-loc,w-{n},wifi\n" for n in range(MOST_ROWS + 1))
    assert refusal(f"xã,mã,loại\n{rows}".encode()).startswith("the file has more than 10000 rows")


def test_the_old_form_of_excel_is_named() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").startswith("an old .xls file, or one with a password")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for start in (b"", b"xa,ma,loai\n", b"PK\x03\x04", b"[{"):
        try:
            sheet = parse_file(start + data)
        except SheetError as error:
            assert error.text.vi
        else:
            assert all(row.line >= 1 for row in sheet.rows)
