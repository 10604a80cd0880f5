"""`commune`, the one entry to everything."""

from __future__ import annotations

import sys

import typer

from commune.cli import (
    alerts,
    audit,
    bench,
    certs,
    communes,
    dashboards,
    db,
    dead_letters,
    demo,
    devices,
    docs,
    doctor,
    ledger,
    run,
    simulate,
    users,
)
from commune.settings import SettingsError

app = typer.Typer(
    name="commune",
    help="Smart-commune telemetry: MQTT in, TimescaleDB, an HTTP API out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(db.app, name="db")
app.add_typer(communes.app, name="communes")
app.add_typer(devices.app, name="devices")
app.add_typer(users.app, name="users")
app.add_typer(certs.app, name="certs")
app.add_typer(simulate.app, name="simulate")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(alerts.app, name="alerts")
app.add_typer(ledger.app, name="ledger")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(bench.app, name="bench")
app.add_typer(docs.app, name="docs")
run.register(app)
audit.register(app)
demo.register(app)
doctor.register(app)


def main() -> None:
    """Run the command line; every expected failure is one clear line on standard error and exit code 1."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
