"""Hamlets and sites by the names that people write."""

from __future__ import annotations

import pytest

from devices.errors import PlaceError
from devices.place_names import PlaceNames

HAMLETS = PlaceNames(
    [("thon-1", "Thôn Một"), ("xom-mot", "Xóm Một"), ("ngoc-son", "Thôn Ngọc Sơn"), ("tdp-3", "Tổ dân phố số 3")],
    "thôn",
    "hamlet",
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("thon-1", "thon-1"),
        ("THON-1", "thon-1"),
        ("Thôn Một", "thon-1"),
        ("thôn  một", "thon-1"),
        ("xom mot", "xom-mot"),
        ("Ngọc Sơn", "ngoc-son"),
        ("Xóm Ngọc Sơn", "ngoc-son"),
        ("TDP số 3", "tdp-3"),
        ("số 3", "tdp-3"),
    ],
)
def test_a_place_is_known_by_code_and_by_name_with_or_without_the_word_in_front(written: str, code: str) -> None:
    assert HAMLETS.code_of(written) == code


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Một", "the hamlet 'Một' may be thon-1 (Thôn Một), xom-mot (Xóm Một); write the code"),
        ("Thôn Hai", "there is no hamlet 'Thôn Hai'; there are: ngoc-son (Thôn Ngọc Sơn), tdp-3 (Tổ dân phố số 3), "),
        ("", "there is no hamlet ''"),
    ],
)
def test_what_is_none_of_them_or_several_is_refused_with_those_there_are(written: str, said: str) -> None:
    with pytest.raises(PlaceError) as raised:
        HAMLETS.code_of(written)
    assert raised.value.text.en.startswith(said)
    assert raised.value.text.vi.startswith(("không có thôn", "thôn"))


def test_long_lists_are_cut_and_empty_ones_are_said() -> None:
    many = PlaceNames([(f"thon-{n:02}", f"Thôn {n}") for n in range(12)], "thôn", "hamlet")
    with pytest.raises(PlaceError, match=r"thon-09 \(Thôn 9\), \.\.\.$"):
        many.code_of("x")
    with pytest.raises(PlaceError, match="there is none yet"):
        PlaceNames([], "thôn", "hamlet").code_of("x")
