"""The loss ledger: what was received and where it ended."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from commune.cli.common import echo_json, open_database
from storage.ledger import check, sequence_gaps, totals
from storage.ledger_view import in_hand

app = typer.Typer(help="The loss ledger: what was received and where it ended.", no_args_is_help=True)


@app.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """The sums: received = stored + duplicate + dead-lettered + in hand."""
    with open_database() as connection:
        sums = asdict(totals(connection)) | {"in_hand": in_hand(connection)}
    if as_json:
        echo_json(sums)
        return
    for name, count in sums.items():
        typer.echo(f"{name:24} {count:>15,}")


@app.command("check")
def check_command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Hold the ledger against the rows that are there; exit 1 and name the gap when they differ."""
    with open_database() as connection:
        gaps = list(check(connection))
        sums = totals(connection)
    if as_json:
        echo_json({"ok": not gaps, "received": sums.received, "gaps": [gap.detail for gap in gaps]})
    elif gaps:
        for gap in gaps:
            typer.echo(gap.detail, err=True)
    else:
        typer.echo(f"The ledger of {sums.received:,} messages agrees with what is stored.")
    raise typer.Exit(1 if gaps else 0)


@app.command("gaps")
def gaps_command(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back to look.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Devices whose sequence numbers jump: readings that never came."""
    end = datetime.now(UTC) + timedelta(minutes=5)
    with open_database() as connection:
        found = sequence_gaps(connection, end - timedelta(days=days), end)
    if as_json:
        echo_json([asdict(gap) for gap in found])
        return
    for gap in found:
        typer.echo(f"{gap.commune}/{gap.device}: {gap.missing:,} missing, {gap.restarts:,} new beginnings")
    if not found:
        typer.echo("No sequence number is missing.")
