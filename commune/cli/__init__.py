"""`commune`, the one entry to everything."""

from __future__ import annotations

import sys

import typer

from commune.cli.words import Words
from commune.settings import SettingsError

app = typer.Typer(
    name="commune",
    cls=Words,
    help="Smart-commune telemetry: MQTT in, TimescaleDB, an HTTP API out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def commune() -> None:
    """Smart-commune telemetry: MQTT in, TimescaleDB, an HTTP API out."""


def main() -> None:
    """Run the command line; every expected failure is one clear line on standard error and exit code 1."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
