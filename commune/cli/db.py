"""The database: migrate, state its edition."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from commune.cli import columnstore, rollups
from commune.cli.common import echo_json, open_database
from commune.settings import Settings, read_settings
from storage.editions import timescale_state
from storage.migrate import MigrationReport, migrate
from storage.roles import Role, set_passwords

app = typer.Typer(
    help="The database: migrate, state its edition, rollups, retention and columnstore.", no_args_is_help=True
)
app.add_typer(rollups.app, name="rollups")
app.command("retention")(rollups.retention)
app.command("columnstore")(columnstore.columnstore)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("migrate")
def migrate_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the statements and change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the database to this program's schema; safe to run again, and by several at once.

    What would change or destroy what is there is refused, with exit code 1. Roles whose password is in the settings
    (COMMUNE_DATABASE_..._PASSWORD) become accounts.
    """
    settings = read_settings()
    passwords = role_passwords(settings)
    with open_database(settings) as connection:
        report = migrate(connection, dry_run=dry_run)
        if passwords and not dry_run:
            set_passwords(connection, passwords)
    if as_json:
        echo_json(asdict(report) | {"changed": report.changed, "roles": [] if dry_run else sorted(passwords)})
        return
    _print(report)
    if passwords:
        typer.echo(f"-- roles that {'would become' if dry_run else 'are'} accounts: {', '.join(sorted(passwords))}")


@app.command("edition")
def edition_command(as_json: JsonOption = False) -> None:
    """Which edition runs: plain PostgreSQL, TimescaleDB (Apache), or TimescaleDB (Community)."""
    with open_database() as connection:
        state = timescale_state(connection)
    if as_json:
        echo_json({"edition": state.edition, "description": state.words, "note": state.note})
        return
    typer.echo(state.words)
    if state.note:
        typer.echo(state.note, err=True)


def role_passwords(settings: Settings) -> dict[str, str]:
    """The roles whose password is set, with it."""
    known = {
        Role.ADMIN: settings.database_admin_password,
        Role.INGEST: settings.database_ingest_password,
        Role.READ: settings.database_read_password,
        Role.REPAIR: settings.database_repair_password,
        Role.REGISTRY: settings.database_registry_password,
        Role.GRAFANA: settings.database_grafana_password,
    }
    return {role.value: password for role, password in known.items() if password}


def _print(report: MigrationReport) -> None:
    if report.dry_run:
        for statement in report.statements:
            typer.echo(f"{statement.rstrip().removesuffix(';')};")
        typer.echo(f"-- {len(report.statements)} statements would run on {report.description}")
    elif report.changed:
        applied = ", ".join(report.files) or "no new file"
        typer.echo(f"Migrated: {applied}; {len(report.statements)} statements of the catalogue. {report.description}")
    else:
        typer.echo(f"Nothing to do. {report.description}")
    for note in report.notes:
        typer.echo(note, err=True)
