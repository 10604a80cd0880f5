"""The bearer tokens of machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail, open_database
from devices.people import Role
from storage.tokens import Token, add_token, list_tokens, revoke_token

app = typer.Typer(help="The bearer tokens of machines: add, list, revoke.", no_args_is_help=True)

LONGEST_DAYS = 3_660
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is for, such as the machine that carries it.")],
    role: Annotated[Role, typer.Option(help="Its scope: what it may do.")] = Role.VIEWER,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="It ends after so many days.")] = 365,
    as_json: JsonOption = False,
) -> None:
    """Make a token, and print it once: it is kept nowhere. Send it as `Authorization: Bearer ct_...`."""
    with open_database() as session, session.transaction():
        made = add_token(session, name, role, timedelta(days=days))
    if as_json:
        echo_json({"id": made.token_id, "token": made.secret, "role": role, "expires_at": made.expires_at})
        return
    typer.echo(made.secret)
    typer.echo(
        f"Mã số {made.token_id}, quyền {role}, đến {made.expires_at:%Y-%m-%d}; chỉ hiện lần này / "
        f"number {made.token_id}, role {role}, until {made.expires_at:%Y-%m-%d}; shown only now",
        err=True,
    )


@app.command("list")
def list_command(
    good: Annotated[bool, typer.Option("--good", help="Only those that may be used now.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tokens, the newest first; never the tokens themselves."""
    with open_database() as session:
        found: list[Token] = []
        while page := list_tokens(session, good=good, before=found[-1].token_id if found else None):
            found.extend(page)
    if as_json:
        echo_json([asdict(token) for token in found])
        return
    for token in found:
        typer.echo(f"{token.token_id:6} {token.role:14} {token.state:14} {token.expires_at:%Y-%m-%d} {token.name}")


@app.command("revoke")
def revoke(token_id: Annotated[int, typer.Argument(help="Number of the token.")]) -> None:
    """End a token at once and for good."""
    with open_database() as session, session.transaction():
        is_there = revoke_token(session, token_id)
    if not is_there:
        fail(f"không có mã truy cập số {token_id} / there is no token {token_id}")
