"""The audit trail: every change is in it, no secret is, and nobody edits it, whatever role they wear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import errors

from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage import photos
from storage.audit import AuditEntry, AuditFilter, list_audit, swaps_of
from storage.broker_accounts import ask_for_account
from storage.connect import connect
from storage.device_changes import change_state, describe, register, succeed, swap
from storage.places import add_commune, add_hamlet, add_site
from storage.registrar import Registrar
from storage.roles import Role
from tests.waiting import wait_until

PAIR = ("gia-loc", "den-1")
LAMP = Device(*PAIR, "lighting", serial="S1")
TABLES = ("commune", "hamlet", "site", "device", "device_photo", "person", "api_token", "broker_account")
SECRETS = ("$argon2id$v=19$hash", "5ea1ed", "70c3a1")


@pytest.fixture
def session(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session of the owner, with one commune."""
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield connection


@pytest.fixture
def registrar(database_url: str) -> Iterator[Registrar]:
    """The registry as the API writes it."""
    registrar = Registrar(database_url, pool_connections=1)
    yield registrar
    registrar.close()


def told(connection: psycopg.Connection[Any], **wanted: Any) -> list[AuditEntry]:
    """What the trail says, the oldest first."""
    return list_audit(connection, AuditFilter(**wanted))[::-1]


def test_a_change_says_who_what_and_when_and_only_what_changed(
    session: psycopg.Connection[Any], registrar: Registrar
) -> None:
    with registrar.transaction("person:lan") as work:
        register(work, LAMP)
    with registrar.transaction("token:7") as work:
        describe(work, PAIR, {"name": "Đèn chợ", "height_m": 6.5, "tags": ("đợt 1",)}, expected={1})
    created, changed = told(session, subject_kind="device")
    assert (created.actor, created.account, created.action, created.subject) == (
        "person:lan", "postgres", "created", "gia-loc/den-1",
    )  # fmt: skip
    assert created.before is None
    assert created.after is not None
    assert (created.after["serial"], created.after["state"]) == ("S1", "registered")
    assert (changed.actor, changed.action) == ("token:7", "changed")
    assert changed.before == {"name": "", "height_m": None, "tags": []}
    assert changed.after == {"name": "Đèn chợ", "height_m": 6.5, "tags": ["đợt 1"]}
    assert changed.at >= created.at


def test_an_actor_is_forgotten_with_the_transaction(session: psycopg.Connection[Any], registrar: Registrar) -> None:
    with registrar.transaction("person:lan") as work:
        register(work, LAMP)
    session.execute("UPDATE device SET note = 'by hand'")
    assert [entry.actor for entry in told(session, subject_kind="device")] == ["person:lan", "postgres"]


def test_a_transaction_that_is_undone_leaves_no_word(session: psycopg.Connection[Any], registrar: Registrar) -> None:
    with pytest.raises(ZeroDivisionError), registrar.transaction("person:lan") as work:
        register(work, LAMP)
        raise ZeroDivisionError
    assert told(session, subject_kind="device") == []


def test_places_are_told_by_their_codes_and_not_by_numbers_of_rows(session: psycopg.Connection[Any]) -> None:
    add_hamlet(session, "gia-loc", Hamlet("thon-1", "Thôn 1", HamletType.THON))
    add_site(session, "gia-loc", Site("cho", "Chợ", SiteType.MARKET, 20.87, 106.3, "thon-1"))
    register(session, LAMP)
    describe(session, PAIR, {"hamlet": "thon-1", "site": "cho"}, expected=None)
    entries = told(session)
    assert [(entry.subject_kind, entry.subject) for entry in entries] == [
        ("commune", "gia-loc"),
        ("hamlet", "gia-loc/thon-1"),
        ("site", "gia-loc/cho"),
        ("device", "gia-loc/den-1"),
        ("device", "gia-loc/den-1"),
    ]
    assert entries[2].after is not None
    assert entries[2].after["hamlet"] == "thon-1"
    assert (entries[4].before, entries[4].after) == (
        {"hamlet": None, "site": None},
        {"hamlet": "thon-1", "site": "cho"},
    )
    assert not [name for entry in entries for name in entry.after or {} if name.endswith("_id")]


def test_a_deed_has_its_name_and_the_reason_that_a_person_gave(session: psycopg.Connection[Any]) -> None:
    with session.transaction():
        register(session, LAMP)
    with session.transaction():
        change_state(session, PAIR, DeviceState.MAINTENANCE, role=None, note="kẹt rơ-le", expected=None)
    with session.transaction():
        swap(session, PAIR, {"serial": "S2"}, note="sét đánh", expected=None)
    with session.transaction():
        succeed(session, PAIR, {"code": "den-2"}, role=None, note="đổi loại cột", expected=None)
    entries = told(session, subject_kind="device")
    assert [(entry.subject, entry.action, entry.note) for entry in entries] == [
        ("gia-loc/den-1", "created", None),
        ("gia-loc/den-1", "changed", "kẹt rơ-le"),
        ("gia-loc/den-1", "swapped", "sét đánh"),
        ("gia-loc/den-1", "replaced", "đổi loại cột"),
        ("gia-loc/den-2", "created", "đổi loại cột"),
        ("gia-loc/den-2", "replaced", "đổi loại cột"),
    ]
    assert entries[-1].after == {"replaces": "den-1"}
    (swapped,) = swaps_of(session, "gia-loc/den-1")
    assert (swapped.before, swapped.after) == ({"serial": "S1"}, {"serial": "S2"})


def fill(connection: psycopg.Connection[Any]) -> None:
    """One row, with its secrets, in every table that is audited; then a change of each secret."""
    add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn 1", HamletType.THON))
    add_site(connection, "gia-loc", Site("cho", "Chợ", SiteType.MARKET, 20.87, 106.3, "thon-1"))
    number = register(connection, LAMP).device_id
    photos.put_photo(connection, number, b"\xff\xd8 70c3a1", sha256="0" * 64, width=1, height=1)
    for password in (b"5ea1ed one", b"5ea1ed two"):
        ask_for_account(connection, number, password)
    connection.execute(
        "INSERT INTO person (username, role, password_hash) VALUES ('lan', 'technician', '$argon2id$v=19$hash one')"
    )
    connection.execute("UPDATE person SET password_hash = '$argon2id$v=19$hash two'")
    connection.execute(
        "INSERT INTO api_token (name, token_sha256, role, created_by, expires_at) "
        "SELECT 'grafana', '70c3a1', 'viewer', person_id, now() FROM person"
    )


def test_every_table_of_the_registry_is_audited_and_no_secret_is_in_the_trail(
    session: psycopg.Connection[Any],
) -> None:
    fill(session)
    assert {entry.subject_kind for entry in told(session)} == set(TABLES)
    trail = str(session.execute("SELECT array_agg(a::text) FROM audit AS a").fetchone())
    assert [secret for secret in SECRETS if secret in trail or secret.encode().hex() in trail] == []
    password = told(session, subject_kind="person")[-1]
    assert (password.before, password.after) == ({"password_hash": "***"}, {"password_hash": "***"})
    token = told(session, subject_kind="api_token")[-1]
    assert token.after is not None
    assert (token.after["created_by"], token.after["token_sha256"]) == ("lan", "***")


def test_what_changes_with_every_use_leaves_no_word(session: psycopg.Connection[Any]) -> None:
    fill(session)
    before = len(told(session))
    session.execute("UPDATE person SET last_login_at = now()")
    session.execute("UPDATE api_token SET last_used_at = now()")
    session.execute("UPDATE broker_account SET applied = wanted, sealed_password = NULL, applied_at = now()")
    assert len(told(session)) == before


EDITS = (
    "UPDATE commune.audit SET actor = 'somebody else'",
    "DELETE FROM commune.audit",
    "TRUNCATE commune.audit",
    "INSERT INTO commune.audit (at, actor, account, action, subject_kind, subject) "
    "VALUES (now(), 'person:lan', 'x', 'created', 'device', 'gia-loc/den-9')",
    "DELETE FROM commune.audit WHERE false",
    "MERGE INTO commune.audit USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
)


def test_nobody_edits_the_trail_the_owner_of_the_table_neither(
    database_url: str, session: psycopg.Connection[Any]
) -> None:
    register(session, LAMP)
    before = session.execute("TABLE audit ORDER BY audit_id").fetchall()
    for role in (*Role, None):
        with closing(connect(database_url, role=role, autocommit=True)) as connection:
            for edit in EDITS:
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(edit)
    assert session.execute("TABLE audit ORDER BY audit_id").fetchall() == before


def test_not_even_a_mode_without_triggers_opens_it(session: psycopg.Connection[Any]) -> None:
    session.execute("SET session_replication_role = replica")
    for edit in EDITS[:3]:
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(edit)


def test_nobody_writes_it_through_a_trigger_of_their_own(database_url: str, session: psycopg.Connection[Any]) -> None:
    for role in Role:
        with closing(connect(database_url, role=role, autocommit=True)) as connection:
            connection.execute("CREATE TEMPORARY TABLE device (code text, commune_id integer)")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(
                    "CREATE TRIGGER forge AFTER INSERT ON pg_temp.device "
                    "FOR EACH ROW EXECUTE FUNCTION commune.write_audit('')"
                )


def test_the_trail_is_paged_from_the_newest_and_filtered(
    session: psycopg.Connection[Any], registrar: Registrar
) -> None:
    for number in range(5):
        with registrar.transaction(f"person:{'lan' if number % 2 else 'minh'}") as work:
            register(work, Device("gia-loc", f"den-{number}", "lighting"))
    first = list_audit(session, AuditFilter(subject_kind="device"), limit=3)
    rest = list_audit(session, AuditFilter(subject_kind="device"), limit=3, before=first[-1].audit_id)
    assert [entry.subject[-1] for entry in (*first, *rest)] == list("43210")
    assert [entry.subject[-1] for entry in told(session, actor="person:lan")] == ["1", "3"]
    assert [entry.subject for entry in told(session, subject="gia-loc/den-2")] == ["gia-loc/den-2"]
    assert told(session, start=first[0].at)[-1] == first[0]
    assert told(session, end=told(session)[0].at) == []


def test_two_writers_at_once_wait_for_each_other_and_both_are_told_of(
    session: psycopg.Connection[Any], database_url: str
) -> None:
    register(session, LAMP)
    with closing(connect(database_url)) as first, closing(connect(database_url)) as second:
        describe(first, PAIR, {"name": "one"}, expected=None)
        pid = second.info.backend_pid
        writer = threading.Thread(target=lambda: describe(second, PAIR, {"note": "two"}, expected=None))
        writer.start()
        wait_until(
            lambda: (
                session.execute(
                    "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", [pid]
                ).fetchone()
                == (True,)
            ),
            "the second writer waits",
        )
        first.commit()
        writer.join(20)
        second.commit()
    assert [entry.after for entry in told(session, subject_kind="device")][1:] == [{"name": "one"}, {"note": "two"}]
