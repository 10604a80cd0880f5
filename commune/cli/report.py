"""`commune report`: the reports of a commune as documents that are signed, printed and archived."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commune.cli.common import fail, open_database
from commune.parts import report_rules
from commune.settings import SettingsError, read_settings
from reports.documents.make import DocumentKind, Form, Question, make_document, write_document
from reports.errors import BadPeriod, NoGround, NoPlan, TooLarge, UnknownCommune
from reports.periods import FORM, parse_period


def report(
    kind: Annotated[DocumentKind, typer.Argument(help="What it is about.")],
    commune: Annotated[str, typer.Option(help="Code of the commune.")],
    period: Annotated[str, typer.Option(help=f"Day, month, quarter, half-year or year of Viet Nam: {FORM}.")],
    form: Annotated[
        Form | None, typer.Option("--format", help="Form of the file. Unset: by the ending of --out, else docx.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File or directory to write to; `-` for standard output. Unset: here, under its own name."),
    ] = None,
) -> None:
    """Write a report of a commune as a document: DOCX, PDF, XLSX with all its data, or JSON.

    The layout is that of NĐ 30/2020/NĐ-CP; number, day and signature are left open. The same data give the same bytes.
    """
    chosen = form or _form_of(out)
    console = Console(stderr=True)
    try:
        parse_period(period)
        settings = read_settings()
        rules = report_rules(settings)
        question = Question(kind, commune, period, rules, datetime.now(UTC))
    except BadPeriod as error:
        fail(f"--period: {error.reason.vi} / {error.reason.en}", 2)
    except SettingsError as error:
        fail(str(error), 2)
    try:
        with open_database(settings) as session, console.status("") as status:
            made = make_document(session, question, status.update)
            status.update(f"Đang ghi {chosen.value}")
            content = write_document(made, chosen)
    except (BadPeriod, NoPlan, TooLarge, UnknownCommune) as error:
        fail(f"{error.reason.vi} / {error.reason.en}")
    except NoGround as error:
        fail(f"xã chưa có ranh giới để tính phủ sóng / no coverage without a boundary: {error}")
    if out is not None and str(out) == "-":
        typer.echo(content, nl=False)
        return
    path = _path(out, f"{made.document.name}.{chosen.value}")
    try:
        path.write_bytes(content)
    except OSError as error:
        fail(f"không ghi được tệp / cannot write {path}: {error.strerror}")
    console.print(f"{path}: {len(content):,} bytes")


def _form_of(out: Path | None) -> Form:
    """The form that the ending of a file names; DOCX where it names none. Another ending is refused."""
    ending = "" if out is None or out.is_dir() else out.suffix.removeprefix(".").lower()
    if not ending:
        return Form.DOCX
    if ending not in set(Form):
        raise typer.BadParameter(
            f"{out}: the ending names no form; there are {', '.join(Form)}", param_hint="--out / --format"
        )
    return Form(ending)


def _path(out: Path | None, name: str) -> Path:
    if out is None:
        return Path(name)
    return out / name if out.is_dir() else out
