"""Reports as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import orjson
from fastapi import Request, Response

from api.series import CSV, wants_csv
from api.times import write_time
from devices.sheets.writing import Value, csv_bytes
from reports.as_json import PLACE, completeness_of, report_members
from reports.figures import Report, Row


def answer(request: Request, report: Report, format_: str | None, now: datetime, commune: str) -> Response:
    """The report in the form that is asked for. It may have 20,000 rows, which are not taken through the model."""
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if wants_csv(format_, request.headers.get("accept", "")):
        headers["Content-Disposition"] = f'attachment; filename="{commune}-{report.name}.csv"'
        return Response(write_csv(report), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return Response(orjson.dumps(report_members(report, now)), media_type="application/json", headers=headers)


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
            yield from (figure.value, figure.method, completeness_of(figure))
    for name in words:
        text = row.words.get(name)
        yield None if text is None else text.vi
