"""`commune db rollups` and `commune db retention`: how far the rollups are, and what is too old to be kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer
from rich.console import Console

from commune.cli.common import echo_json, fail, open_database
from commune.rollup_upkeep import horizons_of
from commune.settings import SettingsError, read_settings
from devices.catalogue import KINDS
from storage.reading_retention import delete_old
from storage.rollups import DAY, check, compute_noted, day_of, note_range, states

app = typer.Typer(help="The rollups: how far they are, and whether they are right.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DayFormats = ["%Y-%m-%d"]
FromOption = Annotated[
    datetime, typer.Option("--from", formats=DayFormats, help="First day (UTC+7), such as 2026-11-01.")
]
ToOption = Annotated[
    datetime, typer.Option("--to", formats=DayFormats, help="Last day (UTC+7), which belongs to the range.")
]
KindOption = Annotated[str | None, typer.Option("--kind", help="Only this kind.")]
MOST_TOLD = 20
LOCAL_OFFSET = timedelta(hours=7)


@app.callback(invoke_without_command=True)
def rollups(context: typer.Context, as_json: JsonOption = False) -> None:
    """How far the rollups of each kind are: hours that wait, hours that are final."""
    if context.invoked_subcommand is not None:
        return
    with open_database() as session:
        found = states(session, datetime.now(UTC))
    if as_json:
        echo_json([asdict(state) for state in found])
        return
    for state in found:
        kept = "all readings kept" if state.raw_from is None else f"readings kept from {state.raw_from:%Y-%m-%d %H:%M}Z"
        late = f", {state.after_final} final hours for which something came since" if state.after_final else ""
        typer.echo(f"{state.kind:14} {state.noted:>7,} hours noted, {state.waiting:>7,} of them wait; {kept}{late}")


@app.command("recompute")
def recompute(from_day: FromOption, to_day: ToOption, kind: KindOption = None, as_json: JsonOption = False) -> None:
    """Compute every hour of some days anew, and whatever else waits. Hours whose readings were deleted stay."""
    start, end = _range(from_day, to_day)
    done: Counter[str] = Counter()
    console = Console(stderr=True)
    with open_database() as session:
        kinds = _kinds(kind)
        note_range(session, kinds, start, end)
        for count, computed in enumerate(compute_noted(session, datetime.now(UTC), kinds=kinds, wait=True), 1):
            done[computed.kind] += computed.hours
            if count % 20 == 0:
                console.print(f"{done.total():,} hours computed")
    if as_json:
        echo_json({"hours": dict(done)})
    else:
        typer.echo(f"{done.total():,} hours computed.")


@app.command("check")
def check_command(from_day: FromOption, to_day: ToOption, kind: KindOption = None, as_json: JsonOption = False) -> None:
    """Hold hours and days against the readings themselves; exit 1 and name the difference when there is one."""
    start, end = _range(from_day, to_day)
    with open_database() as session:
        found = list(check(session, start, end, kinds=_kinds(kind)))
    if as_json:
        echo_json({"ok": not found, "differences": [asdict(difference) for difference in found]})
    else:
        for one in islice(found, MOST_TOLD):
            typer.echo(
                f"{one.kind}, {one.grain} of {one.time}, device {one.device_id}: {', '.join(one.parts)}", err=True
            )
        typer.echo(
            f"{len(found):,} rows of rollups differ from the readings."
            if found
            else "The rollups agree with the readings."
        )
    raise typer.Exit(1 if found else 0)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete readings and hours that are older than the settings keep, as `commune maintain` does every hour.

    Nothing goes that is not rolled up; what goes is counted in the loss ledger.
    """
    settings = read_settings()
    try:
        horizons = horizons_of(settings)
    except SettingsError as error:
        fail(str(error), 2)
    with open_database(settings) as session:
        spans = list(delete_old(session, datetime.now(UTC), horizons, dry_run=dry_run))
    if as_json:
        echo_json({"dry_run": dry_run, "spans": [asdict(span) for span in spans]})
        return
    rows = Counter[tuple[str, str]]()
    for span in spans:
        rows[span.kind, span.what] += span.rows
    for (kind, what), count in sorted(rows.items()):
        typer.echo(f"{kind}: {count:,} {what} {'would be' if dry_run else 'were'} deleted")
    if not spans:
        typer.echo("Nothing is older than the settings keep." if horizons else "The settings keep everything for ever.")


def _range(from_day: datetime, to_day: datetime) -> tuple[datetime, datetime]:
    """The days of UTC+7 from midnight to midnight."""
    start, end = (day_of(day.replace(tzinfo=UTC) - LOCAL_OFFSET) for day in (from_day, to_day))
    if end < start:
        raise typer.BadParameter("lies before --from", param_hint="--to")
    return start, end + DAY


def _kinds(kind: str | None) -> list[str]:
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"there is no kind {kind!r}; there are: {', '.join(KINDS)}", param_hint="--kind")
    return [kind] if kind else list(KINDS)
