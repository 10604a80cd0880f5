"""The route of series of many devices together: by hamlet, or the commune as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import cursors
from api.access import needs
from api.context import (
    PREFIX,
    SLUG_PATTERN,
    CommunePath,
    Ctx,
    CursorQuery,
    check_parameter_names,
    kind_of_query,
    link_to,
    next_cursor,
    problems,
    require_commune,
)
from api.errors import ApiProblem, Problem
from api.schemas_data import GroupSeriesAnswer
from api.series import AggregateQuery, FieldsQuery, FromQuery, ToQuery
from api.series_columns import bucket_columns, describe_column, wanted_fields
from api.times import check_length, parse_bucket, parse_range, parse_time, write_time
from devices.model import Text
from devices.people import Role
from storage.aggregates import group_aggregates
from storage.series import GroupPage, group_series, members_of
from storage.series_sql import SeriesColumn

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

LARGEST_LIMIT = 20_000
DEFAULT_LIMIT = 10_000
HOUR = timedelta(hours=1)

HoursQuery = Annotated[
    str, Query(description="Width of a bucket: whole hours, such as 1h, or days, 1d.", examples=["1h"])
]


@router.get("/communes/{commune}/series", responses=problems(400, 404, 422), response_model=GroupSeriesAnswer)
def group_series_route(
    request: Request,
    context: Ctx,
    commune: CommunePath,
    kind: Annotated[str, Query(description="Kind of the devices.", examples=["environment"])],
    by: Annotated[
        Literal["commune", "hamlet"],
        Query(description="commune: all devices of the kind together; hamlet: those of each hamlet."),
    ] = "commune",
    hamlet: Annotated[
        str | None, Query(pattern=SLUG_PATTERN, description="Only devices of this hamlet.", examples=["thon-1"])
    ] = None,
    fields: FieldsQuery = None,
    start: FromQuery = None,
    end: ToQuery = None,
    bucket: HoursQuery = "1h",
    aggregate: AggregateQuery = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="Most points on a page.")] = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """Fields of all devices of a kind together, in buckets of hours or days counted in UTC+7.

    Means and shares are over all readings of all devices; rises, seconds and changes are those of each, added up.
    """
    chosen = kind_of_query(kind)
    since, until = parse_range(start, end, now=context.now())
    width = _whole_hours(bucket)
    check_length(since, until, width)
    columns = bucket_columns(chosen, wanted_fields(chosen, fields), aggregate, group_aggregates)
    after = _position(request, cursor)
    with context.reader.session() as connection:
        require_commune(connection, commune)
        members = members_of(connection, commune, chosen, hamlet)
        members = dict.fromkeys(members, commune) if by == "commune" else members
        page = group_series(connection, chosen, members, columns, since, until, width=width, limit=limit, after=after)
    token = next_cursor(request, None if page.after is None else (write_time(page.after[0]), page.after[1]))
    answer = {
        "commune": commune,
        "kind": chosen.name,
        "by": by,
        "start": write_time(since),
        "end": write_time(until),
        "bucket": bucket,
        "bucket_seconds": int(width.total_seconds()),
        "columns": [describe_column(column) for column in columns],
        "points": _points(page, columns),
        "next_cursor": token,
    }
    headers = {"Cache-Control": "no-cache", **link_to(request, token)}
    return Response(orjson.dumps(answer), media_type="application/json", headers=headers)


def _whole_hours(text: str) -> timedelta:
    """The width of a bucket; raises ApiProblem (bad-bucket) for one that is not made of hours."""
    width = parse_bucket(text)
    if width % HOUR:
        raise ApiProblem(
            Problem.BAD_BUCKET,
            Text(
                "Nhóm của nhiều thiết bị phải tròn giờ, ví dụ 1h, 6h, 1d.",
                "A bucket of many devices is made of whole hours, such as 1h, 6h, 1d.",
            ),
            allowed={"bucket": "such as 1h, 6h, 1d"},
        )
    return width


def _position(request: Request, cursor: str | None) -> tuple[Any, str] | None:
    if cursor is None:
        return None
    time, member = map(str, cursors.decode(cursor, cursors.scope_of(request), [str, str]))
    return parse_time("cursor", time), member


def _points(page: GroupPage, columns: list[SeriesColumn]) -> list[dict[str, object]]:
    names = [column.name for column in columns]
    return [
        {
            "time": write_time(point.time),
            "group": point.member,
            "values": dict(zip(names, point.values, strict=True)),
        }
        for point in page.points
    ]
