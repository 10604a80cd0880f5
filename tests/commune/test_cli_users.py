"""`commune users`: letting people in and out from the command line, and the tokens of machines."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from devices.people import Role
from storage.connect import connect
from storage.password_hashes import password_matches
from storage.tokens import holder_of

PASSWORD = "mưa rào trên mái tôn"


@pytest.fixture(autouse=True)
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings lead to the test's database."""
    monkeypatch.setenv("COMMUNE_DATABASE_URL", database_url)
    return database_url


def run(*arguments: str, stdin: str | None = None, exits: int = 0) -> Result:
    result = CliRunner().invoke(app, ["users", *arguments], input=stdin)
    assert result.exit_code == exits, result.output
    return result


def told(*arguments: str, stdin: str | None = None) -> Any:
    return json.loads(run(*arguments, "--json", stdin=stdin).stdout)


def one(url: str, statement: str) -> Any:
    with closing(connect(url, autocommit=True)) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def add(username: str, role: Role = Role.ADMINISTRATOR) -> None:
    run("add", username, "--role", role, "--generate")


def test_the_first_administrator_is_made_here_with_a_password_typed_twice(environment: str) -> None:
    output = run("add", "Lan", "--role", "administrator", "--name", "Lan", stdin=f"{PASSWORD}\n{PASSWORD}\n").output
    assert "lan: administrator" in output
    assert PASSWORD not in output
    assert password_matches(PASSWORD, one(environment, "SELECT password_hash FROM person"))


def test_passwords_that_differ_are_asked_for_again() -> None:
    output = run("add", "lan", "--role", "viewer", stdin=f"{PASSWORD}\nanother one\n{PASSWORD}\n{PASSWORD}\n").output
    assert "do not match" in output
    assert "lan: viewer" in output


def test_a_password_comes_from_a_pipe_or_is_made(environment: str) -> None:
    person = told("add", "lan", "--role", "technician", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (person["username"], person["role"], "password" in person) == ("lan", "technician", False)
    assert password_matches(PASSWORD, one(environment, "SELECT password_hash FROM person"))
    made = told("password", "lan", "--generate")["password"]
    assert password_matches(made, one(environment, "SELECT password_hash FROM person"))
    run("password", "lan", "--generate", "--password-stdin", exits=2)


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("add", "x", "--role", "viewer", "--generate"), None, "2 to 63 of a-z"),
        (("add", "lan", "--role", "viewer", "--password-stdin"), "short\n", "10 to 256"),
        (("add", "lan", "--role", "viewer", "--password-stdin"), "lan is my name\n", "must not contain"),
        (("add", "lan", "--role", "viewer", "--password-stdin"), "password12345\n", "too easy to guess"),
        (("add", "minh", "--role", "viewer", "--generate"), None, "is taken"),
        (("role", "nobody", "viewer"), None, "nobody of the name"),
        (("password", "nobody", "--generate"), None, "nobody of the name"),
        (("sign-out", "nobody"), None, "nobody of the name"),
        (("tokens", "revoke", "99"), None, "no token 99"),
    ],
)
def test_what_cannot_be_is_refused_in_words(arguments: tuple[str, ...], stdin: str | None, words: str) -> None:
    add("minh", Role.VIEWER)
    result = run(*arguments, stdin=stdin, exits=1)
    assert words in result.stderr


def test_people_are_listed_with_role_and_state() -> None:
    add("lan")
    add("minh", Role.VIEWER)
    run("disable", "minh")
    assert [(p["username"], p["role"], p["disabled_at"] is None) for p in told("list")] == [
        ("lan", "administrator", True), ("minh", "viewer", False),
    ]  # fmt: skip
    assert "disabled" in run("list").output.splitlines()[1]
    assert told("enable", "minh")["disabled_at"] is None


def test_a_role_holds_at_once_and_the_trail_says_who_gave_it(environment: str) -> None:
    add("minh", Role.VIEWER)
    assert told("role", "minh", "operator")["role"] == "operator"
    assert one(environment, "SELECT role FROM person") == "operator"
    after = one(environment, "SELECT after FROM audit WHERE subject = 'minh' AND action = 'changed'")
    assert after == {"role": "operator"}
    assert one(environment, "SELECT count(*) FROM audit WHERE after::text LIKE '%argon2%'") == 0


@pytest.mark.parametrize("arguments", [("disable", "lan"), ("role", "lan", "operator")])
def test_the_last_administrator_stays_one(arguments: tuple[str, ...]) -> None:
    add("lan")
    add("minh", Role.OPERATOR)
    assert "last administrator" in run(*arguments, exits=1).stderr
    run("role", "minh", "administrator")
    run(*arguments)
    assert "last administrator" in run("disable", "minh", exits=1).stderr


def test_a_disabled_administrator_is_none() -> None:
    add("lan")
    add("minh")
    run("disable", "minh")
    assert "last administrator" in run("disable", "lan", exits=1).stderr


def test_enabling_and_a_new_password_end_a_lock(environment: str) -> None:
    add("lan")
    lock = (
        "INSERT INTO sign_in_failure VALUES (sha256('account:lan'), 10, now(), now() + interval '1 hour') RETURNING 1"
    )
    for arguments in (("enable", "lan"), ("password", "lan", "--generate")):
        assert one(environment, lock) == 1
        assert told("list")[0]["locked_until"] is not None
        run(*arguments)
        assert told("list")[0]["locked_until"] is None


def test_a_person_of_the_provider_has_no_password(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "COMMUNE_OIDC_ISSUER" in run("add", "lan", "--role", "viewer", "--provider", exits=2).stderr
    monkeypatch.setenv("COMMUNE_OIDC_ISSUER", "https://id.example.vn")
    monkeypatch.setenv("COMMUNE_OIDC_CLIENT_ID", "xa")
    person = told("add", "lan", "--role", "viewer", "--provider")
    assert (person["has_password"], person["issuer"]) == (False, "https://id.example.vn")
    assert one(environment, "SELECT identity_subject IS NULL FROM person")


def test_a_token_is_printed_once_listed_without_it_and_revoked(environment: str) -> None:
    result = run("tokens", "add", "bảng LED", "--days", "30")
    secret = result.stdout.strip()
    assert secret.startswith("ct_")
    with closing(connect(environment)) as connection:
        holder = holder_of(connection, secret)
    assert holder is not None
    assert holder.role is Role.VIEWER
    assert secret not in run("tokens", "list", "--json").stdout
    assert "bảng LED" in run("tokens", "list").stdout
    run("tokens", "revoke", str(holder.token_id))
    with closing(connect(environment)) as connection:
        assert holder_of(connection, secret) is None
    (kept,) = told("tokens", "list")
    assert (kept["state"], kept["name"]) == ("revoked", "bảng LED")
    assert told("tokens", "list", "--good") == []
    made = told("tokens", "add", "x", "--role", "operator")
    assert (made["role"], made["token"][:3]) == ("operator", "ct_")
