"""`commune dashboards`: Grafana's dashboards as files, pushed to a Grafana, and held against what one has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail
from dashboards import alerting
from dashboards.boards import boards, files, outdated, write
from dashboards.errors import DashboardError
from dashboards.publish import Grafana, Outcome, differences, publish
from devices.catalogue import KINDS

GRAFANA = Path(__file__).resolve().parents[2] / "deploy" / "grafana"
DIRECTORY = GRAFANA / "dashboards"
ALERTING_DIRECTORY = GRAFANA / "provisioning" / "alerting"

app = typer.Typer(help="Grafana's dashboards: as files, in a Grafana, and the differences.", no_args_is_help=True)

UrlOption = Annotated[str, typer.Option("--url", help="Where Grafana is, such as https://grafana.example/path.")]
TokenOption = Annotated[
    str,
    typer.Option("--token", envvar="COMMUNE_GRAFANA_TOKEN", help="Token of a service account that may edit."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("build")
def build_command(
    directory: Annotated[
        Path | None, typer.Option(help="Where the files belong. Unset: deploy/grafana/dashboards of this program.")
    ] = None,
    alerting_directory: Annotated[
        Path | None,
        typer.Option(help="Where the files of alert rules belong. Unset: deploy/grafana/provisioning/alerting."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 and name what is out of date.")] = False,
) -> None:
    """Write the JSON of every dashboard, alert rule and contact point where docker-compose lets Grafana find it."""
    wanted, rules = files(KINDS), alerting.files()
    changed = []
    for place, texts in ((directory or DIRECTORY, wanted), (alerting_directory or ALERTING_DIRECTORY, rules)):
        for name in outdated(place, texts) if check else write(place, texts):
            typer.echo(f"{name} {'is out of date' if check else 'written' if name in texts else 'deleted'}")
            changed.append(name)
    typer.echo(
        f"{len(wanted)} dashboards, {len(alerting.RULES)} alert rules: "
        f"{len(changed)} files {'out of date' if check else 'changed'}."
    )
    raise typer.Exit(1 if check and changed else 0)


@app.command("publish")
def publish_command(url: UrlOption, token: TokenOption, as_json: JsonOption = False) -> None:
    """Push every dashboard that differs into a Grafana; running it again changes nothing.

    For a Grafana that does not take them from files: what a file provisions cannot be pushed.
    """
    try:
        done = publish(Grafana(url, token), boards(KINDS))
    except DashboardError as error:
        fail(str(error))
    if as_json:
        echo_json({uid: outcome.value for uid, outcome in done.items()})
        return
    for uid, outcome in done.items():
        typer.echo(f"{uid}: {outcome.value}")
    changed = sum(outcome is not Outcome.UNCHANGED for outcome in done.values())
    typer.echo(f"{len(done)} dashboards, {changed} changed.")


@app.command("check")
def check_command(url: UrlOption, token: TokenOption, as_json: JsonOption = False) -> None:
    """Ask a Grafana what it has, and name each difference from what should be there; exit 1 when there is one."""
    try:
        found = differences(Grafana(url, token), boards(KINDS))
    except DashboardError as error:
        fail(str(error))
    if as_json:
        echo_json({"ok": not found, "differences": found})
    else:
        for line in found:
            typer.echo(line)
        typer.echo(f"{len(found)} differences." if found else "Grafana has what it should have.")
    raise typer.Exit(1 if found else 0)
