"""The loss ledger: what was received and where it ended."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from commune.cli.common import echo_json, open_database
from storage.ledger import check, sequence_gaps, totals
from storage.ledger_view import LedgerFilter, dropped_by_broker, in_hand

app = typer.Typer(help="The loss ledger: what was received and where it ended.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback(invoke_without_command=True)
def ledger(
    context: typer.Context,
    is_check: Annotated[bool, typer.Option("--check", help="The same as `commune ledger check`.")] = False,
    as_json: JsonOption = False,
) -> None:
    """The loss ledger: what was received and where it ended."""
    if context.invoked_subcommand is not None:
        if is_check or as_json:
            raise typer.BadParameter(f"goes behind {context.invoked_subcommand}", param_hint="--check / --json")
    elif is_check:
        check_command(as_json)
    else:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command("show")
def show(as_json: JsonOption = False) -> None:
    """The sums: received = stored + duplicate + dead-lettered + in hand; and what the broker dropped before."""
    with open_database() as connection:
        sums = asdict(totals(connection)) | {
            "in_hand": in_hand(connection),
            "dropped_by_broker": dropped_by_broker(connection, LedgerFilter()),
        }
    if as_json:
        echo_json(sums)
        return
    for name, count in sums.items():
        typer.echo(f"{name:24} {count:>15,}")


@app.command("check")
def check_command(as_json: JsonOption = False) -> None:
    """Hold the ledger against the rows that are there; exit 1 and name the gap when they differ.

    What the broker dropped before it reached ingest is told besides: it is a loss, and no gap of the ledger.
    """
    with open_database() as connection:
        gaps = list(check(connection))
        sums = totals(connection)
        dropped = dropped_by_broker(connection, LedgerFilter())
    if as_json:
        found = {"received": sums.received, "gaps": [gap.detail for gap in gaps], "dropped_by_broker": dropped}
        echo_json({"ok": not gaps, **found})
    else:
        for gap in gaps:
            typer.echo(gap.detail, err=True)
        if not gaps:
            typer.echo(f"The ledger of {sums.received:,} messages agrees with what is stored.")
        if dropped:
            typer.echo(f"The broker dropped {dropped:,} messages before they reached ingest.", err=True)
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
