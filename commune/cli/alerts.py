"""Alerts on the command line: list, show, acknowledge, silence, and the rules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from alerts.rules import RULES
from commune.cli.alerts_forecast import forecast_command
from commune.cli.alerts_override import app as override_app
from commune.cli.alerts_replay import replay_command
from commune.cli.common import echo_json, fail, open_database, os_actor
from storage.alert_desk import (
    AlertFilter,
    AlertState,
    DeskAlert,
    acknowledge,
    comments_of,
    find_alerts,
    get_alert,
    silence,
)
from storage.connect import Session

app = typer.Typer(help="Alerts: list, show, acknowledge, silence, rules, forecast, replay.", no_args_is_help=True)
app.add_typer(override_app, name="override")
app.command("forecast")(forecast_command)
app.command("replay")(replay_command)

Number = Annotated[int, typer.Argument(help="Number of an alert, as `list` prints it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_command(
    state: Annotated[AlertState | None, typer.Option(help="Only those that stand so.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    commune: Annotated[str | None, typer.Option(help="Only of this commune.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Alerts, the newest first."""
    now = datetime.now(UTC)
    with open_database() as connection:
        found = find_alerts(connection, AlertFilter(state, rule, commune=commune), now, limit=limit)
    if as_json:
        echo_json([_members(alert, now) for alert in found])
        return
    for alert in found:
        when = f"{alert.opened_at:%Y-%m-%d %H:%M}Z"
        typer.echo(f"{alert.alert_id:>8} {when} {alert.state(now):12} {alert.severity:8} {alert.detail_vi}")
    if not found:
        typer.echo("Không có cảnh báo nào / There are no alerts", err=True)


@app.command("show")
def show(number: Number, as_json: JsonOption = False) -> None:
    """One alert with its members and what was said of it."""
    now = datetime.now(UTC)
    with open_database() as connection:
        alert = _existing(connection, number, now)
        comments = comments_of(connection, number)
    if as_json:
        echo_json(_members(alert, now) | {"comments": [asdict(comment) for comment in comments]})
        return
    for name, value in _members(alert, now).items():
        typer.echo(f"{name:18} {value}")
    for comment in comments:
        typer.echo(f"{comment.at:%Y-%m-%d %H:%M}Z {comment.author}: {comment.text}")


@app.command("acknowledge")
def acknowledge_command(number: Number) -> None:
    """Take an alert on, in the name of the user of this machine. The first who does stands."""
    now = datetime.now(UTC)
    with open_database() as connection:
        _existing(connection, number, now)
        acknowledge(connection, number, os_actor(), now)
        alert = _existing(connection, number, now)
    typer.echo(f"{number}: {alert.acknowledged_by}")


@app.command("silence")
def silence_command(
    number: Number,
    hours: Annotated[float, typer.Option(min=0, max=744, help="For so long; 0: tell of it again.")] = 8,
) -> None:
    """Tell nobody of an alert for a while, nor of one of the same rule and subject that opens meanwhile."""
    now = datetime.now(UTC)
    until = now + timedelta(hours=hours) if hours else None
    with open_database() as connection, connection.transaction():
        _existing(connection, number, now)
        silence(connection, number, os_actor(), until, expected=None)
    typer.echo(f"{number}: {until:%Y-%m-%d %H:%M}Z" if until else f"{number}: –")


@app.command("rules")
def rules(as_json: JsonOption = False) -> None:
    """Every rule, with what to do."""
    if as_json:
        echo_json([asdict(rule) for rule in RULES])
        return
    for rule in RULES:
        typer.echo(f"{rule.name:16} {rule.severity:8} {rule.title.vi} / {rule.title.en}")


def _existing(connection: Session, number: int, now: datetime) -> DeskAlert:
    alert = get_alert(connection, number, now)
    if alert is None:
        fail(f"không có cảnh báo số {number} / there is no alert {number}")
    return alert


def _members(alert: DeskAlert, now: datetime) -> dict[str, object]:
    return asdict(alert) | {"state": alert.state(now)}
