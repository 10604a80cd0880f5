"""Measurements against references taken in the same run."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measurements against references taken in the same run.", no_args_is_help=True)
