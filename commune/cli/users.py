"""The people who may sign in, and the tokens of machines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from commune.cli import users_tokens
from commune.cli.common import echo_json, fail, open_database
from commune.settings import read_settings
from devices.passwords import new_password
from devices.people import Role, username_of
from storage.connect import Session
from storage.people import (
    NewPerson,
    Person,
    add_person,
    change_person,
    close_sessions,
    forget_failures,
    list_people,
    lock_person,
    set_password,
)

app = typer.Typer(
    help="The people who may sign in: add, list, role, disable, enable, password; the tokens of machines.",
    no_args_is_help=True,
)
app.add_typer(users_tokens.app, name="tokens")

UsernameArgument = Annotated[str, typer.Argument(help="Name to sign in with: a-z, 0-9 and . _ @ -")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Take the password from standard input.")]
GenerateOption = Annotated[bool, typer.Option("--generate", help="Make a password, and print it once.")]


@app.command("add")
def add(
    username: UsernameArgument,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    language: Annotated[str, typer.Option(help="Language of the pages: vi or en.")] = "vi",
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    provider: Annotated[
        bool, typer.Option("--provider", help="They sign in through the provider of COMMUNE_OIDC_ISSUER, by this name.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let somebody in. Without an option the password is asked for twice."""
    if language not in ("vi", "en"):
        fail(f"{language!r}: vi, en", 2)
    issuer = read_settings().oidc_issuer if provider else None
    if provider and issuer is None:
        fail("COMMUNE_OIDC_ISSUER is not set: there is no provider", 2)
    password = None if provider else _password(password_stdin, generate)
    with _changing() as session:
        person = add_person(session, NewPerson(username_of(username), role, name, language, password, issuer))
    _tell(person, password if generate else None, as_json)


@app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """Everybody who may sign in, or might once, by user name."""
    with open_database() as session:
        found: list[Person] = []
        while page := list_people(session, after=found[-1].username if found else None):
            found.extend(page)
    if as_json:
        echo_json([asdict(person) for person in found])
        return
    for person in found:
        state = "disabled" if person.disabled_at else "locked" if person.locked_until else ""
        typer.echo(f"{person.username:24} {person.role:14} {state:9} {person.display_name}".rstrip())


@app.command("role")
def role_command(
    username: UsernameArgument,
    role: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    as_json: JsonOption = False,
) -> None:
    """Give a person another role, which holds at once. The last administrator stays one."""
    with _changing() as session:
        person = change_person(session, username_of(username), role=role)
    _tell(person, None, as_json)


@app.command("disable")
def disable(username: UsernameArgument, as_json: JsonOption = False) -> None:
    """Let a person in no more: they are signed out, and the tokens that they made do not hold."""
    with _changing() as session:
        person = change_person(session, username_of(username), disabled=True)
    _tell(person, None, as_json)


@app.command("enable")
def enable(username: UsernameArgument, as_json: JsonOption = False) -> None:
    """Let a person in again; a lock after too many wrong passwords ends too."""
    with _changing() as session:
        person = change_person(session, username_of(username), disabled=False)
        forget_failures(session, person.username)
    _tell(person, None, as_json)


@app.command("password")
def password_command(
    username: UsernameArgument,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a person another password: they are signed out everywhere, and a lock ends. It is asked for twice."""
    password = _password(password_stdin, generate)
    with _changing() as session:
        person = set_password(session, username_of(username), password)
    _tell(person, password if generate else None, as_json)


@app.command("sign-out")
def sign_out(username: UsernameArgument) -> None:
    """Sign a person out everywhere."""
    with _changing() as session:
        lock_person(session, username_of(username))
        close_sessions(session, username_of(username))


@contextmanager
def _changing() -> Iterator[Session]:
    with open_database() as session, session.transaction():
        yield session


def _password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        fail("--password-stdin, --generate: one of them", 2)
    if generate:
        return new_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = typer.prompt("Mật khẩu / Password", hide_input=True, confirmation_prompt=True)
    return entered


def _tell(person: Person, password: str | None, as_json: bool) -> None:
    if as_json:
        echo_json(asdict(person) | ({"password": password} if password else {}))
        return
    typer.echo(f"{person.username}: {person.role}{', disabled' if person.disabled_at else ''}")
    if password:
        typer.echo(f"Mật khẩu (chỉ hiện lần này) / Password (shown only now): {password}")
