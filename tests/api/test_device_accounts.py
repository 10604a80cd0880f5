"""The account of a device over HTTP: where it stands, and a new password that is told once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from commune.sealing import PasswordSealer
from devices.people import Role
from storage.broker_accounts import ask_for_account
from storage.connect import connect
from storage.registrar import Registrar
from tests.api.conftest import serve
from tests.api.documented import documented
from tests.api.world import COMMUNE, World, token

SEALER = PasswordSealer("a secret of more than thirty-two characters")
PATH = f"/api/v1/devices/{COMMUNE}/den-101/account"


@pytest.fixture
def app(database_url: str) -> FastAPI:
    """An API that can give passwords."""
    return create_app(
        database_url,
        pool_connections=2,
        registrar=Registrar(database_url, pool_connections=2),
        sealer=SEALER,
    )


@pytest.fixture
def client(address: str, administrator: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of an administrator, every answer to which is held to the OpenAPI document."""
    with httpx.Client(base_url=address, timeout=30, headers=administrator) as client:
        yield documented(client)


@pytest.fixture
def lamp(world: World) -> int:
    return world.device("den-101", "lighting")


def sealed(url: str) -> str:
    with closing(connect(url, autocommit=True)) as connection:
        row = connection.execute("SELECT sealed_password FROM broker_account").fetchone()
    assert row is not None
    return SEALER.open(bytes(row[0]))


def test_a_device_that_was_never_given_an_account_needs_a_password(client: httpx.Client, lamp: int) -> None:
    told = client.get(PATH).json()
    assert (told["username"], told["client_id"]) == (f"{COMMUNE}.den-101",) * 2
    assert told["state"] == "needs_password"
    assert told["password_changed_at"] is None


def test_a_new_password_is_told_once_and_waits_sealed(client: httpx.Client, lamp: int, database_url: str) -> None:
    answer = client.post(f"{PATH}/rotate", json={})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["state"] == "waiting"
    assert told["publishes"] == [f"xa/{COMMUNE}/lighting/den-101/{c}" for c in ("telemetry", "event", "status")]
    assert sealed(database_url) == told["password"]
    later = client.get(PATH)
    assert later.json()["state"] == "waiting"
    assert told["password"] not in later.text


def test_every_rotation_gives_another_password(client: httpx.Client, lamp: int, database_url: str) -> None:
    passwords = [client.post(f"{PATH}/rotate", json={}).json()["password"] for _ in range(3)]
    assert len(set(passwords)) == 3
    assert sealed(database_url) == passwords[-1]


def test_what_the_broker_said_is_told(client: httpx.Client, lamp: int, database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as connection:
        ask_for_account(connection, lamp, b"sealed")
        connection.execute("UPDATE broker_account SET failure = 'createClient: Internal error'")
    told = client.get(PATH).json()
    assert (told["state"], told["failure"]) == ("failed", "createClient: Internal error")


def test_a_device_that_is_retired_gets_no_password(client: httpx.Client, lamp: int, database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as connection:
        connection.execute("UPDATE device SET state = 'retired'")
    answer = client.post(f"{PATH}/rotate", json={})
    assert answer.status_code == 409
    assert "retired" in answer.json()["reason"]["en"]


def test_a_device_that_is_not_there_is_said_to_be_so(client: httpx.Client, lamp: int) -> None:
    there = PATH.replace("den-101", "den-102")
    assert client.get(there).status_code == 404
    assert client.post(f"{there}/rotate", json={}).status_code == 404


def test_a_viewer_sees_where_it_stands_and_gives_no_password(address: str, lamp: int, database_url: str) -> None:
    with httpx.Client(base_url=address, timeout=30, headers=token(database_url, Role.VIEWER)) as viewer:
        assert viewer.get(PATH).status_code == 200
        refused = viewer.post(f"{PATH}/rotate", json={})
    assert refused.status_code == 403
    with closing(connect(database_url, autocommit=True)) as connection:
        assert connection.execute("SELECT count(*) FROM broker_account").fetchone() == (0,)


def test_a_server_without_the_secret_key_says_so(database_url: str, lamp: int, administrator: dict[str, str]) -> None:
    app = create_app(database_url, pool_connections=2, registrar=Registrar(database_url, pool_connections=2))
    with serve(app) as address, httpx.Client(base_url=address, timeout=30, headers=administrator) as client:
        answer = client.post(f"{PATH}/rotate", json={})
    assert answer.status_code == 409
    assert "COMMUNE_SECRET_KEY" in answer.json()["reason"]["en"]


def test_who_gave_a_password_is_in_the_audit_trail_and_the_password_is_not(
    client: httpx.Client, lamp: int, database_url: str
) -> None:
    told = client.post(f"{PATH}/rotate", json={}).json()
    with closing(connect(database_url, autocommit=True)) as connection:
        rows = connection.execute("SELECT row_to_json(a)::text FROM audit AS a WHERE subject_kind = 'broker_account'")
        said = " ".join(text for (text,) in rows.fetchall())
    assert "token:" in said
    assert told["password"] not in said
    assert "sealed" not in said
