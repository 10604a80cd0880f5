"""Simulated communes: run live, or backfill history."""

from __future__ import annotations

import typer

app = typer.Typer(help="Simulated communes: run live, or backfill history.", no_args_is_help=True)
