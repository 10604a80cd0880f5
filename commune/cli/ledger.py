"""The loss ledger: what was received and where it ended."""

from __future__ import annotations

import typer

app = typer.Typer(help="The loss ledger: what was received and where it ended.", no_args_is_help=True)
