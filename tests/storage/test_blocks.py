"""Columns become the rows that psycopg itself would write, whatever is NULL and however the texts differ."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from storage.blocks import HEADER, TRAILER, Column, blocks, listed, value_at
from storage.connect import connect

TYPES = ("integer", "timestamptz", "smallint", "bigint", "double precision", "boolean", "text", "text")
Y2000 = 946_684_800


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    with closing(connect(database_url, autocommit=True)) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE there (place integer, t timestamptz, s smallint, b bigint, f double precision, "
            "o boolean, x text, y text)"
        )
        yield connection


def copied(connection: Connection[Any], columns: tuple[Column, ...], size: int) -> list[tuple[Any, ...]]:
    """What is in a table after the columns have been copied into it; times as seconds since 2000."""
    connection.execute("TRUNCATE there")
    with connection.cursor() as cursor, cursor.copy("COPY there FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEADER)
        for block in blocks(TYPES, columns, size):
            copy.write(block)
        copy.write(TRAILER)
    statement = "SELECT place, extract(epoch FROM t)::bigint - %s, s, b, f, o, x, y FROM there ORDER BY place"
    return connection.execute(statement, (Y2000,)).fetchall()


texts = st.one_of(st.none(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5))
rows = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(allow_nan=False)), st.booleans(), texts, st.sampled_from(["", "LTE", "NR_SA"])
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=rows, label=texts, number=st.one_of(st.none(), st.integers(-(2**15), 2**15 - 1)))
def test_what_is_copied_is_what_was_given(
    connection: Connection[Any], found: list[tuple[Any, ...]], label: str | None, number: int | None
) -> None:
    size = len(found)
    floats, flags, words, names = (list(column) for column in zip(*found, strict=True))
    places = np.arange(size, dtype=np.int64)
    columns: tuple[Column, ...] = (
        places,
        places * 1_000_000,
        number,
        places * 2**40,
        np.array(floats, dtype=np.float64),
        np.array(flags),
        words,
        names if size % 2 else label,
    )
    expected = [
        (
            place,
            place,
            number,
            place * 2**40,
            floats[place],
            flags[place],
            words[place],
            (names if size % 2 else [label] * size)[place],
        )
        for place in range(size)
    ]
    assert copied(connection, columns, size) == expected


def test_columns_that_are_the_same_in_all_rows_make_one_block() -> None:
    numbers = np.arange(1000, dtype=np.float64)
    assert len(list(blocks(("double precision", "text", "text"), (numbers, "a", None), 1000))) == 1
    numbers[::3] = np.nan
    words = ["x", "yy"] * 500
    assert len(list(blocks(("double precision", "text", "text"), (numbers, words, None), 1000))) == 4


def test_a_row_is_laid_out_as_the_manual_says() -> None:
    (block,) = blocks(("integer", "text", "text", "boolean"), (7, "ạ", None, np.array([True])), 1)
    assert block == struct.pack(">hii", 4, 4, 7) + struct.pack(">i", 3) + "ạ".encode() + struct.pack(">iib", -1, 1, 1)


def test_nothing_makes_no_block() -> None:
    assert list(blocks(("integer",), (np.array([], dtype=np.int64),), 0)) == []


def test_more_combinations_than_a_number_holds_are_kept_apart() -> None:
    """Seventy fields that are each there or not: 2^70 sorts of rows are possible, and three are there."""
    flags = [np.where([True, column % 2 == 0, column % 3 == 0, True], 1.0, np.nan) for column in range(70)]
    found = list(blocks(("double precision",) * 70, tuple(flags), 4))
    assert [len(block) for block in found].count(2 * (2 + 70 * 12)) == 1
    assert len(found) == 3


def test_many_columns_that_differ_in_every_row_are_kept_apart() -> None:
    words: tuple[Column, ...] = tuple([f"{column}-{row}" for row in range(40)] for column in range(30))
    assert len(list(blocks(("text",) * 30, words, 40))) == 40


def test_values_are_told_one_by_one_with_none_for_what_is_absent() -> None:
    numbers = np.array([1.5, np.nan, 3.0])
    assert [value_at(numbers, place) for place in range(3)] == listed(numbers, 3) == [1.5, None, 3.0]
    assert listed("a", 2) == ["a", "a"]
    assert value_at(None, 5) is None
