"""The parts around the text: NĐ 30/2020/NĐ-CP, and what a commune sets otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reports.documents.environment import grounds
from reports.documents.letter import LetterRules, make_letter
from reports.documents.model import Style
from reports.errors import BadRules
from reports.rules import read_rules
from tests.reports.documents.sample import AT


def test_without_rules_a_commune_signs_for_its_peoples_committee() -> None:
    letter = make_letter("Xã Gia Lộc", "Hải Phòng", AT)
    assert letter.agency == ("ỦY BAN NHÂN DÂN", "XÃ GIA LỘC")
    assert letter.number.endswith("/BC-UBND")
    assert letter.place_and_day.startswith("Gia Lộc, ngày")
    assert letter.signed_by == ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    assert letter.recipients[0] == "Ủy ban nhân dân thành phố Hải Phòng (để báo cáo)"
    assert (letter.signer, letter.addressees) == ("", ())


@pytest.mark.parametrize(
    ("province", "above"),
    [("Thái Nguyên", "tỉnh Thái Nguyên"), ("Tỉnh Nghệ An", "tỉnh Nghệ An"), ("Huế", "thành phố Huế")],
)
def test_the_province_is_a_city_only_where_it_is_one(province: str, above: str) -> None:
    assert above in make_letter("Xã A", province, AT).recipients[0]


def test_the_year_is_that_of_viet_nam_when_the_data_end() -> None:
    assert make_letter("Xã A", "B", AT).dated.endswith("năm 2027")
    assert make_letter("Xã A", "B", datetime(2026, 12, 31, 16, tzinfo=UTC)).dated.endswith("năm 2026")


def test_the_rules_of_a_commune_are_followed() -> None:
    text = """[documents.gia-loc]
agency = ["UBND XÃ GIA LỘC"]
symbol = "BC-VHXH"
place = "Hải Phòng"
addressees = ["Sở Khoa học và Công nghệ"]
grounds = ["Căn cứ Kế hoạch số 5/KH-UBND."]
signed_by = ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
signer = "Nguyễn Thị Lan"
recipients = ["Như trên"]
"""
    rules = read_rules(text).documents["gia-loc"]
    letter = make_letter("Xã Gia Lộc", "Hải Phòng", AT, rules)
    assert letter.agency == ("UBND XÃ GIA LỘC",)
    assert letter.number == "Số:        /BC-VHXH"
    assert letter.place_and_day.startswith("Hải Phòng, ")
    assert (letter.signer, letter.recipients) == ("Nguyễn Thị Lan", ("Như trên",))
    assert letter.addressees == ("Sở Khoa học và Công nghệ",)


def test_a_rule_that_is_misspelt_is_named() -> None:
    with pytest.raises(BadRules, match=r"documents\.gia-loc\.signr"):
        read_rules('[documents.gia-loc]\nsignr = "A"\n')


def test_each_ground_ends_with_a_semicolon_and_the_last_with_a_full_stop() -> None:
    letter = make_letter("Xã A", "B", AT, LetterRules(grounds=("Căn cứ ba.",)))
    told = list(grounds(letter, ("Căn cứ một", "Căn cứ hai;")))
    assert [paragraph.text for paragraph in told] == ["Căn cứ một;", "Căn cứ hai;", "Căn cứ ba."]
    assert {paragraph.style for paragraph in told} == {Style.GROUND}
