"""What every report answers: rows of figures, each with its method, the number of its inputs and their completeness."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from devices.model import Text
from reports.errors import TooLarge
from reports.periods import Period
from storage.fleet import FleetDevice

MOST_ROWS = 20_000
"""So many rows a report may have."""
MOST_EVIDENCE = 100
"""So many pieces of evidence are shown with a row; the row's figures count all of them."""


class Group(StrEnum):
    """Whose figures a row has."""

    DEVICE = "device"
    HAMLET = "hamlet"
    KIND = "kind"
    COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class Method:
    """How a figure is made: its name in both languages, the formula, and the document that it follows."""

    name: Text
    formula: str
    source: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its evidence. `value` is None where there is too little for one.

    `inputs` of `expected` values went into it: hours, readings or devices, as its method says.
    """

    value: float | None
    unit: str
    method: str
    inputs: float
    expected: float

    @property
    def completeness(self) -> float | None:
        """The share of the expected inputs that were there, at most 1; None where none are expected."""
        return min(self.inputs / self.expected, 1.0) if self.expected > 0 else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event behind a count."""

    time: datetime
    value: float
    of: str


@dataclass(frozen=True, slots=True)
class Place:
    """What a row is about: a device, or all devices of a hamlet, kind or commune. None: not one of it."""

    commune: str
    hamlet: str | None = None
    kind: str | None = None
    device: str | None = None
    part: str | None = None
    """The zone of a controller, or the pollutant."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one place, at one time where a report has several."""

    place: Place
    figures: dict[str, Figure]
    time: datetime | None = None
    words: dict[str, Text] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report: the period that it is about, the methods that its figures name, its rows, and what it leaves out."""

    name: str
    period: Period
    group: Group
    methods: dict[str, Method]
    rows: list[Row]
    notes: tuple[Text, ...] = ()


def check_size(rows: int) -> None:
    """Raise TooLarge for a report of too many rows, before any of them is made."""
    if rows > MOST_ROWS:
        raise TooLarge(rows, MOST_ROWS)


def number(value: float, decimals: int = 3) -> float | None:
    """A number as it is answered: rounded, whole without decimals, None for NaN."""
    return None if math.isnan(value) else round(value, decimals or None)


def place_of(device: FleetDevice, part: str | None = None) -> Place:
    """The place of a device's own row."""
    return Place(device.commune, device.hamlet, device.kind, device.code, part)


def group_place(device: FleetDevice, group: Group) -> Place:
    """The place of the group that a device belongs to."""
    if group is Group.DEVICE:
        return place_of(device)
    if group is Group.HAMLET:
        return Place(device.commune, device.hamlet)
    if group is Group.KIND:
        return Place(device.commune, kind=device.kind)
    return Place(device.commune)


def grouped(devices: Sequence[FleetDevice], group: Group) -> list[tuple[Place, list[int]]]:
    """Each group with the positions of its devices in `devices`, in the order of its codes."""

    def order(entry: tuple[Place, int]) -> tuple[str, ...]:
        place = entry[0]
        return (place.commune, place.hamlet or "", place.kind or "", place.device or "")

    placed = sorted(((group_place(device, group), at) for at, device in enumerate(devices)), key=order)
    return [(place, [at for _, at in found]) for place, found in groupby(placed, key=lambda entry: entry[0])]


def first_pieces(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The evidence that is shown: by time, at most `MOST_EVIDENCE`."""
    return tuple(sorted(evidence, key=lambda one: one.time)[:MOST_EVIDENCE])
