"""What is asked of a report: whose devices, which period, grouped how, in which form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from api.context import SLUG_PATTERN, CommunePath, Ctx, require_commune
from api.errors import ApiProblem, Problem
from api.report_answers import answer
from api.series import FormatQuery, FromQuery, ToQuery
from api.times import parse_range
from devices.model import Text
from reports.errors import BadPeriod, TooLarge
from reports.figures import MOST_ROWS, Group, Report
from reports.periods import FORM, Period, parse_period, whole_hours
from reports.sources import Scope

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Question:
    """A report that is asked for, checked."""

    request: Request
    context: Ctx
    scope: Scope
    by: Group
    format: str | None

    def report(self, make: Callable[..., Report], **given: Any) -> Response:
        """What `make` says of the scope, in the form that is asked for; `given` is what this report alone is asked.

        Raises ApiProblem for an unknown commune and for what reports refuse.
        """
        with self.context.reader.session() as connection:
            require_commune(connection, self.scope.commune)
            try:
                report = make(connection, self.scope, self.by, **given)
            except TooLarge as error:
                raise ApiProblem(
                    Problem.REPORT_TOO_LARGE, error.reason, allowed={"rows": f"at most {MOST_ROWS}"}
                ) from error
        return answer(self.request, report, self.format, self.scope.now, self.scope.commune)


def _question(
    request: Request,
    context: Ctx,
    commune: CommunePath,
    period: Annotated[
        str | None,
        Query(
            description=f"Day, month, quarter, half-year or year of Viet Nam: {FORM}. Not together with from and to.",
            examples=["2026-11"],
        ),
    ] = None,
    start: FromQuery = None,
    end: ToQuery = None,
    by: Annotated[Group, Query(description="Figures of each device, or of all devices of a group.")] = Group.DEVICE,
    hamlet: Annotated[
        str | None, Query(pattern=SLUG_PATTERN, description="Only this hamlet.", examples=["thon-1"])
    ] = None,
    device: Annotated[
        str | None, Query(pattern=SLUG_PATTERN, description="Only this device.", examples=["env-001"])
    ] = None,
    format: FormatQuery = None,
) -> Question:
    now = context.now()
    if period is None:
        asked = whole_hours(*parse_range(start, end, now=now))
    elif start is None and end is None:
        asked = named_period(period)
    else:
        raise _bad_period(
            Text("Chỉ dùng period, hoặc from và to.", "Use either period, or from and to."),
        )
    if asked.end - asked.start > LONGEST:
        raise _bad_period(
            Text(f"Khoảng thời gian dài hơn {LONGEST.days} ngày.", f"The range is longer than {LONGEST.days} days.")
        )
    scope = Scope(commune, asked, context.report_rules, now, hamlet, device)
    return Question(request, context, scope, by, format)


def named_period(period: str) -> Period:
    """A period by its name; raises ApiProblem (bad-range) for one that is none."""
    try:
        return parse_period(period)
    except BadPeriod as error:
        raise _bad_period(error.reason) from None


def _bad_period(reason: Text) -> ApiProblem:
    allowed = {"period": FORM, "longest": f"{LONGEST.days} days"}
    return ApiProblem(Problem.BAD_RANGE, reason, allowed=allowed)


Asked = Annotated[Question, Depends(_question)]
