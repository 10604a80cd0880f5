"""The sum of a demonstration, and what is said when it does not hold."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from commune.demo.reckoning import Books, Reckoning
from devices.catalogue import KINDS
from storage.connect import connect

GOOD = Reckoning(
    edition="PostgreSQL 18.6",
    sent=10,
    published=10,
    received=10,
    stored=7,
    duplicate=2,
    dead_lettered=1,
    in_hand=0,
    redelivered=3,
    resent=0,
    kinds=dict.fromkeys(KINDS, 5),
    history_readings=100,
    devices=9,
    seconds=1.0,
    chaos={},
)


def test_a_sum_that_holds_has_no_differences() -> None:
    assert GOOD.differences() == []
    assert GOOD.as_dict()["differences"] == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (replace(GOOD, sent=11), "11 messages were sent, and the broker acknowledged 10"),
        (replace(GOOD, published=12, sent=12), "published 12 differs from received 10 by 2"),
        (replace(GOOD, published=9, sent=9), "published 9 differs from received 10 by -1"),
        (
            replace(GOOD, stored=6),
            "received 10 differs from stored 6 + duplicate 2 + dead_lettered 1 = 9 by 1",
        ),
        (replace(GOOD, in_hand=4), "in_hand is 4, and must be 0 at the end"),
        (replace(GOOD, in_hand=-1), "in_hand is -1, and must be 0 at the end"),
    ],
)
def test_a_loss_is_named_with_both_numbers(wrong: Reckoning, named: str) -> None:
    assert wrong.differences() == wrong.losses() == [named]


def test_where_others_may_publish_too_only_less_than_was_published_is_a_loss() -> None:
    more, less = replace(GOOD, published=9, sent=9), replace(GOOD, published=11, sent=11)
    assert more.losses(alone=False) == []
    assert less.losses(alone=False) == ["published 11 differs from received 10 by 1"]


def test_what_was_sent_again_over_a_lost_connection_may_have_come_twice_but_no_more() -> None:
    twice = replace(GOOD, published=9, sent=9, resent=1)
    assert twice.losses() == []
    assert replace(twice, received=11, duplicate=3).losses() == ["published 9 differs from received 11 by -2"]
    assert replace(twice, received=8, stored=5).losses() == ["published 9 differs from received 8 by 1"]


def test_wills_are_counted_with_what_was_published_and_a_lost_connection_may_have_left_another() -> None:
    willed = replace(GOOD, published=8, sent=8, wills=2)
    assert willed.losses() == []
    assert replace(willed, wills=1).losses() == ["published 8 and 1 wills differs from received 10 by -1"]
    assert replace(willed, wills=1, reopened=1).losses() == []
    assert replace(willed, wills=3, reopened=1).losses() == ["published 8 and 3 wills differs from received 10 by 1"]


def test_the_first_differences_from_the_manifest_are_told_one_by_one() -> None:
    said = {"what": "missing", "where": "tram-01 at 5.000", "detail": "a reading of wifi is not stored"}
    told = "missing: tram-01 at 5.000: a reading of wifi is not stored"
    assert replace(GOOD, witness={"differences": []}).differences() == []
    assert replace(GOOD, witness={"differences": [said]}).differences() == [told]
    many = replace(GOOD, witness={"differences": [said] * 25}).differences()
    assert many == [told] * 20 + ["5 more differences from the manifest"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_which_nothing_was_stored_is_named(kind: str) -> None:
    silent = replace(GOOD, kinds={**GOOD.kinds, kind: 0})
    assert silent.losses() == []
    assert silent.differences() == [f"no reading was stored of: {kind}"]


def test_several_differences_are_all_named() -> None:
    assert len(replace(GOOD, sent=11, in_hand=1, kinds={}).differences()) == 3


def test_the_json_has_what_is_promised() -> None:
    promised = {"edition", "published", "received", "stored", "duplicate", "dead_lettered", "in_hand", "redelivered"}
    assert promised | {"kinds"} <= set(GOOD.as_dict())
    assert set(GOOD.as_dict()["kinds"]) == set(KINDS)


def test_books_of_an_empty_database_are_zero_for_every_kind(database_url: str) -> None:
    with closing(connect(database_url)) as session:
        books = Books.read(session)
    assert books == Books(0, 0, 0, 0, 0, dict.fromkeys(KINDS, 0))
    assert books.settled == 0


def test_what_was_there_before_is_taken_off() -> None:
    before = Books(10, 6, 3, 1, 2, {"wifi": 5})
    after = Books(25, 16, 7, 2, 3, {"wifi": 9, "camera": 1})
    since = after.since(before)
    assert since == Books(15, 10, 4, 1, 1, {"wifi": 4, "camera": 1})
    assert since.settled == since.received
