"""Simulated communes: run live, backfill history, register, preview."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.status import Status
from rich.table import Table

from broker.errors import BrokerError
from broker.publisher import Publisher
from commune.cli.common import echo_json, fail, open_database
from commune.cli.run import broker_address, stop_on_signals
from commune.sample import backfill, register
from commune.settings import read_settings
from devices.errors import Refused
from devices.times import read_time
from simulators.calendar import LOCAL, unix, utc
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.errors import SimulatorError
from simulators.history import expected_readings
from simulators.messages import encode_rows, simulators_of
from simulators.run import LAG_WORTH_SAYING_SECONDS, Simulation, Statistics
from storage.arrivals import now

app = typer.Typer(help="Simulated communes: run live, backfill history, register, preview.", no_args_is_help=True)

CommuneOption = Annotated[str, typer.Option(help="Name of the sample commune.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the world; the same seed gives the same world.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DevicesOption = Annotated[
    int | None, typer.Option(min=1, help="Simulate so many devices only, dealt out over the kinds in turn.")
]

_HOUR_SECONDS = 3600


@app.command("run")
def run_command(
    commune: CommuneOption = "gia-loc",
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds. Unset: run until stopped.")] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds in a second; a fast run begins in the past.")] = 1.0,
    seed: SeedOption = 1,
    devices: DevicesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what the devices of a sample commune would say, to the broker of the settings.

    A run of S seconds at speed v begins S times (v - 1) seconds ago and ends at the present: a device's clock that is
    ahead is not believed. Without --seconds a fast run begins a day ago, catches up, and goes on at the clock's pace.
    Nothing is left out when the machine cannot keep up: the run then takes longer and says so.
    """
    settings = read_settings()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True

    stop_on_signals(stop)
    with _failures():
        simulation = Simulation(_simulators(commune, seed, devices), speed=speed, seconds=seconds)
        with (
            Publisher(broker_address(settings), f"simulator-{commune}-{os.getpid()}") as publisher,
            _live(as_json) as shown,
        ):
            result = simulation.run(publisher, stop=lambda: stopped, progress=shown)
    if as_json:
        echo_json(result.as_dict())
    else:
        typer.echo(_summary(result))
    if result.lag_seconds > LAG_WORTH_SAYING_SECONDS:
        typer.echo(f"Could not keep up: up to {result.lag_seconds:.1f} s late; nothing was left out.", err=True)
    if result.refused:
        fail(f"the broker refused {result.refused} of {result.published} messages: may this account publish for them?")


@app.command("backfill")
def backfill_command(
    days: Annotated[float, typer.Option(min=0.01, help="Write the history of so many days until now.")],
    commune: CommuneOption = "gia-loc",
    seed: SeedOption = 1,
    devices: DevicesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the past of a sample commune straight into the database; registers the commune first.

    What is stored already is left as it is, so it may be run again and overlap. A live run of the same seed goes on
    where the history ends: counters and sequence numbers continue.
    """
    begun = time.monotonic()
    with _failures():
        sample = load(commune)
        simulators = _simulators(commune, seed, devices)
        end = int(unix(now()))
        start = end - round(days * 86_400)
        total = expected_readings(simulators, start, end)
        with open_database() as session, _bar() as bar:
            numbers = register(session, sample)
            task = bar.add_task(f"{len(simulators)} devices, {days:g} days", total=total)
            written = backfill(
                session, simulators, numbers, start, end, lambda done: bar.update(task, completed=done.readings)
            )
    took = time.monotonic() - begun
    if as_json:
        echo_json(asdict(written) | {"seed": seed, "days": days, "devices": len(simulators), "seconds": round(took, 3)})
    else:
        typer.echo(
            f"{written.stored} readings stored, {written.duplicate} were there already, {took:.1f} s "
            f"({written.readings / took:,.0f} readings a second)"
        )
    if written.conflicts:
        fail(f"{written.conflicts} readings contradict what is stored: is that history of another seed?")


@app.command("register")
def register_command(commune: CommuneOption = "gia-loc", as_json: JsonOption = False) -> None:
    """Put a sample commune with its hamlets, sites and devices in the registry; doing it again changes nothing."""
    with _failures():
        sample = load(commune)
        with open_database() as session:
            numbers = register(session, sample)
    if as_json:
        echo_json({"commune": sample.commune.code, "devices": numbers})
        return
    typer.echo(f"Đã đăng ký {sample.commune.name} với {len(numbers)} thiết bị. {sample.note}")


@app.command("kinds")
def kinds_command(commune: CommuneOption = "gia-loc", as_json: JsonOption = False) -> None:
    """The kinds of devices of a sample commune: how many, how often they report, their codes."""
    with _failures():
        sample = load(commune)
    kinds = {
        kind: {
            "devices": len(codes := [d.code for d in sample.devices if d.kind == kind]),
            "interval_seconds": next(d.expected_interval_seconds for d in sample.devices if d.kind == kind),
            "first": codes[0],
            "last": codes[-1],
        }
        for kind in dict.fromkeys(device.kind for device in sample.devices)
    }
    if as_json:
        echo_json({"commune": sample.commune.code, "note": sample.note, "kinds": kinds})
        return
    table = Table("kind", "devices", "interval s", "codes", title=f"{sample.commune.name} (sample)")
    for kind, row in kinds.items():
        table.add_row(kind, str(row["devices"]), str(row["interval_seconds"]), f"{row['first']} … {row['last']}")
    Console().print(table)


@app.command("preview")
def preview_command(
    device: Annotated[str, typer.Argument(help="Code of a device, such as cb-mt-01; see `simulate kinds`.")],
    hours: Annotated[float, typer.Option(min=0.01, help="How many hours to show.")] = 24.0,
    end: Annotated[str | None, typer.Option("--end", help="End of the preview, RFC 3339. Unset: now.")] = None,
    commune: CommuneOption = "gia-loc",
    seed: SeedOption = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print each message's payload, one a line.")] = False,
) -> None:
    """Print the readings of one device without any broker or database."""
    with _failures():
        sample = load(commune)
        simulator = _simulator(sample, device, seed)
        last = int(unix(_moment(end)))
        frame = simulator.frame(last - round(hours * _HOUR_SECONDS), last)
        if as_json:
            for rows in frame.messages():
                typer.echo(encode_rows(simulator, rows).decode())
            return
        names = [f.name for f in (*simulator.kind.keys, *simulator.kind.values)]
        typer.echo("\t".join(["time", *names]))
        for rows in frame.messages():
            for row in rows:
                members = row.members(simulator.kind)
                shown = ["" if members.get(name) is None else str(members[name]) for name in names]
                typer.echo("\t".join([utc(row.time).astimezone(LOCAL).isoformat(), *shown]))


def _simulators(commune: str, seed: int, devices: int | None) -> list[Simulator]:
    """The simulators of a sample commune; fails in words for more devices than it has."""
    sample = load(commune)
    if devices is not None and devices > len(sample.devices):
        fail(f"the sample commune {commune} has {len(sample.devices)} devices, not {devices}")
    return simulators_of(sample, seed, devices)


def _simulator(sample: SampleCommune, code: str, seed: int) -> Simulator:
    wanted = sample.device(code)
    return next(s for s in simulators_of(sample, seed) if s.device == wanted)


def _moment(text: str | None) -> datetime:
    """The time that was asked for, or the present."""
    if text is None:
        return now()
    try:
        return read_time(text)
    except Refused as refused:
        fail(f"--end {text!r}: {refused.detail}", 2)


def _summary(result: Statistics) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in result.kinds.items())
    return (
        f"{result.published} messages published, {result.acknowledged} acknowledged: {result.telemetry} telemetry with "
        f"{result.readings} readings ({kinds}), {result.events} events, {result.statuses} statuses"
    )


@contextmanager
def _failures() -> Iterator[None]:
    """What the simulators or the broker cannot do ends the command with one line and exit code 1."""
    try:
        yield
    except (SimulatorError, BrokerError) as error:
        fail(str(error))


@contextmanager
def _live(quiet: bool) -> Iterator[Callable[[Statistics], None]]:
    """A line on standard error that tells how a run is getting on; nothing where nobody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Status("Working out the world …", console=console) as status:
        yield lambda done: status.update(
            f"{done.published} published, {done.acknowledged} acknowledged, {done.readings} readings, "
            f"at most {done.lag_seconds:.1f} s late"
        )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
