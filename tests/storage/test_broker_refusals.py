"""What the broker refused, as it is written down: judged by the registry, added up by the minute, bounded."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from devices.refusals import REFUSALS, Refusal
from devices.registry import Device
from storage import broker_refusals
from storage.broker_accounts import ask_for_account
from storage.broker_refusals import (
    ToldConnection,
    ToldRefusal,
    add_refusals,
    delete_old_refusals,
    end_connections,
    put_connections,
    refusals_of,
)
from storage.connect import connect
from storage.registry import add_device

AT = datetime(2026, 11, 21, 3, 15, 10, tzinfo=UTC)
NAME = "gia-loc.den-07"


@pytest.fixture
def lamp(admin: Connection[Any]) -> int:
    """A lamp whose account is ready."""
    device_id = add_device(admin, Device("gia-loc", "den-07", "lighting", expected_interval_seconds=60))
    ask_for_account(admin, device_id, b"sealed")
    admin.execute("UPDATE broker_account SET applied = wanted, has_password = true, sealed_password = NULL")
    return device_id


def told(client_id: str, reason: str = "not_authorised", *, seconds: float = 0, times: int = 1) -> ToldRefusal:
    at = AT + timedelta(seconds=seconds)
    return ToldRefusal(client_id, reason, at, at, times)


def reasons(connection: Connection[Any], device_id: int, *, now: float = 60, since: float = -60) -> list[str]:
    """What a person learns who asks so many seconds after AT."""
    rows = refusals_of(connection, device_id, AT + timedelta(seconds=since), now=AT + timedelta(seconds=now))
    assert all(REFUSALS[Refusal(row.reason)].vi for row in rows)
    return [row.reason for row in rows]


def come(connection: Connection[Any], *, seconds: float = 0, is_connected: bool = True) -> None:
    put_connections(connection, [ToldConnection(NAME, AT + timedelta(seconds=seconds), is_connected, "10.0.0.7:4711")])


def test_a_device_that_has_its_account_and_is_refused_has_a_wrong_password(admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told(NAME)])
    assert reasons(admin, lamp) == ["wrong_password"]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE broker_account SET sealed_password = 'x'", "account_waiting"),
        ("UPDATE broker_account SET has_password = false", "no_password"),
        ("UPDATE broker_account SET enabled = false", "account_disabled"),
        ("UPDATE device SET state = 'retired'", "account_disabled"),
    ],
)
def test_the_registry_knows_better_why(admin: Connection[Any], lamp: int, statement: str, reason: str) -> None:
    admin.execute(statement.encode())
    add_refusals(admin, [told(NAME)])
    assert reasons(admin, lamp) == [reason]


def test_the_same_within_a_minute_is_one_line_with_its_count(admin: Connection[Any], lamp: int) -> None:
    for seconds in (0, 5, 49):
        add_refusals(admin, [told(NAME, seconds=seconds, times=2)])
    add_refusals(admin, [told(NAME, seconds=51)])
    rows = refusals_of(admin, lamp, AT - timedelta(minutes=1), now=AT)
    assert [(row.times, row.first_at, row.last_at) for row in rows] == [
        (1, AT + timedelta(seconds=51), AT + timedelta(seconds=51)),
        (6, AT, AT + timedelta(seconds=49)),
    ]


def test_what_was_before_is_not_told(admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told(NAME), told(NAME, seconds=-120)][:1])
    assert reasons(admin, lamp, since=1) == []


def test_what_was_refused_to_another_device_is_not_told(admin: Connection[Any], lamp: int) -> None:
    other = add_device(admin, Device("gia-loc", "den-08", "lighting"))
    ask_for_account(admin, other, None)
    add_refusals(admin, [told("gia-loc.den-08")])
    assert reasons(admin, lamp) == []
    assert reasons(admin, other) == ["no_password"]


def test_a_stranger_may_be_the_device_as_long_as_that_is_not_connected(admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told("ESP_1234"), told("", "bad_tls"), told(NAME, seconds=1)])
    rows = refusals_of(admin, lamp, AT, now=AT)
    assert sorted((row.reason, row.subject) for row in rows) == [
        ("bad_tls", ""),
        ("wrong_client_id", "ESP_1234"),
        ("wrong_password", ""),
    ]
    come(admin)
    assert reasons(admin, lamp, now=1) == ["wrong_password"]


def test_of_many_strangers_the_newest_three_are_told(admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told(f"scan-{n}", seconds=n) for n in range(40)])
    rows = refusals_of(admin, lamp, AT, now=AT)
    assert [row.subject for row in rows] == ["scan-39", "scan-38", "scan-37"]


def test_one_that_is_connected_and_not_heard_speaks_under_other_topics(admin: Connection[Any], lamp: int) -> None:
    come(admin)
    assert reasons(admin, lamp, now=2) == [], "it may be about to speak"
    assert reasons(admin, lamp, now=4) == ["wrong_topic"]
    come(admin, seconds=5, is_connected=False)
    assert reasons(admin, lamp, now=6) == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO latest VALUES (%s, '', %s, %s, '{}')",
        "INSERT INTO device_status VALUES (%s, %s, %s, 1, true, '{}')",
    ],
)
def test_one_that_was_heard_since_it_came_is_well(admin: Connection[Any], lamp: int, statement: str) -> None:
    come(admin)
    admin.execute(statement.encode(), [lamp, AT, AT + timedelta(seconds=1)])
    assert reasons(admin, lamp, now=600) == []


def test_one_that_spoke_before_has_until_its_next_reading(admin: Connection[Any], lamp: int) -> None:
    admin.execute("INSERT INTO ledger (device_id, day) VALUES (%s, '2026-11-20')", [lamp])
    come(admin)
    assert reasons(admin, lamp, now=80) == []
    assert reasons(admin, lamp, now=100) == ["wrong_topic"]


def test_when_the_log_was_not_heard_nobody_is_known_to_be_connected(admin: Connection[Any], lamp: int) -> None:
    come(admin)
    end_connections(admin)
    assert reasons(admin, lamp) == []
    come(admin, seconds=10)
    assert reasons(admin, lamp) == ["wrong_topic"]


def test_a_text_that_the_database_cannot_hold_is_no_obstacle(admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told("a\0b"), told(NAME)])
    put_connections(admin, [ToldConnection("a\0b", AT, True)])
    assert "wrong_password" in reasons(admin, lamp)


def test_old_refusals_go_and_a_flood_of_strangers_is_bounded(
    admin: Connection[Any], lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_refusals(admin, [ToldRefusal(NAME, "not_authorised", AT - timedelta(days=8), AT - timedelta(days=8), 1)])
    add_refusals(admin, [told(f"scan-{n}", seconds=n) for n in range(40)])
    assert delete_old_refusals(admin, AT) == 1
    monkeypatch.setattr(broker_refusals, "MOST_KEPT", 10)
    assert delete_old_refusals(admin, AT) == 30
    assert admin.execute("SELECT min(client_id), count(*) FROM broker_refusal").fetchone() == ("scan-30", 10)


def test_readers_may_look_and_not_write(database_url: str, admin: Connection[Any], lamp: int) -> None:
    add_refusals(admin, [told(NAME)])
    with closing(connect(database_url, role="commune_read", autocommit=True)) as reader:
        assert reasons(reader, lamp) == ["wrong_password"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM broker_refusal")
