"""Declared figures: import lists with a preview, list what counts, undo an import."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from commune.cli.common import echo_json, fail, open_database, os_actor
from devices.declared import INDICATORS, Form, Provenance
from devices.declared_lists import DeclaredList, read_list
from devices.errors import SheetError
from storage.arrivals import LOCAL_TIME
from storage.declared import InForce, add_declared, list_declared, list_imports, undo_declared
from storage.places import list_hamlets

app = typer.Typer(
    help="Figures that operators and ministries declare: import, list, imports, undo, indicators.",
    no_args_is_help=True,
)

CommuneOption = Annotated[str, typer.Option(help="Code of the commune.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DayOption = typer.Option(formats=["%Y-%m-%d"], help="Day that the figures are of, as their source says.")


@app.command("indicators")
def indicators(as_json: JsonOption = False) -> None:
    """What can be declared."""
    if as_json:
        echo_json([asdict(indicator) for indicator in INDICATORS.values()])
        return
    for indicator in INDICATORS.values():
        form = "Số có khả năng + Tổng số" if indicator.form is Form.SHARE else f"Giá trị, {indicator.unit}"
        typer.echo(f"{indicator.name:24} {indicator.title.vi} ({form})")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a row a hamlet and operator.", dir_okay=False)],
    commune: CommuneOption,
    source: Annotated[str, typer.Option(help="Who gave the list, and in which document.")],
    date: Annotated[datetime, DayOption],
    indicator: Annotated[
        str | None, typer.Option(help="What is declared, where no column says it; see `indicators`.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Operator, where no column names it.")] = "",
    note: Annotated[str, typer.Option(help="Anything a reader should know.")] = "",
    write: Annotated[bool, typer.Option("--apply", help="Take it over; else only tell what would be.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take a list of declared figures over, all rows or none; without --apply nothing is changed."""
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file}: không đọc được / cannot be read: {error.strerror}")
    number = None
    with open_database() as session:
        hamlets = [(hamlet.code, hamlet.name) for hamlet in list_hamlets(session, commune)]
        try:
            found = read_list(data, hamlets, indicator=indicator, operator=operator)
        except SheetError as error:
            fail(str(error))
        if write and found.accepted:
            provenance = Provenance(source, date.date(), file.name, sha256(data).hexdigest(), note)
            number = add_declared(session, commune, provenance, found.declarations, imported_by=os_actor())
    if as_json:
        echo_json(_told(found, number))
    else:
        _print(found, number)
    if not found.accepted:
        raise typer.Exit(1)


@app.command("list")
def list_command(
    commune: CommuneOption,
    indicator: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The declared figures that count today, each with its source."""
    today = datetime.now(UTC).astimezone(LOCAL_TIME).date()
    with open_database() as session:
        found = list_declared(session, commune, day=today, indicator=indicator)
    if as_json:
        echo_json([asdict(one) for one in found])
        return
    for one in found:
        said, source = one.declaration, one.provenance
        typer.echo(
            f"{said.indicator:24} {said.hamlet or 'toàn xã':18} {said.operator:14} {_figure(one):>16}  "
            f"{source.source}, {source.source_date:%d/%m/%Y} (#{one.import_number})"
        )
    if not found:
        typer.echo("Chưa có khai báo nào / Nothing is declared", err=True)


@app.command("imports")
def imports(commune: CommuneOption, as_json: JsonOption = False) -> None:
    """The lists that were imported, the newest first; an undone one counts no more."""
    with open_database() as session:
        found = list_imports(session, commune)
    if as_json:
        echo_json([asdict(one) for one in found])
        return
    for one in found:
        undone = "" if one.undone_at is None else f"  ĐÃ HỦY {one.undone_at:%d/%m/%Y} ({one.undone_by})"
        typer.echo(
            f"#{one.number:<5} {one.source_date:%d/%m/%Y} {one.rows:>4} dòng  {one.source} [{one.file_name}]{undone}"
        )


@app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(help="Number of the import, as `imports` prints it.")], commune: CommuneOption
) -> None:
    """Let an import count no more; what counted before it does so again. It stays on record."""
    with open_database() as session:
        undo_declared(session, commune, number, undone_by=os_actor())
    typer.echo(f"Đã hủy lần nhập {number} / Import {number} counts no more")


def _figure(one: InForce) -> str:
    said = one.declaration
    if said.part is not None and said.whole:
        return f"{said.part:g}/{said.whole:g} = {100 * said.part / said.whole:.1f} %"
    return f"{said.value:g} {INDICATORS[said.indicator].unit}" if said.value is not None else "–"


def _print(found: DeclaredList, number: int | None) -> None:
    for note in found.notes:
        typer.echo(f"  ({note.vi} / {note.en})")
    for row in found.rows:
        for text in row.faults:
            typer.echo(f"  dòng {row.line}: [LỖI] {text.vi} / {text.en}")
        for text in row.warnings:
            typer.echo(f"  dòng {row.line}: [cần xem] {text.vi} / {text.en}")
    good = len(found.declarations)
    typer.echo(f"{good} dòng đọc được trên {len(found.rows)} / {good} of {len(found.rows)} rows can be taken over")
    if number is not None:
        typer.echo(f"Đã ghi, lần nhập số {number} / Taken over as import {number}")
    elif found.accepted:
        typer.echo("Chạy thử, chưa ghi gì; thêm --apply để ghi / A dry run; add --apply to take it over")
    else:
        typer.echo("Có lỗi, chưa ghi gì / There are faults; nothing was changed", err=True)


def _told(found: DeclaredList, number: int | None) -> dict[str, Any]:
    return {
        "accepted": found.accepted,
        "import": number,
        "notes": [asdict(note) for note in found.notes],
        "rows": [asdict(row) for row in found.rows],
    }
