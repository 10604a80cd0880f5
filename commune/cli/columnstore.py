"""`commune db columnstore`: old readings as columns, where TimescaleDB Community runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from commune.cli.common import echo_json, open_database
from commune.settings import read_settings
from storage.columnstore import Chunk, columnstore_states, compress_old, has_columnstore
from storage.editions import describe

MEGABYTE = 1_000_000


def columnstore(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become columns, and change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make columns of readings that are older than the setting says, as `commune maintain` does every hour.

    They take a fraction of the room. Only TimescaleDB Community can; on another edition it does nothing and says so.
    Nothing becomes columns that is not rolled up; what comes late goes among the columns the next time.
    """
    settings = read_settings()
    days = settings.columnstore_after_days
    with open_database(settings) as session:
        available, edition = has_columnstore(session), describe(session)
        chunks = []
        for chunk in compress_old(session, datetime.now(UTC), days, dry_run=dry_run) if days else ():
            chunks.append(chunk)
            if not as_json:
                typer.echo(_told(chunk))
        states = columnstore_states(session)
    if as_json:
        told = {"available": available, "edition": edition, "after_days": days, "dry_run": dry_run}
        echo_json(told | {"chunks": [asdict(c) for c in chunks], "kinds": [asdict(state) for state in states]})
    elif not available:
        typer.echo(f"{edition} has no columnstore: readings stay rows. TimescaleDB Community has one.")
    else:
        for state in states:
            typer.echo(
                f"{state.kind:14} {state.columnar:>5,} of {state.chunks:,} chunks are columns, "
                f"{state.partial:,} of them with rows that came since"
            )
        if not days:
            typer.echo("The settings let no readings become columns.")
        elif not chunks:
            typer.echo(f"Nothing older than {days} days is to become columns.")


def _told(chunk: Chunk) -> str:
    span = f"{chunk.kind}: {chunk.start:%Y-%m-%d} to {chunk.end:%Y-%m-%d}, {chunk.bytes_before / MEGABYTE:,.1f} MB"
    again = " with rows that came late" if chunk.again else ""
    if chunk.bytes_after is None:
        return f"{span}{again}, would become columns"
    return f"{span}{again}, became columns of {chunk.bytes_after / MEGABYTE:,.1f} MB"
