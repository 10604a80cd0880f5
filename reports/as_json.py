"""Reports as the members of their JSON, the same wherever they are told: over HTTP, in files, in documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devices.model import Text
from reports.figures import Figure, Report, Row

PLACE = ("commune", "hamlet", "kind", "device", "part")


def report_members(report: Report, at: datetime) -> dict[str, Any]:
    """The members of a report that was made at a moment."""
    return {
        "report": report.name,
        "at": written_time(at),
        "start": written_time(report.period.start),
        "end": written_time(report.period.end),
        "by": report.group.value,
        "methods": {
            name: {"name": words(method.name), "formula": method.formula, "source": method.source}
            for name, method in report.methods.items()
        },
        "notes": [words(note) for note in report.notes],
        "items": [_row(row) for row in report.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        **{name: getattr(row.place, name) for name in PLACE},
        "time": None if row.time is None else written_time(row.time),
        "figures": {name: _figure(figure) for name, figure in row.figures.items()},
        "words": {name: words(text) for name, text in row.words.items()},
        "evidence": [{"time": written_time(one.time), "value": one.value, "of": one.of} for one in row.evidence],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "unit": figure.unit,
        "method": figure.method,
        "inputs": figure.inputs,
        "expected": figure.expected,
        "completeness": completeness_of(figure),
    }


def words(text: Text) -> dict[str, str]:
    """A text in both languages."""
    return {"vi": text.vi, "en": text.en}


def completeness_of(figure: Figure) -> float | None:
    """The completeness of a figure as it is told."""
    return None if figure.completeness is None else round(figure.completeness, 4)


def written_time(moment: datetime) -> str:
    """RFC 3339 in UTC, with Z and with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
