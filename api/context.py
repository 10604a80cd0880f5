"""What every route needs: the database, the time, and parameters that are checked in one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from fastapi.dependencies.models import Dependant

from api import cursors
from api.errors import ApiProblem, Problem, close_to, shown
from api.provider import Provider
from api.schemas import ProblemAnswer
from devices.accounts import BrokerEndpoint
from devices.catalogue import KINDS
from devices.model import Kind, Text
from devices.passwords import Sealer
from devices.people import SignInRules
from reports.rules import ReportRules
from storage import fleet
from storage.reader import ReadConnection, Reader
from storage.registrar import Registrar
from storage.repairs import Repairs

PREFIX = "/api/v1"
DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000
LARGEST_ID = 2**63 - 1
SLUG_PATTERN = "^[a-z0-9_-]{2,63}$"


@dataclass(frozen=True, slots=True)
class Context:
    """The database and the clock of one application.

    `repairs` writes to the database; None where nobody may. `ready_lag_seconds` is how far ingest may be behind.
    `registrar` writes people and the registry; None where nobody may, and then nobody can sign in either.
    `provider`: through whom people may sign in besides.
    `sealer` closes the passwords of devices; None where nobody can give one.
    """

    reader: Reader
    now: Callable[[], datetime]
    repairs: Repairs | None = None
    ready_lag_seconds: int = 0
    registrar: Registrar | None = None
    sign_in: SignInRules = field(default_factory=SignInRules)
    provider: Provider | None = None
    sealer: Sealer | None = None
    broker: BrokerEndpoint | None = None
    """Where devices reach the broker; None where it was not said."""
    report_rules: ReportRules = field(default_factory=ReportRules)
    """The numbers by which reports are made."""


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


def check_parameter_names(request: Request) -> None:
    """Refuse a query parameter that the route does not have or that is given twice: a slip would change the answer."""
    given = [name for name, _ in request.query_params.multi_items()]
    known = query_parameters(request.scope["route"].dependant) if given else []
    for name in given:
        if name not in known:
            listed = ", ".join(known) or "–"
            raise ApiProblem(
                Problem.UNKNOWN_PARAMETER,
                Text(
                    f"Không có tham số {shown(name)!r}. Cho phép: {listed}.",
                    f"There is no parameter {shown(name)!r}. Allowed: {listed}.",
                ),
                allowed=known,
                did_you_mean=close_to(name, known),
            )
        if given.count(name) > 1:
            raise ApiProblem(
                Problem.INVALID_PARAMETER,
                Text(f"Tham số {name} được đưa ra hai lần.", f"The parameter {name} is given twice."),
                allowed={name: "once"},
            )


def query_parameters(dependant: Dependant) -> list[str]:
    """The names of the query parameters of a route, its dependencies' too, in the order of their declaration."""
    names = [parameter.alias for parameter in dependant.query_params]
    for inner in dependant.dependencies:
        names += query_parameters(inner)
    return list(dict.fromkeys(names))


Ctx = Annotated[Context, Depends(_context)]
CommunePath = Annotated[str, Path(pattern=SLUG_PATTERN, description="Code of the commune.", examples=["gia-loc"])]
CodePath = Annotated[str, Path(pattern=SLUG_PATTERN, description="Code of the device.", examples=["env-001"])]
CommuneQuery = Annotated[
    str | None, Query(pattern=SLUG_PATTERN, description="Only this commune.", examples=["gia-loc"])
]
KindQuery = Annotated[str | None, Query(description="Only this kind.", examples=["environment"])]
CursorQuery = Annotated[str | None, Query(description="The next_cursor of the page before.")]
LimitQuery = Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="Most entries on a page.")]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for OpenAPI; every route may also answer 500 and 503."""
    titles = {status: [p for p in Problem if p.status == status] for status in (*statuses, 500, 503)}
    return {
        status: {"model": ProblemAnswer, "description": "; ".join(p.title.en for p in listed)}
        for status, listed in titles.items()
    }


def kind_of_path(name: str) -> Kind:
    """The kind of a path; raises ApiProblem (404)."""
    if name not in KINDS:
        raise _unknown_kind(Problem.UNKNOWN_KIND, name)
    return KINDS[name]


def kind_of_query(name: str) -> Kind:
    """The kind of a parameter; raises ApiProblem (422)."""
    if name not in KINDS:
        raise _unknown_kind(Problem.INVALID_PARAMETER, name)
    return KINDS[name]


def _unknown_kind(problem: Problem, name: str) -> ApiProblem:
    reason = Text(
        f"Không có loại thiết bị {shown(name)!r}. Có: {', '.join(KINDS)}.",
        f"There is no kind {shown(name)!r}. There are: {', '.join(KINDS)}.",
    )
    return ApiProblem(problem, reason, allowed=list(KINDS), did_you_mean=close_to(name, KINDS))


def require_commune(connection: ReadConnection, code: str) -> None:
    """Raise ApiProblem (404) when no commune has this code."""
    codes = [commune.code for commune in fleet.list_communes(connection)]
    if code not in codes:
        raise ApiProblem(
            Problem.UNKNOWN_COMMUNE,
            Text(f"Không có xã {code!r}.", f"There is no commune {code!r}."),
            allowed=codes,
            did_you_mean=close_to(code, codes),
        )


def require_device(connection: ReadConnection, commune: str, code: str) -> tuple[int, Kind]:
    """The number and the kind of a device; raises ApiProblem (404) with codes that look alike."""
    found = fleet.find_device(connection, commune, code)
    if found is None:
        require_commune(connection, commune)
        raise ApiProblem(
            Problem.UNKNOWN_DEVICE,
            Text(f"Xã {commune} không có thiết bị {code!r}.", f"Commune {commune} has no device {code!r}."),
            allowed=f"{PREFIX}/devices?commune={commune}",
            did_you_mean=close_to(code, fleet.device_codes(connection, commune)),
        )
    device_id, kind = found
    return device_id, KINDS[kind]


def next_page(request: Request, response: Response, place: cursors.Place | None) -> str | None:
    """The cursor of the next page, also set as a Link header; None where there is none."""
    token = next_cursor(request, place)
    response.headers.update(link_to(request, token))
    return token


def next_cursor(request: Request, place: cursors.Place | None) -> str | None:
    """The cursor of the next page, which begins after `place`; None where there is none."""
    return None if place is None else cursors.encode(place, cursors.scope_of(request))


def link_to(request: Request, token: str | None) -> dict[str, str]:
    """The header that links to the next page by its cursor; none where there is none."""
    if token is None:
        return {}
    # A relative reference: behind a proxy the process does not know the address by which it is reached.
    return {"Link": f'<?{request.url.include_query_params(cursor=token).query}>; rel="next"'}


def text_part(part: str | int) -> str:
    """A part of a place that was declared as text."""
    return str(part)
