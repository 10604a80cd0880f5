"""`commune alerts replay`: a time judged anew from what is stored, beside the alerts that were lived."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from alerts.replay import replay
from commune.alerting import landslide_rules
from commune.cli.common import echo_json, fail, open_database
from commune.cli.simulate_options import moment
from commune.parts import report_rules
from commune.settings import read_settings
from storage.witness import StoredAlert


def replay_command(
    since: Annotated[str, typer.Option("--from", help="From this time on, RFC 3339.")],
    until: Annotated[str | None, typer.Option(help="Until this time, RFC 3339. Unset: now.")] = None,
    look_seconds: Annotated[
        int, typer.Option(min=10, max=3600, help="Look for silence every so many seconds; times may differ by as much.")
    ] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge the readings of a time anew, by the rules as they are set now; exits 1 when other alerts come of it.

    With the rules unchanged they must be the alerts that were lived. With other rules it tells what these would have
    called for. Nothing is changed, but nobody else judges meanwhile: for a month, use a copy of the database.
    """
    settings = read_settings()
    begin, end = moment(since, "--from"), moment(until, "--until")
    if end <= begin:
        fail("--until must be later than --from", 2)
    look = timedelta(seconds=look_seconds)
    with open_database(settings) as session:
        found = replay(session, begin, end, look, landslide_rules(report_rules(settings)))
    missing, more = found.differences(look)
    if as_json:
        echo_json({"lived": found.lived, "replayed": found.replayed, "not_replayed": missing, "not_lived": more})
    else:
        for sign, alerts in (("-", missing), ("+", more)):
            for alert in alerts:
                typer.echo(f"{sign} {_said(alert)}")
        typer.echo(
            f"{len(found.lived)} alerts lived, {len(found.replayed)} replayed, {len(missing) + len(more)} differ"
        )
    if missing or more:
        raise typer.Exit(1)


def _said(alert: StoredAlert) -> str:
    closed = "–" if alert.closed_at is None else f"{alert.closed_at:%Y-%m-%d %H:%M:%S}"
    return f"{alert.kind} {alert.subject} {alert.opened_at:%Y-%m-%d %H:%M:%S} … {closed}"
