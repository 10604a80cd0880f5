"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Made by `commune docs build` from the code. Change the code, not this page. -->"


def page(title: str, title_vi: str, *parts: str) -> str:
    """A page with its title in both languages."""
    return "\n\n".join([f"# {title}", f"*{title_vi}*", NOTICE, *(part for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold any text."""
    return "\n".join([row(head), "|" + "---|" * len(head), *map(row, rows)])


def row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
