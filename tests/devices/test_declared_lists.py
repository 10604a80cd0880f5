"""Lists of declared figures as operators send them, and what is wrong with them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from devices.declared import INDICATORS, Declaration, Form
from devices.declared_lists import DeclaredList, read_list
from devices.errors import SheetError

HAMLETS = [("don-thu", "Thôn Đôn Thư"), ("phuc-tan", "Thôn Phúc Tân"), ("trung-tam", "Tổ dân phố Trung Tâm")]
GIGABIT = "fixed_broadband_1gbps"
LIST = """DANH SÁCH KHẢ NĂNG CUNG CẤP BĂNG RỘNG CỐ ĐỊNH
STT;Thôn;Nhà mạng;Số hộ có khả năng;Tổng số hộ
1;Thôn Đôn Thư;Viettel;620;700
2;Phúc Tân;VNPT;1.050;1.100
3;TDP Trung Tâm;Viettel;1400;1400
;Tổng cộng;;3070;3200
"""


def read(text: str, indicator: str | None = GIGABIT, operator: str = "") -> DeclaredList:
    return read_list(text.encode(), HAMLETS, indicator=indicator, operator=operator)


def faults(found: DeclaredList) -> list[str]:
    return [text.en for row in found.rows for text in row.faults]


def test_a_list_of_an_operator_is_read_below_its_title_with_hamlets_by_name() -> None:
    found = read(LIST)
    assert found.accepted
    assert found.declarations == [
        (3, Declaration(GIGABIT, "don-thu", "Viettel", 620.0, 700.0)),
        (4, Declaration(GIGABIT, "phuc-tan", "VNPT", 1050.0, 1100.0)),
        (5, Declaration(GIGABIT, "trung-tam", "Viettel", 1400.0, 1400.0)),
    ]


def test_a_row_that_adds_up_the_others_is_never_counted() -> None:
    assert "line 6 adds up the others" in read(LIST).notes[-1].en


def test_the_same_list_as_a_workbook_gives_the_same() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in LIST.replace("1.0", "10").replace("1.1", "11").splitlines():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in line.split(";")])
    data = io.BytesIO()
    book.save(data)
    found = read_list(data.getvalue(), HAMLETS, indicator=GIGABIT)
    assert [one for _, one in found.declarations] == [one for _, one in read(LIST).declarations]


def test_shares_in_per_cent_are_taken_and_it_is_told_that_no_counts_are_given() -> None:
    found = read('Thôn,Nhà mạng,Tỷ lệ (%)\nĐôn Thư,Viettel,85%\nPhúc Tân,Viettel,"62,5"\n')
    assert [(one.part, one.whole) for _, one in found.declarations] == [(85.0, 100.0), (62.5, 100.0)]
    assert found.rows[0].warnings[0].en == "only a share is given, no counts"


@pytest.mark.parametrize(("share", "form", "expected"), [(0.85, "0%", 85.0), (0.57, "0.00%", 57.0), (85, "0", 85.0)])
def test_a_share_that_a_workbook_shows_in_per_cent_is_read_as_it_is_shown(
    share: float, form: str, expected: float
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Thôn", "Nhà mạng", "Tỷ lệ (%)"])
    sheet.append(["Đôn Thư", "Viettel", share])
    sheet["C2"].number_format = form
    data = io.BytesIO()
    book.save(data)
    found = read_list(data.getvalue(), HAMLETS, indicator=GIGABIT)
    assert [(one.part, one.whole) for _, one in found.declarations] == [(expected, 100.0)]


@pytest.mark.parametrize(("part", "whole"), [("1,050", "1,100"), ("1.050", "1.100"), ("1050", "1100")])
def test_counts_are_whole_whichever_sign_parts_their_thousands(part: str, whole: str) -> None:
    found = read(HEAD.replace(",", ";") + f"Đôn Thư;Viettel;{part};{whole}\n")
    assert [(one.part, one.whole) for _, one in found.declarations] == [(1050.0, 1100.0)]


def test_a_number_below_one_has_no_thousands() -> None:
    found = read("Chỉ tiêu;Thôn;Giá trị\nispeed_latency;;0.125\n", None)
    assert [one.value for _, one in found.declarations] == [0.125]


def test_a_row_without_a_hamlet_is_of_the_whole_commune() -> None:
    found = read("Thôn,Số hộ có khả năng,Tổng số hộ\nToàn xã,5000,9000\n", operator="Viettel")
    assert found.declarations == [(2, Declaration(GIGABIT, None, "Viettel", 5000.0, 9000.0))]


def test_values_of_an_authority_need_no_operator_and_may_tell_their_samples() -> None:
    found = read('Chỉ tiêu,Thôn,Giá trị,Số mẫu\nispeed_mobile_download,,"58,3",412\nispeed_latency,,31,\n', None)
    assert [one for _, one in found.declarations] == [
        Declaration("ispeed_mobile_download", None, "", None, None, 58.3, 412),
        Declaration("ispeed_latency", None, "", None, None, 31.0, None),
    ]


def test_more_samples_than_anybody_takes_are_a_fault() -> None:
    found = read("Chỉ tiêu,Thôn,Giá trị,Số mẫu\nispeed_latency,,31,99999999999\n", None)
    assert "samples are too many" in faults(found)[0]


def test_an_indicator_may_be_named_by_its_title() -> None:
    title = INDICATORS["ispeed_latency"].title.vi
    assert read(f"Chỉ tiêu;Thôn;Giá trị\n{title};;31\n", None).declarations[0][1].indicator == "ispeed_latency"


HEAD = "Thôn,Nhà mạng,Số hộ có khả năng,Tổng số hộ\n"
WRONG = {
    "Ba Đình,Viettel,1,2": "there is no hamlet 'Ba Đình'",
    "Đôn Thư,,1,2": "the operator is not named",
    "Đôn Thư,Viettel,3,2": "3 of 2 is no share",
    "Đôn Thư,Viettel,0,0": "0 of 0 is no share",
    "Đôn Thư,Viettel,nhiều,2": "'nhiều' under part is no number",
    "Đôn Thư,Viettel,-1,2": "'-1' under part is no number",
    "Đôn Thư,Viettel,5,": "the part or the whole is missing",
    "Đôn Thư,Viettel,1.5,2": "'1.5' under part is no number",
    f"Đôn Thư,{'V' * 101},1,2": "longer than 100 characters",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_with_a_row_is_told_and_nothing_of_the_list_is_accepted(line: str) -> None:
    found = read(HEAD + "Phúc Tân,VNPT,1,2\n" + line + "\n")
    assert not found.accepted
    assert any(WRONG[line] in fault for fault in faults(found))


def test_two_rows_that_declare_the_same_are_refused() -> None:
    found = read(HEAD + "Đôn Thư,Viettel,1,2\nThôn Đôn Thư,VIETTEL,2,2\n")
    assert faults(found) == ["repeats line 2"]
    assert read(HEAD + "Đôn Thư,Viettel,1,2\nĐôn Thư,VNPT,2,2\n").accepted


def test_an_unknown_indicator_is_refused_with_those_there_are() -> None:
    assert "known: fixed_broadband_1gbps" in faults(read(HEAD + "Đôn Thư,Viettel,1,2\n", "luck"))[0]
    assert "nothing is declared as ''" in faults(read(HEAD + "Đôn Thư,Viettel,1,2\n", None))[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n", "no header was found"),
        (HEAD.encode(), "no figures below the header"),
        (HEAD.encode() + b"T\xe9t,Viettel,1,2", "encoding"),
        (b"\xd0\xcf\x11\xe0", "an old .xls file"),
        (b"x" * (4 * 1024 * 1024 + 1), "larger than 4 MiB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read_list(data, HAMLETS, indicator=GIGABIT)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_whatever_follows_the_header_is_read_or_refused(text: str) -> None:
    try:
        found = read(HEAD + text, operator="X")
    except SheetError as error:
        assert error.text.vi
        return
    for _, one in found.declarations:
        assert one.part is not None and one.whole is not None and 0 <= one.part <= one.whole


def test_every_indicator_has_its_words_and_a_form() -> None:
    for name, indicator in INDICATORS.items():
        assert indicator.name == name and indicator.title.vi != indicator.title.en
        assert (indicator.form is Form.SHARE) == (indicator.unit == "%") == (indicator.of is not None)
