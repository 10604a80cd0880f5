"""All dashboards, and the files that Grafana takes them from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dashboards import coverage, device, kinds, overview, quality, targets
from dashboards.board import Board, text
from devices.model import Kind


def boards(catalogue: Mapping[str, Kind]) -> tuple[Board, ...]:
    """The dashboards of a catalogue: the overview, one a kind, coverage, targets, data quality, one device."""
    of_kinds = (kinds.board(kind) for kind in catalogue.values())
    return (overview.board(), *of_kinds, coverage.board(), targets.board(), quality.board(), device.board(catalogue))


def files(catalogue: Mapping[str, Kind]) -> dict[str, str]:
    """The file of each dashboard under its name."""
    return {f"{board.uid}.json": text(board) for board in boards(catalogue)}


def outdated(directory: Path, wanted: Mapping[str, str]) -> list[str]:
    """Names of files that are missing, differ, or belong to no dashboard."""
    there = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def write(directory: Path, wanted: Mapping[str, str]) -> list[str]:
    """Write what differs and delete what belongs to no dashboard; returns the names."""
    directory.mkdir(parents=True, exist_ok=True)
    changed = outdated(directory, wanted)
    for name in changed:
        if name in wanted:
            (directory / name).write_text(wanted[name], encoding="utf-8")
        else:
            (directory / name).unlink()
    return changed
