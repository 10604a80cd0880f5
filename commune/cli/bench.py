"""Measurements against references taken in the same run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from commune.cli.common import echo_json
from commune.settings import read_settings

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
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON line.")] = False,
) -> None:
    """Ingest beside bare paho and bare COPY, with the same messages, on private servers."""
    from commune.bench.ingest import run_ingest_bench  # noqa: PLC0415 - it pulls in every room

    console = Console(stderr=True)
    result = run_ingest_bench(
        read_settings().local_directory, messages, console.print, repeats=repeats, everything=not brief
    )
    if as_json:
        echo_json(asdict(result))
        return
    for name, value in asdict(result).items():
        typer.echo(f"{name:24} {value}")
