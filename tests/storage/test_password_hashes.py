"""Checking passwords is dear: few are checked side by side, few wait, and a flood is sent away at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic

import pytest
from argon2 import PasswordHasher

from storage import password_hashes
from storage.errors import DatabaseUnavailable
from storage.password_hashes import AT_ONCE, MOST_WAITING, hash_password, password_matches

FLOOD = 40


@pytest.fixture(autouse=True)
def real_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parameters of a running system."""
    monkeypatch.setattr(password_hashes, "_hasher", PasswordHasher())


def test_a_password_is_kept_under_the_parameters_of_rfc_9106_for_little_memory() -> None:
    assert hash_password("a long enough word").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_flood_of_sign_ins_holds_no_more_threads_than_may_wait_and_hinders_nobody_afterwards() -> None:
    kept = hash_password("a long enough word")
    together = Barrier(FLOOD)

    def sign_in(_: int) -> tuple[bool | None, float]:
        together.wait()
        began = monotonic()
        try:
            return password_matches("another word", kept), monotonic() - began
        except DatabaseUnavailable:
            return None, monotonic() - began

    with ThreadPoolExecutor(FLOOD) as people:
        answers = list(people.map(sign_in, range(FLOOD)))
    taken = [seconds for matched, seconds in answers if matched is False]
    sent_away = [seconds for matched, seconds in answers if matched is None]
    assert taken
    assert len(sent_away) >= FLOOD - 2 * (AT_ONCE + MOST_WAITING)
    assert sorted(sent_away)[len(sent_away) // 2] < min(taken), "who is sent away does not wait for a check"
    assert password_matches("a long enough word", kept)
