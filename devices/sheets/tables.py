"""Cells as a file holds them, and the table among them: which row is the header, and what follows it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from devices.errors import SheetError
from devices.model import Text
from devices.sheets.columns import KNOWN_NAMES, LONGEST_HEADER, NUMBERING, REQUIRED, meaning, plain

MOST_ROWS = 10_000
"""Of one file. A commune has some hundred devices; a district's file may be parted."""
MOST_COLUMNS = 100
HEADER_WITHIN = 30
"""Titles, dates and signatures may stand above the header, in so many rows."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds no value that could be meant: what it shows, and why it cannot be read."""

    shown: str
    fault: Text


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A text that the file keeps as a number: `text` as people see it, `padded` when its format adds zeros."""

    value: int | float
    text: str
    padded: bool = False


Cell = str | int | float | bool | BadCell | NumberCell | None
NumberedRow = tuple[int, Sequence[Cell]]
"""The number of a row as people see it, and its cells."""


@dataclass(frozen=True, slots=True)
class Header:
    """Which column each cell of a row is. `rows` are the numbers of the rows that it takes up."""

    names: tuple[str | None, ...]
    rows: tuple[int, ...]
    unused: tuple[Text, ...]


def is_blank(cell: Cell) -> bool:
    """True for a cell in which nothing stands."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, BadCell):
        return cell.shown
    if isinstance(cell, NumberCell):
        return cell.text
    return "" if cell is None else str(cell).strip()


def header_score(rows: Sequence[NumberedRow]) -> int:
    """How many columns the best header among the first rows names; 0: there is none."""
    return max((_score(cells) for cells, _ in _candidates(rows)), default=0)


def find_header(rows: Sequence[NumberedRow]) -> Header:
    """The header among the first rows, one row or two of which the upper one has merged cells; else the first row.

    Raises SheetError when two columns are the same.
    """
    # max takes the first of those that name as many columns.
    cells, numbers = max(_candidates(rows), key=lambda candidate: _score(candidate[0]), default=([], ()))
    names = tuple(map(meaning, cells))
    _refuse_twice(cells, names)
    loose = (cell for cell, name in zip(cells, names, strict=True) if cell and name is None)
    return Header(names, numbers, tuple(_unused(cell) for cell in loose if plain(cell) not in NUMBERING))


def _candidates(rows: Sequence[NumberedRow]) -> Iterable[tuple[list[str], tuple[int, ...]]]:
    texts = [(number, [shown(cell) for cell in cells]) for number, cells in rows[: HEADER_WITHIN + 1]]
    for place, (number, upper) in enumerate(texts[:HEADER_WITHIN]):
        yield upper, (number,)
        if place + 1 < len(texts):
            below, lower = texts[place + 1]
            if all(meaning(cell) for cell in lower if cell):
                yield [low or up for up, low in zip_longest(upper, lower, fillvalue="")], (number, below)


def _score(cells: Iterable[str]) -> int:
    return len({name for name in map(meaning, cells) if name is not None})


def _refuse_twice(cells: Sequence[str], names: Sequence[str | None]) -> None:
    first: dict[str, str] = {}
    for cell, name in zip(cells, names, strict=True):
        if name is None:
            continue
        if name in first:
            raise SheetError(
                Text(
                    f"hai cột {first[name]!r} và {cell!r} cùng là {name}",
                    f"columns {first[name]!r} and {cell!r} are both {name}",
                )
            )
        first[name] = cell


def require(header: Header, *, has_commune: bool) -> None:
    """Raise SheetError when a column is missing that is needed; `has_commune` where the rows need name none."""
    missing = set(REQUIRED) - set(header.names) - ({"commune"} if has_commune else set())
    if missing:
        listed = ", ".join(column for column in REQUIRED if column in missing)
        raise SheetError(Text(f"thiếu cột: {listed}", f"missing columns: {listed}"))


def _unused(column: str) -> Text:
    column = column if len(column) <= LONGEST_HEADER else f"{column[:LONGEST_HEADER]}..."
    near = difflib.get_close_matches(plain(column), KNOWN_NAMES, n=1, cutoff=0.75)
    return Text(
        f"cột {column!r} không dùng đến" + (f" (có phải là {near[0]}?)" if near else ""),
        f"column {column!r} is not used" + (f" (did you mean {near[0]}?)" if near else ""),
    )


def too_many_rows() -> SheetError:
    """What a file with more than `MOST_ROWS` rows is refused with."""
    return SheetError(
        Text(
            f"tệp có hơn {MOST_ROWS} dòng; hãy chia thành nhiều tệp",
            f"the file has more than {MOST_ROWS} rows; part it into several",
        )
    )
