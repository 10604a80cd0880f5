"""Numbers, days and periods as Vietnamese documents write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.words import (
    bare_name,
    roman,
    unbroken,
    write_clock,
    write_day,
    write_moment,
    write_number,
    write_period,
    write_share,
)
from reports.periods import parse_period


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (1234.5, 1, "1.234,5"),
        (0, 0, "0"),
        (-0.4, 1, "-0,4"),
        (1234567, 0, "1.234.567"),
        (None, 2, "–"),
        (2.0, 2, "2,00"),
    ],
)
def test_points_stand_between_thousands_and_a_comma_before_decimals(
    value: float | None, decimals: int, written: str
) -> None:
    assert write_number(value, decimals) == written


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_is_read_back_as_it_was_rounded(value: float, decimals: int) -> None:
    read = float(write_number(value, decimals).replace(".", "").replace(",", "."))
    assert read == pytest.approx(round(value, decimals), abs=0.6 * 10**-decimals)


def test_a_share_is_a_percentage() -> None:
    assert (write_share(0.8731), write_share(1, 0), write_share(None)) == ("87,3%", "100%", "–")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-10", "tháng 10 năm 2026"),
        ("2026-Q4", "quý IV năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026"),
        ("2026-H2", "6 tháng cuối năm 2026"),
        ("2026", "năm 2026"),
        ("2026-02-05", "ngày 05 tháng 02 năm 2026"),
    ],
)
def test_every_period_has_its_words(period: str, words: str) -> None:
    parse_period(period)
    assert write_period(period) == words


def test_moments_are_those_of_viet_nam() -> None:
    moment = datetime(2026, 12, 31, 17, 5, tzinfo=UTC)
    assert write_moment(moment) == "00 giờ 05 ngày 01/01/2027"
    assert write_clock(moment) == "01/01/2027 00:05"
    assert write_day(date(2027, 1, 5)) == "05/01/2027"


@pytest.mark.parametrize(("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (39, "XXXIX")])
def test_sections_count_in_roman_numerals(number: int, numeral: str) -> None:
    assert roman(number) == numeral


@pytest.mark.parametrize(
    ("name", "bare"),
    [("Xã Gia Lộc", "Gia Lộc"), ("Phường Hải Tân", "Hải Tân"), ("Thành phố Hải Phòng", "Hải Phòng"), ("Xã", "Xã")],
)
def test_a_place_is_named_without_the_word_for_what_it_is(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_words_that_must_stay_together_have_no_place_to_break() -> None:
    assert " " not in unbroken("quý IV năm 2026")
