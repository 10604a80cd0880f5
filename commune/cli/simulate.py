"""Simulated communes: run live, backfill history, register, preview."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commune.cli.common import echo_json, fail, open_database, told_to_stop
from commune.cli.simulate_backfill import backfill_command
from commune.cli.simulate_load import load_command
from commune.cli.simulate_options import (
    BrokerOption,
    CommuneOption,
    DevicesOption,
    JsonOption,
    SeedOption,
    broker_of,
    chosen_simulators,
    failures,
    live,
    moment,
)
from commune.cli.simulate_storm import storm_command
from commune.cli.simulate_verify import verify_command
from commune.sample import register
from commune.settings import read_settings
from commune.witness import recorded
from simulators.calendar import LOCAL, unix, utc
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.fleet import Fleet, load_fleet
from simulators.lines import Lines
from simulators.messages import encode_rows, simulators_of
from simulators.run import LAG_WORTH_SAYING_SECONDS, Simulation, Statistics

app = typer.Typer(help="Simulated communes: run live, backfill history, register, preview.", no_args_is_help=True)
app.command("backfill")(backfill_command)
app.command("load")(load_command)
app.command("storm")(storm_command)
app.command("verify")(verify_command)

_HOUR_SECONDS = 3600


@app.command("run")
def run_command(
    commune: CommuneOption = "gia-loc",
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds. Unset: run until stopped.")] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds in a second; a fast run begins in the past.")] = 1.0,
    start: Annotated[
        str | None, typer.Option(help="Begin at this simulated time, RFC 3339; the run must arrive no later than now.")
    ] = None,
    fleet: Annotated[
        str | None, typer.Option(help="Who has which faults: all-faults, bad-week, or the path of a .toml file.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Write what is sent and what must become of it; see `simulate verify`.")
    ] = None,
    seed: SeedOption = 1,
    devices: DevicesOption = None,
    broker: BrokerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what the devices of a sample commune would say. Needs a broker and nothing else.

    A run of S seconds at speed v begins S times (v - 1) seconds ago and ends at the present: a device's clock that is
    ahead is not believed. Without --seconds a fast run begins a day ago, catches up, and goes on at the clock's pace.
    Nothing is left out when the machine cannot keep up: the run then takes longer and says so. With --fleet devices
    misbehave; with the same --seed, --fleet and --start two runs send the same bytes and write equal manifests.
    """
    settings = read_settings()
    stopped = told_to_stop()
    begin = None if start is None else int(unix(moment(start, "--start")))
    with failures():
        simulators = chosen_simulators(commune, seed, devices)
        whole = load_fleet(fleet) if fleet is not None else Fleet()
        simulation = Simulation(simulators, speed=speed, seconds=seconds, start=begin, fleet=whole)
        own, client_id = whole.own_lines(simulators), f"simulator-{commune}-{os.getpid()}"
        with (
            recorded(manifest, simulation, load(commune)) as record,
            Lines(broker_of(broker, settings), client_id, own=own, manifest=record) as lines,
            live(as_json, "Working out the world …", _how_far) as shown,
        ):
            result = simulation.run(lines, stop=stopped, progress=shown)
    _tell(result, as_json)


def _tell(result: Statistics, as_json: bool) -> None:
    """Print what a run came to; fails when the broker refused a part of it."""
    if as_json:
        echo_json(result.as_dict())
    else:
        typer.echo(_summary(result))
    if result.lag_seconds > LAG_WORTH_SAYING_SECONDS:
        typer.echo(f"Could not keep up: up to {result.lag_seconds:.1f} s late; nothing was left out.", err=True)
    if result.refused:
        fail(f"the broker refused {result.refused} of {result.published} messages: may this account publish for them?")


@app.command("register")
def register_command(commune: CommuneOption = "gia-loc", as_json: JsonOption = False) -> None:
    """Put a sample commune with its hamlets, sites and devices in the registry; doing it again changes nothing."""
    with failures():
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
    with failures():
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
    with failures():
        sample = load(commune)
        simulator = _simulator(sample, device, seed)
        last = int(unix(moment(end, "--end")))
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


def _simulator(sample: SampleCommune, code: str, seed: int) -> Simulator:
    wanted = sample.device(code)
    return next(s for s in simulators_of(sample, seed) if s.device == wanted)


def _summary(result: Statistics) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in result.kinds.items())
    return (
        f"{result.published} messages published, {result.acknowledged} acknowledged: {result.telemetry} telemetry with "
        f"{result.readings} readings ({kinds}), {result.events} events, {result.statuses} statuses"
    )


def _how_far(done: Statistics) -> str:
    return (
        f"{done.published} published, {done.acknowledged} acknowledged, {done.readings} readings, "
        f"at most {done.lag_seconds:.1f} s late"
    )
