"""Roles and their order, names, passwords, and how long a wait is in words."""

from __future__ import annotations

from itertools import product
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.people import (
    ROLE_WORDS,
    Role,
    is_username,
    normal_password,
    password_fault,
    username_of,
    waiting_words,
)


def test_each_role_may_do_what_those_before_it_may() -> None:
    order = [Role.VIEWER, Role.TECHNICIAN, Role.OPERATOR, Role.ADMINISTRATOR]
    for (low, a), (high, b) in product(enumerate(order), repeat=2):
        assert b.at_least(a) is (high >= low)
    assert set(ROLE_WORDS) == set(Role)


@pytest.mark.parametrize("name", ["an", "nguyen.thi-lan", "lan_2", "lan@xa.vn", "0912345678"])
def test_a_name_that_somebody_may_have(name: str) -> None:
    assert is_username(name)


@pytest.mark.parametrize("name", ["", "a", "Lan", "lân", ".lan", "lan lan", "lan\n", "x" * 64, "a/b"])
def test_a_name_that_nobody_may_have(name: str) -> None:
    assert not is_username(name)


@given(st.text(max_size=80))
def test_a_name_is_read_the_same_twice(text: str) -> None:
    assert username_of(username_of(text)) == username_of(text)


@pytest.mark.parametrize(
    "password", ["mưa rào trên mái tôn", "k7fqd-8mw2x-p3hza-vn5ct", "một mật khẩu thật dài", "sông Hồng nước cả"]
)
def test_a_long_phrase_will_do(password: str) -> None:
    assert password_fault(password, "lan") is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("ngắn quá", "10 to 256"),
        ("x" * 257, "10 to 256"),
        ("Lan yêu quê hương", "must not contain"),
        ("aaaaaaaaaaaaab", "too easy"),
        ("Password2026!", "too easy"),
        ("matkhau12345", "too easy"),
        ("0123456789", "too easy"),
    ],
)
def test_what_is_guessed_first_will_not_do(password: str, words: str) -> None:
    fault = password_fault(password, "lan")
    assert fault is not None
    assert words in fault.en
    assert fault.vi != fault.en


@given(st.text(max_size=60))
def test_a_password_is_the_same_however_a_keyboard_composes_it(text: str) -> None:
    assert normal_password(normalize("NFD", text)) == normal_password(normalize("NFC", text))


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 seconds"), (120, "120 seconds"), (121, "3 minutes"), (900, "15 minutes")]
)
def test_a_wait_is_told_in_seconds_or_in_minutes_and_never_too_short(seconds: int, words: str) -> None:
    assert waiting_words(seconds).en == words
