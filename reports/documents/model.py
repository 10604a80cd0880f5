"""What a document is, whatever file it becomes: blocks of text, tables and pictures, with no layout in them.

Numbers stay numbers until a writer shows them: a spreadsheet holds the value itself, a page the Vietnamese form of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from devices.model import Text
from reports.documents.charts import Chart
from reports.documents.letter import Letter
from reports.documents.words import roman


class Style(StrEnum):
    """What a paragraph is for."""

    BODY = "body"
    GROUND = "ground"
    """Why the document may be written: a law, a decision, a plan."""
    ITEM = "item"
    NOTE = "note"


class Align(StrEnum):
    """Where the text of a column stands."""

    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a cell: shown with so many decimals, as a percentage where it is a share of 1, "–" where unknown."""

    value: float | None
    decimals: int = 0
    share: bool = False


@dataclass(frozen=True, slots=True)
class Strong:
    """A word in a cell that must not be overlooked."""

    text: str


Cell = str | Strong | Number


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 counts in Roman numerals, level 2 in Arabic ones within it."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its share of the width, and where its text stands."""

    title: str
    weight: float = 1.0
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; `sheet` is its name in a workbook, at most 31 characters."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sheet: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or a map with its caption, and what it shows in words for those who cannot see it."""

    caption: str
    chart: Chart
    alternative: str


Block = Paragraph | Heading | Table | Picture


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex, which begins on a page of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that the document states: its name for machines, its words, and the very value that stands behind it."""

    name: str
    title: Text
    value: float | str | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A report of a commune. `at` is the moment up to which its data go: the end of the period, or sooner.

    `data` are the tables that only a workbook holds: every row behind the figures.
    """

    kind: str
    commune: str
    period: str
    at: datetime
    letter: Letter
    subject: str
    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...] = ()
    data: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def name(self) -> str:
        """The name of its file, without an ending."""
        return f"bao-cao-{self.kind}-{self.commune}-{self.period}"

    def everything(self) -> Iterator[Block]:
        """The blocks of body and annexes."""
        yield from self.blocks
        for annex in self.annexes:
            yield from annex.blocks


def numbered(document: Document) -> Document:
    """The same document with numbers before its headings and captions: I., 1., Bảng 1., Hình 1.

    Its text names its annexes at the end, as it has to.
    """
    numbers = _Numbers()
    blocks = tuple(numbers.put(document.blocks))
    annexes = []
    for place, annex in enumerate(document.annexes, 1):
        numbers.begin_annex()
        title = f"Phụ lục {roman(place)}" if len(document.annexes) > 1 else "Phụ lục"
        blocks += (Paragraph(f"{annex.title} nêu tại {title} kèm theo Báo cáo này./."),)
        annexes.append(Annex(f"{title}\n{annex.title}", tuple(numbers.put(annex.blocks))))
    return replace(document, blocks=blocks, annexes=tuple(annexes))


class _Numbers:
    """Counters of headings, tables and pictures."""

    def __init__(self) -> None:
        self._heading = self._sub = self._table = self._picture = 0

    def begin_annex(self) -> None:
        """Headings count anew in an annex; tables and pictures go on."""
        self._heading = self._sub = 0

    def put(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks with their numbers."""
        for block in blocks:
            if isinstance(block, Heading):
                yield replace(block, text=f"{self._next(block.level)}. {block.text}")
            elif isinstance(block, Table):
                self._table += 1
                yield replace(block, caption=f"Bảng {self._table}. {block.caption}")
            elif isinstance(block, Picture):
                self._picture += 1
                yield replace(block, caption=f"Hình {self._picture}. {block.caption}")
            else:
                yield block

    def _next(self, level: int) -> str:
        if level == 1:
            self._heading, self._sub = self._heading + 1, 0
            return roman(self._heading)
        self._sub += 1
        return str(self._sub)
