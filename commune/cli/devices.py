"""The registry of devices: add, list, show, import."""

from __future__ import annotations

import typer

app = typer.Typer(help="The registry of devices: add, list, show, import.", no_args_is_help=True)
