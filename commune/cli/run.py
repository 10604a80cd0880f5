"""The long-running processes: ingest, api, maintain."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the long-running commands to the command line."""
