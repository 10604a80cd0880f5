"""Reports as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from fastapi import Request, Response

from api.series import CSV, wants_csv
from api.times import write_time
from devices.model import Text
from devices.sheets.writing import Value, csv_bytes
from reports.figures import Figure, Report, Row

PLACE = ("commune", "hamlet", "kind", "device", "part")


def answer(request: Request, report: Report, format_: str | None, now: datetime, commune: str) -> Response:
    """The report in the form that is asked for. It may have 20,000 rows, which are not taken through the model."""
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if wants_csv(format_, request.headers.get("accept", "")):
        headers["Content-Disposition"] = f'attachment; filename="{commune}-{report.name}.csv"'
        return Response(write_csv(report), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return Response(orjson.dumps(_json(report, now)), media_type="application/json", headers=headers)


def _json(report: Report, now: datetime) -> dict[str, Any]:
    """The members of a ReportAnswer."""
    return {
        "report": report.name,
        "at": write_time(now),
        "start": write_time(report.period.start),
        "end": write_time(report.period.end),
        "by": report.group.value,
        "methods": {
            name: {"name": _words(method.name), "formula": method.formula, "source": method.source}
            for name, method in report.methods.items()
        },
        "notes": [_words(note) for note in report.notes],
        "items": [_row(row) for row in report.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        **{name: getattr(row.place, name) for name in PLACE},
        "time": None if row.time is None else write_time(row.time),
        "figures": {name: _figure(figure) for name, figure in row.figures.items()},
        "words": {name: _words(text) for name, text in row.words.items()},
        "evidence": [{"time": write_time(one.time), "value": one.value, "of": one.of} for one in row.evidence],
    }


def _words(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "unit": figure.unit,
        "method": figure.method,
        "inputs": figure.inputs,
        "expected": figure.expected,
        "completeness": _completeness(figure),
    }


def write_csv(report: Report) -> bytes:
    """A line for each row: its time and place, of each figure the value, method and completeness, then the words in
    Vietnamese. It bears the mark without which spreadsheets misread them.
    """
    figures = list(dict.fromkeys(name for row in report.rows for name in row.figures))
    words = list(dict.fromkeys(name for row in report.rows for name in row.words))
    columns = [column for name in figures for column in (name, f"{name}_method", f"{name}_completeness")]
    return csv_bytes(["time", *PLACE, *columns, *words], ([*_cells(row, figures, words)] for row in report.rows))


def _cells(row: Row, figures: Sequence[str], words: Sequence[str]) -> Iterator[Value]:
    yield None if row.time is None else write_time(row.time)
    for name in PLACE:
        yield getattr(row.place, name)
    for name in figures:
        figure = row.figures.get(name)
        if figure is None:
            yield from (None, None, None)
        else:
            yield from (figure.value, figure.method, _completeness(figure))
    for name in words:
        text = row.words.get(name)
        yield None if text is None else text.vi


def _completeness(figure: Figure) -> float | None:
    return None if figure.completeness is None else round(figure.completeness, 4)
