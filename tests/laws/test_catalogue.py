"""Laws over the whole catalogue: one test for each law and kind."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from devices import units
from devices.catalogue import KINDS
from devices.codec import decode_telemetry, encode_telemetry
from devices.model import Behaviour, Kind, Text
from devices.readings import TimeSource
from simulators.devices import SIMULATORS
from storage.connect import connect
from storage.tables import columns, identity
from tests.devices.strategies import RECEIVED_AT, device_times, patient, valid_members

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "kinds.md"
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TAKEN = frozenset(("ts", "seq", "device_id", "time", "received_at", "time_source", "device_time"))

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_the_catalogue_lists_every_file_of_its_folder() -> None:
    files = {path.stem for path in (ROOT / "devices" / "catalogue").glob("*.py")} - {"__init__"}
    assert files == set(KINDS)


@every_kind
def test_a_kind_lies_in_a_file_of_its_name(kind: Kind) -> None:
    assert import_module(f"devices.catalogue.{kind.name}").KIND is kind


@every_kind
def test_names_are_snake_case_and_unique_and_not_taken(kind: Kind) -> None:
    names = [field.name for field in kind.fields]
    assert SNAKE_CASE.fullmatch(kind.name)
    assert [name for name in names if not SNAKE_CASE.fullmatch(name)] == []
    assert len(set(names)) == len(names)
    assert TAKEN.isdisjoint(names)


@every_kind
def test_numbers_have_a_known_unit_and_a_sane_range_and_nothing_else_has(kind: Kind) -> None:
    for field in kind.fields:
        if field.is_number:
            assert field.unit in units.ALL, field.name
            assert field.minimum is not None
            assert field.maximum is not None
            assert -1e15 <= field.minimum < field.maximum <= 1e15, field.name
            assert 0 <= field.decimals <= 6
        else:
            assert (field.unit, field.minimum, field.maximum) == (None, None, None), field.name


@every_kind
def test_percentages_counters_and_signals_have_the_ranges_of_their_nature(kind: Kind) -> None:
    for field in kind.fields:
        if field.unit is units.PERCENT:
            assert (field.minimum, field.maximum) == (0, 100), field.name
        if field.unit is units.DECIBEL_MILLIWATT:
            assert field.maximum is not None
            assert field.maximum <= 0, field.name
        if field.behaviour is Behaviour.COUNTER:
            assert field.minimum == 0, field.name
            assert (field.maximum or 0) >= 1e6, field.name


@every_kind
def test_choices_are_words_of_labels_and_keys(kind: Kind) -> None:
    for field in kind.fields:
        assert len(set(field.choices)) == len(field.choices)
        assert all(1 <= len(choice) <= field.max_length for choice in field.choices)
        assert not field.choices or field.behaviour in (Behaviour.LABEL, Behaviour.KEY)
        assert not field.required or field.behaviour is Behaviour.KEY


@every_kind
def test_a_kind_reports_something_besides_its_keys_and_at_a_sensible_interval(kind: Kind) -> None:
    assert any(field.behaviour is not Behaviour.KEY for field in kind.own_fields)
    assert 10 <= kind.interval_seconds <= 3600


def is_vietnamese(text: str) -> bool:
    """True when a letter bears a mark that English does not have."""
    return any(
        letter in "đĐ" or (letter not in string.ascii_letters and unicodedata.decomposition(letter)) for letter in text
    )


@every_kind
def test_every_text_is_there_in_vietnamese_and_in_english(kind: Kind) -> None:
    texts: list[Text] = [kind.title, kind.meaning, kind.domain]
    for field in kind.fields:
        texts += [field.title, field.meaning]
    for text in texts:
        assert text.vi.strip() == text.vi != ""
        assert text.en.strip() == text.en != ""
        assert text.vi != text.en
        assert unicodedata.is_normalized("NFC", text.vi), text.vi
        assert is_vietnamese(text.vi), text.vi
        assert not text.vi.endswith("."), text.vi


@every_kind
def test_titles_tell_the_fields_of_a_kind_apart(kind: Kind) -> None:
    for titles in ([field.title.vi for field in kind.fields], [field.title.en for field in kind.fields]):
        assert len(set(titles)) == len(titles)


@every_kind
def test_what_is_encoded_is_decoded_to_the_same_values(kind: Kind) -> None:
    @patient
    @given(valid_members(kind), device_times, st.none() | st.integers(0, 2**63 - 1))
    def round_trip(member: dict[str, float | bool | str | None], time: datetime, seq: int | None) -> None:
        readings, faults = decode_telemetry(encode_telemetry(kind, time, seq, member), kind, RECEIVED_AT)
        assert faults == []
        (reading,) = readings
        assert (reading.time, reading.time_source, reading.seq) == (time, TimeSource.DEVICE, seq)
        assert reading.values == tuple(member.get(field.name) for field in kind.values)
        assert reading.keys == tuple(member.get(field.name, "") for field in kind.keys)

    round_trip()


@every_kind
def test_a_kind_and_each_of_its_fields_is_documented(kind: Kind) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.split(f"## {kind.name}\n", 1)[1].split("\n## ", 1)[0]
    assert kind.title.vi in section
    assert kind.title.en in section
    for field in kind.own_fields:
        row = next(line for line in section.splitlines() if line.startswith(f"| `{field.name}` |"))
        assert field.meaning.vi in row
        assert field.meaning.en in row
        assert field.unit is None or field.unit.symbol in row


@every_kind
def test_a_kind_has_a_simulator(kind: Kind) -> None:
    assert kind.name in SIMULATORS


def test_every_simulator_is_of_a_kind() -> None:
    assert SIMULATORS.keys() == KINDS.keys()


@pytest.fixture(scope="module")
def connection(module_database_url: str) -> Iterator[Connection[Any]]:
    """A connection to a migrated database that these laws only read."""
    with closing(connect(module_database_url)) as connection:
        yield connection


def columns_found(connection: Connection[Any], kind: Kind) -> list[tuple[str, str, bool]]:
    """The columns of a kind's table in order: name, type, and whether it may be null."""
    return connection.execute(
        "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
        " WHERE table_schema = 'commune' AND table_name = %s ORDER BY ordinal_position",
        (kind.name,),
    ).fetchall()


DATA_TYPES = {"timestamptz": "timestamp with time zone"}


@every_kind
def test_a_kind_has_a_table_with_its_columns_in_their_order(kind: Kind, connection: Connection[Any]) -> None:
    declared = [
        (column.name, DATA_TYPES.get(column.type, column.type), not column.not_null) for column in columns(kind)
    ]
    assert columns_found(connection, kind) == declared


@every_kind
def test_every_field_has_a_column_of_the_type_of_its_behaviour(kind: Kind, connection: Connection[Any]) -> None:
    types = {
        Behaviour.GAUGE: "double precision",
        Behaviour.COUNTER: "double precision",
        Behaviour.STATE: "boolean",
        Behaviour.LABEL: "text",
        Behaviour.KEY: "text",
    }
    found = {name: (data_type, nullable) for name, data_type, nullable in columns_found(connection, kind)}
    for field in kind.fields:
        assert found[field.name] == (types[field.behaviour], field.behaviour is not Behaviour.KEY)


@every_kind
def test_the_identity_of_a_reading_is_unique_in_its_table(kind: Kind, connection: Connection[Any]) -> None:
    row = connection.execute(
        "SELECT array_agg(attname::text ORDER BY position) FROM pg_index"
        " CROSS JOIN unnest(indkey) WITH ORDINALITY AS part (number, position)"
        " JOIN pg_attribute ON attrelid = indrelid AND attnum = number"
        " WHERE indisunique AND indexrelid = to_regclass(%s)",
        (f"commune.{kind.name}_identity",),
    ).fetchone()
    assert row is not None
    assert row[0] == list(identity(kind))
