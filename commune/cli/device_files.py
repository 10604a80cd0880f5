"""Devices from files and into files: import, export, templates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from commune.cli.common import echo_json, fail, open_database
from commune.parts import broker_endpoint, password_sealer
from commune.settings import Settings, SettingsError, read_settings
from devices.errors import SheetError
from devices.importing import Sheet, parse_file
from devices.model import Text
from devices.registry import Device
from devices.sheets.templates import Choices, template_file
from devices.sheets.writing import Format, accounts_file, devices_file
from storage.connect import Session
from storage.places import list_communes, list_hamlets, list_sites
from storage.registry import list_devices
from storage.registry_import import ImportReport, NewAccount, Outcome, Verdict, import_devices

PAGE = 2000
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FileToWrite = Annotated[Path, typer.Argument(help="File to write; its ending, .csv or .xlsx, says its form.")]


def register(app: typer.Typer) -> None:
    """Add the commands to those of devices."""
    app.command("import")(import_command)
    app.command("export")(export)
    app.command("template")(template)


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON.", exists=True, dir_okay=False)],
    commune: Annotated[str | None, typer.Option(help="Commune of rows that name none.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge every row and change nothing.")] = False,
    accounts: Annotated[
        Path | None,
        typer.Option(help="Give the new devices passwords, and write them to this new file: .csv or .xlsx."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Register many devices at once, all or none.

    Every row that is refused is named with its line and the reason; then nothing is done and the exit code is 1.
    A device that is registered already is described anew by the cells that are not empty. Every new device is given an
    account at the broker; without --accounts it waits for a password.
    """
    settings = _settings()
    sheet = _read(file, commune)
    sealer = password_sealer(settings)
    if accounts is not None and sealer is None:
        fail("COMMUNE_SECRET_KEY is not set: without it no password can be given", 2)
    with _sheet_of_accounts(None if dry_run else accounts) as told:
        with open_database(settings) as connection, _progress(len(sheet.rows), as_json) as advance:
            report = import_devices(
                connection,
                sheet.rows,
                dry_run=dry_run,
                progress=advance,
                with_accounts=True,
                sealer=sealer if accounts is not None else None,
            )
        if told is not None and report.accounts:
            _tell(told, _accounts_bytes(report, accounts, settings))
    if as_json:
        echo_json(_report_as_data(report, sheet, dry_run))
    else:
        _print(report, sheet, dry_run, accounts)
    raise typer.Exit(1 if report.count(Outcome.REFUSED) else 0)


def export(
    file: FileToWrite,
    commune: Annotated[str | None, typer.Option("--commune", help="Only of this commune.")] = None,
) -> None:
    """Write the registered devices to a file that can be imported again."""
    form = _form(file)
    with open_database() as connection:
        devices = list(_devices(connection, commune))
    file.write_bytes(devices_file(devices, form))
    typer.echo(f"{len(devices):,} thiết bị / devices: {file}")


def template(
    file: FileToWrite,
    commune: Annotated[str | None, typer.Option("--commune", help="With lists of its hamlets and sites.")] = None,
) -> None:
    """Write a file to fill in for an import, with examples and what each column wants."""
    form, choices = _form(file), Choices()
    if commune is not None:
        with open_database() as connection:
            codes = [known.code for known in list_communes(connection)]
            if commune not in codes:
                fail(f"không có xã {commune!r} / there is no commune {commune!r}: {', '.join(codes) or '–'}")
            hamlets, sites = list_hamlets(connection, commune), list_sites(connection, commune)
        choices = Choices.of(commune, [(h.code, h.name) for h in hamlets], [(s.code, s.name) for s in sites])
    file.write_bytes(template_file(form, choices))
    typer.echo(str(file))


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        fail(str(error), 2)


def _form(file: Path) -> Format:
    try:
        return Format(file.suffix.lower().removeprefix("."))
    except ValueError:
        fail(f"{file}: tên tệp phải kết thúc bằng .csv hoặc .xlsx / the name must end in .csv or .xlsx", 2)


def _read(file: Path, commune: str | None) -> Sheet:
    try:
        return parse_file(file.read_bytes(), commune=commune)
    except (SheetError, OSError) as error:
        fail(f"{file}: {error}")


def _devices(connection: Session, commune: str | None) -> Iterator[Device]:
    after = None
    while page := list_devices(connection, commune=commune, after=after, limit=PAGE):
        yield from (row.device for row in page)
        after = (page[-1].device.commune, page[-1].device.code)


@contextmanager
def _sheet_of_accounts(path: Path | None) -> Iterator[BinaryIO | None]:
    """A new file that only we may read, opened before anything is written to the registry: a password that cannot be
    told must not be given. It is taken away again where nothing came of it."""
    if path is None:
        yield None
        return
    _form(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    finally:
        if path.exists() and path.stat().st_size == 0:
            path.unlink()


def _tell(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
        file.flush()
    except OSError as error:
        fail(
            f"đã nhập, nhưng không ghi được bảng tài khoản ({error.strerror}); hãy cấp mật khẩu mới / the devices are "
            "registered, but the sheet of accounts could not be written; give them new passwords"
        )


def _accounts_bytes(report: ImportReport, path: Path | None, settings: Settings) -> bytes:
    assert path is not None, "there is a file open for them"
    names = {(verdict.device.commune, verdict.device.code): verdict.device.name for verdict in report.verdicts}

    def line(new: NewAccount) -> tuple[Any, str | None, str]:
        return new.account, new.password, names[new.account.commune, new.account.device]

    return accounts_file(map(line, report.accounts), broker_endpoint(settings), _form(path))


@contextmanager
def _progress(rows: int, quiet: bool) -> Iterator[Any]:
    """A bar on a terminal; yields what is to be called with the number of rows that are through."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("importing", total=rows)
        yield lambda done: progress.advance(task, done)


def _print(report: ImportReport, sheet: Sheet, dry_run: bool, accounts: Path | None) -> None:
    for word in (*sheet.notes, *sheet.unused):
        typer.echo(_both(word), err=True)
    for verdict in report.verdicts:
        start = f"{verdict.line}: {verdict.device.code}"
        if verdict.faults:
            typer.echo(f"{start}: {'; '.join(map(_both, verdict.faults))}", err=True)
        elif dry_run:
            typer.echo(f"{start}: {verdict.outcome} {', '.join(verdict.changes)}".rstrip())
        for warning in verdict.warnings:
            typer.echo(f"{start}: lưu ý / warning: {_both(warning)}", err=True)
    counts = ", ".join(f"{report.count(outcome):,} {outcome}" for outcome in Outcome)
    if report.done:
        typer.echo(counts)
        if report.accounts:
            typer.echo(_where_accounts_are(accounts))
    elif report.count(Outcome.REFUSED):
        typer.echo(f"{counts}; không dòng nào được ghi / nothing was written", err=True)
    else:
        typer.echo(f"{counts}; chạy thử, không ghi gì / dry run, nothing was written")


def _where_accounts_are(accounts: Path | None) -> str:
    if accounts is None:
        return "thiết bị mới chưa có mật khẩu MQTT / the new devices have no password yet: commune devices rotate"
    return f"tài khoản MQTT, chỉ có ở đây / MQTT accounts, here only: {accounts}"


def _report_as_data(report: ImportReport, sheet: Sheet, dry_run: bool) -> dict[str, Any]:
    return {
        "done": report.done,
        "dry_run": dry_run,
        **{outcome.value: report.count(outcome) for outcome in Outcome},
        "notes": [asdict(word) for word in sheet.notes],
        "unused_columns": [asdict(word) for word in sheet.unused],
        "rows": [_verdict_as_data(verdict) for verdict in report.verdicts],
    }


def _verdict_as_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "line": verdict.line,
        "commune": verdict.device.commune,
        "code": verdict.device.code,
        "outcome": verdict.outcome,
        "changes": verdict.changes,
        "reasons": [asdict(fault) for fault in verdict.faults],
        "warnings": [asdict(warning) for warning in verdict.warnings],
    }


def _both(text: Text) -> str:
    return f"{text.vi} / {text.en}"
