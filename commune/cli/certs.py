"""Certificates of the broker's TLS listener: a private authority for the field."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commune.certificates import (
    CA_CERTIFICATE,
    CA_KEY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    CertificateError,
    CertificateFacts,
    facts,
    make,
    renew,
)
from commune.cli.common import echo_json, fail

app = typer.Typer(
    help="Certificates of the broker's TLS listener: a private authority for the field.", no_args_is_help=True
)
DirectoryOption = Annotated[Path, typer.Option("--directory", help="Where the four files are.")]
HostOption = Annotated[
    list[str],
    typer.Option("--host", help="Host name or address by which devices reach the broker; may be given several times."),
]
HERE = Path("deploy/certificates")


@app.command("make")
def make_command(
    host: HostOption,
    directory: DirectoryOption = HERE,
    organisation: Annotated[str, typer.Option(help="Whose authority it is.")] = "Smart commune",
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite what is there: every device must then be given the new ca.crt.")
    ] = False,
) -> None:
    """Make an authority (ten years) and the broker's certificate (397 days). Nothing that is there is overwritten."""
    try:
        make(directory, host, organisation, now=datetime.now(UTC), force=force)
    except (CertificateError, OSError) as error:
        fail(str(error))
    _say_where(directory)


@app.command("renew")
def renew_command(
    directory: DirectoryOption = HERE,
    host: Annotated[
        list[str] | None, typer.Option("--host", help="Other names than those of the present certificate.")
    ] = None,
) -> None:
    """Give the broker a new certificate of the same authority: devices need nothing. Then restart the broker."""
    try:
        renew(directory, host or [], now=datetime.now(UTC))
    except (CertificateError, OSError) as error:
        fail(str(error))
    _say_where(directory)


@app.command("show")
def show_command(
    directory: DirectoryOption = HERE, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """What the certificates say: names, and until when they are valid."""
    try:
        found = [facts(directory / name) for name in (CA_CERTIFICATE, SERVER_CERTIFICATE)]
    except CertificateError as error:
        fail(str(error))
    now = datetime.now(UTC)
    if as_json:
        echo_json([asdict(one) | {"days_left": one.days_left(now)} for one in found])
        return
    for one in found:
        _tell(one, now)


def _tell(one: CertificateFacts, now: datetime) -> None:
    typer.echo(one.where)
    said = {
        "subject": one.subject,
        "issuer": one.issuer,
        "names": ", ".join(one.names) or "–",
        "valid": f"{one.not_before:%Y-%m-%d} – {one.not_after:%Y-%m-%d} ({one.days_left(now)} days left)",
        "sha-256": one.sha256,
    }
    for name, value in said.items():
        typer.echo(f"  {name:8} {value}")


def _say_where(directory: Path) -> None:
    typer.echo(f"{directory / CA_CERTIFICATE}: give it to every device and process, as COMMUNE_BROKER_CA_FILE")
    typer.echo(f"{directory / SERVER_CERTIFICATE}, {directory / SERVER_KEY}: for the broker; restart it")
    typer.echo(f"  the container runs as user 1883: sudo chown 1883 {directory / SERVER_KEY}")
    typer.echo(f"{directory / CA_KEY}: who has it can pass for the broker; keep it off this machine, and in the backup")
