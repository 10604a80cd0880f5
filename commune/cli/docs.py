"""`commune docs`: the reference pages, made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from api.app import create_app
from commune import reference

app = typer.Typer(help="The reference pages, made from the code.", no_args_is_help=True)


@app.callback()
def docs() -> None:
    """The reference pages, made from the code."""


@app.command("build")
def build(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a page is out of date.")] = False,
    directory: Annotated[Path, typer.Option(help="Where the pages are.")] = Path("docs/reference"),
) -> None:
    """Write docs/reference/ from the catalogue, the settings, the commands and the routes.

    Run it from the top of the repository after changing any of them. `--check` is what CI does.
    """
    root = context.find_root().command
    assert isinstance(root, TyperGroup)
    pages = reference.pages(root, create_app("postgresql://").openapi())
    outdated = reference.outdated(directory, pages)
    for name in outdated:
        typer.echo(f"{directory / name} {'is out of date' if check else 'written'}", err=check)
    if check and outdated:
        raise typer.Exit(1)
    directory.mkdir(parents=True, exist_ok=True)
    for name in outdated:
        (directory / name).write_text(pages[name], encoding="utf-8")
