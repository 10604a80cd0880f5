"""What stands in a cell."""

from __future__ import annotations

from reports.documents.model import Cell, Number, Strong
from reports.documents.words import write_number, write_share


def shown(cell: Cell) -> str:
    """A cell as people read it."""
    if isinstance(cell, Number):
        return write_share(cell.value, cell.decimals) if cell.share else write_number(cell.value, cell.decimals)
    return cell.text if isinstance(cell, Strong) else cell


def is_strong(cell: Cell) -> bool:
    """Whether a cell must not be overlooked."""
    return isinstance(cell, Strong)
