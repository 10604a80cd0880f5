"""Measurements against references taken in the same run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from commune.cli.common import echo_json
from commune.settings import read_settings

if TYPE_CHECKING:
    from commune.bench.endurance import Endurance

JsonOption = Annotated[bool, typer.Option("--json", help="End with one JSON line.")]

app = typer.Typer(help="Measurements against references taken in the same run.", no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Measurements against references taken in the same run."""


@app.command("ingest")
def ingest_command(
    messages: Annotated[int, typer.Option(min=1_000, max=2_000_000, help="How many messages to send.")] = 100_000,
    repeats: Annotated[int, typer.Option(min=1, max=20, help="How often each is measured; medians count.")] = 3,
    brief: Annotated[
        bool, typer.Option("--brief", help="One worker only: no second worker, no arrays, no latency.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ingest beside bare paho and bare COPY, with the same messages, on private servers."""
    from commune.bench.ingest import run_ingest_bench  # noqa: PLC0415 - it pulls in every room

    console = Console(stderr=True)
    result = run_ingest_bench(
        read_settings().local_directory, messages, console.print, repeats=repeats, everything=not brief
    )
    _show(asdict(result), as_json)


@app.command("endurance")
def endurance(
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="How long to hold the rate.")] = 10.0,
    rate: Annotated[int, typer.Option(min=0, max=100_000, help="Messages a second; 0: as fast as they go.")] = 5_000,
    as_json: JsonOption = False,
) -> None:
    """Hold a rate for long and compare the memory of ingest at start and end; exit 1 when anything is lost."""
    from commune.bench.endurance import run_endurance  # noqa: PLC0415 - it pulls in every room

    _end(run_endurance(read_settings().local_directory, minutes * 60, rate, Console(stderr=True).print), as_json)


@app.command("outage")
def outage(
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="How long the database is away.")] = 120.0,
    as_json: JsonOption = False,
) -> None:
    """Take the database away at full rate and compare the memory of ingest then; exit 1 when anything is lost."""
    from commune.bench.endurance import run_outage  # noqa: PLC0415 - it pulls in every room

    _end(run_outage(read_settings().local_directory, seconds, Console(stderr=True).print), as_json)


@app.command("backfill")
def backfill_command(
    days: Annotated[
        float, typer.Option(min=0.1, max=100, help="How many days of the sample commune to write in a round.")
    ] = 30.0,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes that write side by side.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, max=9, help="How often each way is measured, in turn.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """History of the sample commune straight into the tables, beside the same devices by way of MQTT."""
    from commune.bench.backfill import run_backfill_bench  # noqa: PLC0415 - it pulls in every room

    progress = Console(stderr=True).print
    result = run_backfill_bench(read_settings().local_directory, days, processes, progress, rounds=rounds)
    _show(asdict(result), as_json)


@app.command("flood-forecast")
def flood_forecast_command(as_json: JsonOption = False) -> None:
    """The flood forecast on simulated floods that it has not learned from, beside the rise of the water carried on."""
    from commune.bench.flood_forecast import rows  # noqa: PLC0415 - it works out years of weather

    found = [row.as_dict() for row in rows()]
    for row in found:
        typer.echo(
            f"{row['reach']:12} {row['way']:12} {row['hits']} of {row['floods']} floods warned of "
            f"({row['hit_rate']:.0%}), {row['false_alarms']} false alarms ({row['false_alarm_ratio']:.0%}), "
            f"{row['lead_hours']:g} h ahead (median)"
        )
    if as_json:
        echo_json(found)


@app.command("query")
def query_command(
    devices: Annotated[int, typer.Option(min=20, max=10_000, help="How many stations report every minute.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of history.")] = 30,
    repeats: Annotated[int, typer.Option(min=5, max=10_000, help="How often each question is asked.")] = 200,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes that load side by side.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """What a wall asks, through HTTP, over a month of a thousand stations; exit 1 when a budget is not kept.

    The whole size takes 10 GB of disk and about ten minutes to load and to roll up on two processors.
    """
    from commune.bench.query import run_query_bench  # noqa: PLC0415 - it pulls in every room

    progress = Console(stderr=True).print
    result = run_query_bench(read_settings().local_directory, devices, days, repeats, processes, progress)
    if as_json:
        echo_json(asdict(result))
    else:
        _show({name: value for name, value in asdict(result).items() if name != "questions"}, as_json)
        for asked in result.questions:
            kept = "" if asked.is_within else "  over budget"
            typer.echo(
                f"{asked.name:32} p50 {asked.p50_milliseconds:>8} ms  p95 {asked.p95_milliseconds:>8} ms  "
                f"of {asked.budget_milliseconds:g} ms{kept}"
            )
    raise typer.Exit(0 if all(asked.is_within for asked in result.questions) else 1)


@app.command("coverage")
def coverage_command(
    samples: Annotated[int, typer.Option(min=10_000, max=10_000_000, help="How many samples.")] = 1_000_000,
    days: Annotated[int, typer.Option(min=2, max=366, help="Over so many days.")] = 90,
    probes: Annotated[int, typer.Option(min=1, max=100, help="Probes that share them.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Coverage from so many samples in the database, and what a new day costs; exit 1 when the budget is not kept."""
    from commune.bench.coverage import run_coverage_bench  # noqa: PLC0415 - it pulls in every room

    progress = Console(stderr=True).print
    result = run_coverage_bench(read_settings().local_directory, samples, days, probes, progress)
    _show(asdict(result), as_json)
    raise typer.Exit(0 if result.is_within else 1)


@app.command("coverage-truth")
def coverage_truth_command(
    communes: Annotated[int, typer.Option(min=1, max=100_000, help="How many communes.")] = 200,
    side: Annotated[float, typer.Option(min=1_000, max=20_000, help="Metres of a side of each.")] = 3_000.0,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes side by side.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """Whether coverage figures hold the truth of simulated communes; exit 1 when they do not do what is promised."""
    from commune.bench.coverage_truth import sum_up, try_communes  # noqa: PLC0415 - it pulls in every room

    result = sum_up(try_communes(communes, side, processes, Console(stderr=True).print))
    _show(asdict(result), as_json)
    raise typer.Exit(0 if result.is_within else 1)


@app.command("wall")
def wall_command(
    devices: Annotated[int, typer.Option(min=20, max=10_000, help="How many stations report every minute.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of history.")] = 30,
    repeats: Annotated[int, typer.Option(min=1, max=1_000, help="How often each statement runs; medians count.")] = 3,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes that load side by side.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """Every panel and variable of the dashboards, as Grafana's role; exit 1 when one takes more than its budget."""
    from commune.bench.wall import run_wall_bench  # noqa: PLC0415 - it pulls in every room

    progress = Console(stderr=True).print
    result = run_wall_bench(read_settings().local_directory, devices, days, repeats, processes, progress)
    if as_json:
        echo_json(asdict(result))
    else:
        _show({name: value for name, value in asdict(result).items() if name != "slowest"}, as_json)
        for timed in result.slowest:
            where = f"{timed.board}: {timed.panel}"
            typer.echo(f"{where:70} {timed.range:8} {timed.milliseconds:>9} ms {timed.rows:>6} rows")
    raise typer.Exit(1 if result.over_budget else 0)


def _end(result: Endurance, as_json: bool) -> None:
    _show(asdict(result), as_json)
    raise typer.Exit(1 if result.lost else 0)


def _show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        echo_json(result)
        return
    for name, value in result.items():
        typer.echo(f"{name:28} {value}")
