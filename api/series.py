"""The route of series: readings as they are, or in buckets, as JSON or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import cursors
from api.access import needs
from api.context import (
    PREFIX,
    CodePath,
    CommunePath,
    Ctx,
    CursorQuery,
    check_parameter_names,
    link_to,
    next_cursor,
    problems,
    require_device,
)
from api.schemas_data import SeriesAnswer
from api.series_columns import bucket_columns, describe_column, raw_columns, wanted_fields
from api.times import BUCKET_FORM, TIME_FORM, check_length, parse_bucket, parse_range, parse_time, write_time
from devices.model import Kind
from devices.people import Role
from storage.series import Point, Position, SeriesPage, bucketed_series, raw_series
from storage.series_sql import SeriesColumn

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

DEFAULT_LIMIT = 1000
LARGEST_LIMIT = 10_000
CSV = "text/csv"
CSV_EXAMPLE = "time,pm25\r\n2026-11-20T03:15:00Z,31.4\r\n"

FieldsQuery = Annotated[
    str | None, Query(description="Names of fields, separated by commas. Default: all.", examples=["pm25,pm10"])
]
FromQuery = Annotated[
    str | None, Query(alias="from", description=f"First moment: {TIME_FORM}. Default: 24 hours before `to`.")
]
ToQuery = Annotated[str | None, Query(alias="to", description=f"Moment after the last: {TIME_FORM}. Default: now.")]
BucketQuery = Annotated[
    str | None, Query(description=f"Width of a bucket: {BUCKET_FORM}. Default: readings as they are.", examples=["1h"])
]
AggregateQuery = Annotated[
    str | None,
    Query(
        description="Aggregates, separated by commas, that every field allows. Default: the usual one of each.",
        examples=["mean,max"],
    ),
]
FormatQuery = Annotated[
    Literal["json", "csv"] | None, Query(description="json or csv. Default: by the Accept header, else json.")
]


@dataclass(frozen=True, slots=True)
class Question:
    """A series that is asked for, checked."""

    kind: Kind
    columns: list[SeriesColumn]
    start: datetime
    end: datetime
    bucket: str | None
    width: timedelta | None


@router.get(
    "/devices/{commune}/{code}/series",
    responses={**problems(400, 404, 422), 200: {"content": {CSV: {"example": CSV_EXAMPLE}}}},
    response_model=SeriesAnswer,
)
def series(
    request: Request,
    context: Ctx,
    commune: CommunePath,
    code: CodePath,
    fields: FieldsQuery = None,
    start: FromQuery = None,
    end: ToQuery = None,
    bucket: BucketQuery = None,
    aggregate: AggregateQuery = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="Most points on a page.")] = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
    format: FormatQuery = None,
) -> Response:
    """Fields of a device between two times: readings as they are, or aggregates in buckets counted in UTC+7."""
    since, until = parse_range(start, end, now=context.now())
    width = None if bucket is None else parse_bucket(bucket)
    check_length(since, until, width)
    with context.reader.session() as connection:
        device_id, kind = require_device(connection, commune, code)
        chosen = wanted_fields(kind, fields)
        columns = raw_columns(chosen, aggregate) if width is None else bucket_columns(kind, chosen, aggregate)
        after = _position(request, kind, cursor)
        if width is None:
            page = raw_series(
                connection, kind, device_id, [c.field for c in columns], since, until, limit=limit, after=after
            )
        else:
            page = bucketed_series(
                connection, kind, device_id, columns, since, until, width=width, limit=limit, after=after
            )
    question = Question(kind, columns, since, until, bucket, width)
    token = next_cursor(request, _place(page.after))
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", **link_to(request, token)}
    if wants_csv(format, request.headers.get("accept", "")):
        headers["Content-Disposition"] = f'attachment; filename="{commune}-{code}.csv"'
        return Response(write_csv(question, page), media_type=f"{CSV}; charset=utf-8", headers=headers)
    content = orjson.dumps(_json(question, page, commune, code, token))
    return Response(content, media_type="application/json", headers=headers)


def _place(position: Position | None) -> cursors.Place | None:
    return None if position is None else (write_time(position.time), *position.keys)


def _position(request: Request, kind: Kind, cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    time, *keys = map(str, cursors.decode(cursor, cursors.scope_of(request), [str] * (1 + len(kind.keys))))
    return Position(parse_time("cursor", time), tuple(keys))


def wants_csv(format_: str | None, accept: str) -> bool:
    """Whether the answer is to be CSV: `format` decides, else an Accept header that names CSV and not JSON."""
    if format_ is not None:
        return format_ == "csv"
    return CSV in accept and "application/json" not in accept


def _json(question: Question, page: SeriesPage, commune: str, code: str, token: str | None) -> dict[str, Any]:
    """The members of a SeriesAnswer. A page may hold 10,000 points, which are not taken through the model."""
    names = [column.name for column in question.columns]
    keys = [key.name for key in question.kind.keys]
    return {
        "commune": commune,
        "code": code,
        "kind": question.kind.name,
        "start": write_time(question.start),
        "end": write_time(question.end),
        "bucket": question.bucket,
        "bucket_seconds": None if question.width is None else int(question.width.total_seconds()),
        "columns": [describe_column(column) for column in question.columns],
        "points": [
            {
                "time": write_time(point.time),
                "keys": dict(zip(keys, point.keys, strict=True)),
                "time_source": None if point.time_source is None else point.time_source.name.lower(),
                "values": dict(zip(names, point.values, strict=True)),
            }
            for point in page.points
        ],
        "next_cursor": token,
    }


def write_csv(question: Question, page: SeriesPage) -> bytes:
    """A header and a line for each point: time, keys, columns. Lines end as RFC 4180 has it."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["time", *(key.name for key in question.kind.keys), *(column.name for column in question.columns)])
    writer.writerows(_line(point) for point in page.points)
    return output.getvalue().encode()


def _line(point: Point) -> Sequence[str]:
    return [write_time(point.time), *(_cell(part) for part in (*point.keys, *point.values))]


def _cell(value: float | bool | str | None) -> str:
    """A value as text. Words come from devices: one that a spreadsheet would take for a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    return repr(value)
