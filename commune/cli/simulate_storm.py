"""`commune simulate storm`: a storm on a simulated clock, and the alerts that must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from commune.cli.common import echo_json, fail, open_database
from commune.cli.simulate_options import CommuneOption, JsonOption, failures
from commune.storm import Lived, about, chosen, live, prepare
from commune.witness import compare, in_words, report_of, told
from simulators.alarms import moment
from simulators.communes import load
from simulators.devices import Simulator
from simulators.foretold import Foretold
from simulators.manifest import Record
from simulators.messages import simulators_of
from simulators.storms import Storm, load_storm


def storm_command(
    manifest: Annotated[Path, typer.Option(help="Write what is sent and which alerts must come of it.")],
    storm: Annotated[str, typer.Option(help="A fleet file with a table [storm]; the path of one ends in .toml.")] = (
        "storm"
    ),
    commune: CommuneOption = "gia-loc",
    hours: Annotated[float | None, typer.Option(min=1, help="Live only so many hours. Unset: all of it.")] = None,
    look_seconds: Annotated[
        int | None,
        typer.Option(min=10, max=3600, help="Judge every so many simulated seconds. Unset: by the file."),
    ] = None,
    devices: Annotated[
        str | None, typer.Option(help="Only these devices, by their codes with commas between. Unset: all.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Live through a storm on a simulated clock and hold its alerts against those foretold; exits 1 when they differ.

    Every message goes through the decoder and the writer of ingest, and every look is that of `commune maintain`, so a
    week takes minutes. It needs an empty database (COMMUNE_DATABASE_URL after `commune db migrate`), and no broker. The
    same comparison may be made again with `commune simulate verify --manifest`.
    """
    with failures():
        plan, sample = load_storm(storm), load(commune)
        plan = replace(plan, hours=hours or plan.hours, look_seconds=look_seconds or plan.look_seconds)
        wanted = None if devices is None else set(devices.split(","))
        everyone = simulators_of(sample, plan.seed)
        simulators = [one for one in everyone if wanted is None or one.device.code in wanted]
        if wanted is not None and len(simulators) < len(wanted):
            fail(
                f"the sample commune {commune} has no {', '.join(wanted - {one.device.code for one in simulators})}", 2
            )
        plan = chosen(sample, simulators, plan)
        with open_database() as session:
            prepare(session, plan, sample)
            with told(manifest, sample, about(plan, simulators)) as record, _shown(plan, simulators) as shown:
                assert record is not None, "a path was given"
                live(session, plan, sample, simulators, record, shown)
            with Record(manifest) as truth:
                verdict = compare(session, truth)
                report, foretold = report_of(truth, verdict), truth.foretold()
    if as_json:
        echo_json(report | {"foretold": foretold})
    else:
        _print(foretold)
        for difference in verdict.differences:
            typer.echo(str(difference))
        typer.echo(in_words(report))
    if verdict.differences:
        raise typer.Exit(1)


def _print(foretold: list[Foretold]) -> None:
    """The alerts that are foretold, as a table."""
    table = Table("alert", "subject", "devices", "opened (UTC)", "closed (UTC)")
    for one in foretold:
        table.add_row(one.kind, one.subject, str(len(one.members) or ""), moment(one.opened), moment(one.closed))
    Console(width=120).print(table)


@contextmanager
def _shown(storm: Storm, simulators: list[Simulator]) -> Iterator[Callable[[Lived], None]]:
    """How far it is, on standard error; nothing where nobody looks."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(f"{len(simulators)} devices, {storm.hours:g} hours", total=storm.end - storm.start)
        yield lambda lived: bar.update(task, completed=lived.at - storm.start)
