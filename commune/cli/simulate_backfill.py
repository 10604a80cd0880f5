"""`commune simulate backfill`: the past of a sample commune, past the broker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commune.cli.common import database_url, echo_json, fail, open_database
from commune.cli.simulate_options import (
    CommuneOption,
    DevicesOption,
    JsonOption,
    SeedOption,
    chosen_simulators,
    failures,
    moment,
)
from commune.sample import Written, backfill, backfilling, register
from commune.settings import read_settings
from commune.witness import told
from simulators.calendar import unix
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.history import expected_readings
from simulators.manifest import Manifest
from storage.connect import Session

ALONE_READINGS = 200_000
"""Fewer readings than this are written sooner by one process than others have started."""
MOST_PROCESSES = 8
TELL_SECONDS = 10.0


def backfill_command(
    days: Annotated[float, typer.Option(min=0.01, help="Write the history of so many days until now.")],
    commune: CommuneOption = "gia-loc",
    seed: SeedOption = 1,
    devices: DevicesOption = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that write side by side. Unset: one a processor, at most eight."),
    ] = None,
    end: Annotated[str | None, typer.Option("--end", help="Until this time, RFC 3339. Unset: now.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Write down what is written, day by day; see `simulate verify`.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the past of a sample commune straight into the database; registers the commune first.

    What is stored already is left as it is, so it may be run again and overlap. A live run of the same seed goes on
    where the history ends: counters and sequence numbers continue.
    """
    began = time.monotonic()
    with failures():
        sample, simulators = load(commune), chosen_simulators(commune, seed, devices)
        last = int(unix(moment(end, "--end")))
        span = last - round(days * 86_400), last
        total = expected_readings(simulators, *span)
        several = processes or (1 if total < ALONE_READINGS else min(os.cpu_count() or 1, MOST_PROCESSES))
        about = {"seed": seed, "start": span[0], "end": span[1], "devices": len(simulators)}
        with (
            told(manifest, sample, about) as record,
            open_database() as session,
            _told(f"{len(simulators)} devices, {days:g} days", total) as progress,
        ):
            written = _write(session, sample, simulators, span, several, seed, progress, record)
    took = time.monotonic() - began
    if as_json:
        counted = asdict(written)
        del counted["tallies"]
        echo_json(
            counted
            | {"seed": seed, "days": days, "devices": len(simulators), "processes": several, "seconds": round(took, 3)}
        )
    else:
        typer.echo(
            f"{written.stored} readings stored, {written.duplicate} were there already, {took:.1f} s "
            f"({written.readings / took:,.0f} readings a second)"
        )
    if written.conflicts:
        fail(f"{written.conflicts} readings contradict what is stored: is that history of another seed?")


def _write(
    session: Session,
    sample: SampleCommune,
    simulators: list[Simulator],
    span: tuple[int, int],
    processes: int,
    seed: int,
    progress: Callable[[Written], None],
    record: Manifest | None,
) -> Written:
    numbers, tallied = register(session, sample), record is not None
    if processes == 1:
        written = backfill(session, simulators, numbers, *span, progress, tallied=tallied)
    else:
        with backfilling(database_url(read_settings()), sample.commune.code, seed, processes) as workers:
            written = workers.write(simulators, span, progress, tallied=tallied)
    if record is not None:
        record.history(written.tallies)
    return written


@contextmanager
def _told(what: str, total: int) -> Iterator[Callable[[Written], None]]:
    """How far it is and how long it will take, on standard error: a bar, or a line now and then where nobody looks."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        ) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done.readings)
        return
    began = told = time.monotonic()

    def tell(done: Written) -> None:
        nonlocal told
        here = time.monotonic()
        if here - told >= TELL_SECONDS:
            told = here
            rest = (here - began) / max(done.readings, 1) * max(total - done.readings, 0)
            typer.echo(f"{what}: {done.readings:,} of about {total:,} readings, about {rest:.0f} s to go", err=True)

    yield tell
