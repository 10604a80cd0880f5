"""`commune demo`: everything on this machine with a simulated commune."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the demo to the command line."""
