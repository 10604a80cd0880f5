"""The database: migrate, state its edition."""

from __future__ import annotations

import typer

app = typer.Typer(help="The database: migrate, state its edition.", no_args_is_help=True)
