"""What was set aside: list, show, replay, discard."""

from __future__ import annotations

import typer

app = typer.Typer(help="What was set aside: list, show, replay, discard.", no_args_is_help=True)
