"""The audit trail: who changed what and when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from commune.cli.common import echo_json, open_database
from commune.cli.device_life import line_of
from storage.audit import AuditFilter, list_audit

DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def audit(
    subject: Annotated[
        str | None, typer.Argument(help="Code of what was changed: gia-loc/den-101, gia-loc, a user name.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this sort: device, hamlet, site, person, ...")] = None,
    actor: Annotated[str | None, typer.Option(help="Only by this one: person:lan, token:7, cli:an.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only from then on, UTC.", formats=DAYS)] = None,
    until: Annotated[datetime | None, typer.Option(help="Only before, UTC.", formats=DAYS)] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Who changed what and when, the newest first. Nobody can edit it. Times are UTC+7; in JSON they are UTC."""
    wanted = AuditFilter(
        subject_kind=kind,
        subject=subject,
        actor=actor,
        start=None if since is None else since.replace(tzinfo=UTC),
        end=None if until is None else until.replace(tzinfo=UTC),
    )
    with open_database() as connection:
        entries = list_audit(connection, wanted, limit=limit)
    if as_json:
        echo_json([asdict(entry) for entry in entries])
        return
    for entry in entries:
        typer.echo(line_of(entry))
    if not entries:
        typer.echo("Chưa có thay đổi nào / Nothing was changed", err=True)
