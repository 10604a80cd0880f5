"""What changed between two reports of the same thing."""

from __future__ import annotations

from reports.coverage.summary import CellVerdict, CoverageChange, CoverageReport
from reports.coverage.words import CellState


def change_between(earlier: CoverageReport, later: CoverageReport) -> CoverageChange:
    """The cells that were won and lost, that are known for the first time and no more.

    A cell that was covered and is now too little measured is not lost: it is no longer known.
    """
    before = {cell.cell: cell.state for cell in earlier.cells}
    found: dict[str, list[CellVerdict]] = {"won": [], "lost": [], "new": [], "gone": []}
    for cell in later.cells:
        was = before.get(cell.cell, CellState.UNMEASURED)
        if was.is_known and cell.state.is_known and was is not cell.state:
            found["won" if cell.state is CellState.COVERED else "lost"].append(cell)
        elif was.is_known is not cell.state.is_known:
            found["new" if cell.state.is_known else "gone"].append(cell)
    codes = {name: tuple(sorted(cell.cell for cell in cells)) for name, cells in found.items()}
    return CoverageChange(
        earlier.subject,
        later.subject,
        codes["won"],
        codes["lost"],
        codes["new"],
        codes["gone"],
        sum(cell.area_km2 for cell in found["won"]),
        sum(cell.area_km2 for cell in found["lost"]),
    )


def lost_cells(earlier: CoverageReport, later: CoverageReport) -> tuple[CellVerdict, ...]:
    """The cells that were covered in the earlier report and are known not to be in the later one, as they are now."""
    lost = set(change_between(earlier, later).lost)
    return tuple(cell for cell in later.cells if cell.cell in lost)
