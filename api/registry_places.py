"""Routes that register and change communes, hamlets and sites, and tell which hamlet a place lies in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import Caller, needs
from api.context import (
    PREFIX,
    SLUG_PATTERN,
    CommunePath,
    Context,
    Ctx,
    check_parameter_names,
    problems,
    require_commune,
)
from api.errors import ApiProblem, Problem, close_to
from api.registering import changing
from api.schemas import HamletAnswer, Words
from api.schemas_places import (
    CommuneDetail,
    CommunePatch,
    CommuneRequest,
    HamletAtAnswer,
    HamletDetail,
    HamletPatch,
    HamletRequest,
    SiteDetail,
    SitePatch,
    SiteRequest,
)
from api.versions import ExpectedVersions, etag
from api.writes import WriteRoute
from devices.geometry import Areas
from devices.model import Text
from devices.people import Role
from devices.placing import settle
from devices.registry import Commune, Device, Hamlet, Site
from storage import place_changes, places
from storage.device_changes import areas_of
from storage.place_changes import Versioned

LARGEST_BOUNDARY_BYTES = 1024 * 1024


class PlaceRoute(WriteRoute):
    """A route whose body may hold a boundary."""

    most_bytes = LARGEST_BOUNDARY_BYTES


router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[Depends(check_parameter_names)], route_class=PlaceRoute
)
reads = APIRouter(prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

Operator = Annotated[Caller, needs(Role.OPERATOR)]
Administrator = Annotated[Caller, needs(Role.ADMINISTRATOR)]
HamletPath = Annotated[str, Path(pattern=SLUG_PATTERN, description="Code of the hamlet.", examples=["thon-1"])]
SitePath = Annotated[str, Path(pattern=SLUG_PATTERN, description="Code of the site.", examples=["ubnd"])]
NEW = (403, 409, 413, 415, 422)
CHANGES = (403, 404, 412, 413, 415, 422, 428)
Answer = TypeVar("Answer", CommuneDetail, HamletDetail, SiteDetail)
COMMUNE = "/communes/{commune}"
HAMLET = "/communes/{commune}/hamlets/{hamlet}"
SITE = "/communes/{commune}/sites/{site}"


@reads.get(COMMUNE, responses=problems(404, 422))
def get_commune(response: Response, context: Ctx, commune: CommunePath) -> CommuneDetail:
    """One commune as it is registered. The ETag is its version."""
    return _told(response, _commune(context, commune), CommuneDetail)


@router.post("/communes", status_code=201, responses=problems(*NEW))
def register_commune(response: Response, context: Ctx, caller: Administrator, request: CommuneRequest) -> CommuneDetail:
    """Register a commune (xã), with a point inside it."""
    with changing(context, caller) as session:
        places.add_commune(session, Commune(**request.model_dump()))
    response.headers["Location"] = f"{PREFIX}/communes/{request.code}"
    return _told(response, _commune(context, request.code), CommuneDetail)


@router.patch(COMMUNE, responses=problems(*CHANGES))
def change_commune(
    response: Response,
    context: Ctx,
    caller: Administrator,
    expected: ExpectedVersions,
    commune: CommunePath,
    request: CommunePatch,
) -> CommuneDetail:
    """Change what is said of a commune: only the members that are given."""
    _commune(context, commune)
    with changing(context, caller, current=_current(lambda: _commune(context, commune))) as session:
        place_changes.change_commune(session, commune, _given(request), expected=expected)
    return _told(response, _commune(context, commune), CommuneDetail)


@reads.get(HAMLET, responses=problems(404, 422))
def get_hamlet(response: Response, context: Ctx, commune: CommunePath, hamlet: HamletPath) -> HamletDetail:
    """One hamlet as it is registered, with its boundary. The ETag is its version."""
    return _told(response, _hamlet(context, commune, hamlet), HamletDetail)


@router.post("/communes/{commune}/hamlets", status_code=201, responses=problems(*NEW, 404))
def register_hamlet(
    response: Response, context: Ctx, caller: Operator, commune: CommunePath, request: HamletRequest
) -> HamletDetail:
    """Register a hamlet (thôn, xóm, khối, tổ dân phố) of a commune.

    Rings of a boundary are closed and do not cross themselves; what is wrong is said in words.
    """
    _commune(context, commune)
    with changing(context, caller) as session:
        places.add_hamlet(session, commune, Hamlet(**_given(request) | {"type": request.type}))
    response.headers["Location"] = f"{PREFIX}/communes/{commune}/hamlets/{request.code}"
    return _told(response, _hamlet(context, commune, request.code), HamletDetail)


@router.patch(HAMLET, responses=problems(*CHANGES))
def change_hamlet(
    response: Response,
    context: Ctx,
    caller: Operator,
    expected: ExpectedVersions,
    commune: CommunePath,
    hamlet: HamletPath,
    request: HamletPatch,
) -> HamletDetail:
    """Change what is said of a hamlet: only the members that are given. Devices keep the hamlet that they have."""
    _hamlet(context, commune, hamlet)
    with changing(context, caller, current=_current(lambda: _hamlet(context, commune, hamlet))) as session:
        place_changes.change_hamlet(session, commune, hamlet, _given(request), expected=expected)
    return _told(response, _hamlet(context, commune, hamlet), HamletDetail)


@reads.get(SITE, responses=problems(404, 422))
def get_site(response: Response, context: Ctx, commune: CommunePath, site: SitePath) -> SiteDetail:
    """One site as it is registered. The ETag is its version."""
    return _told(response, _site(context, commune, site), SiteDetail)


@router.post("/communes/{commune}/sites", status_code=201, responses=problems(*NEW, 404))
def register_site(
    response: Response, context: Ctx, caller: Operator, commune: CommunePath, request: SiteRequest
) -> SiteDetail:
    """Register a site of public interest; without `hamlet` it is given the one that its place lies in."""
    _commune(context, commune)
    with changing(context, caller) as session:
        site = Site(**request.model_dump())
        found = areas_of(session, commune).locate(site.longitude, site.latitude)
        places.add_site(session, commune, site if site.hamlet else replace(site, hamlet=found))
    response.headers["Location"] = f"{PREFIX}/communes/{commune}/sites/{request.code}"
    return _told(response, _site(context, commune, request.code), SiteDetail)


@router.patch(SITE, responses=problems(*CHANGES))
def change_site(
    response: Response,
    context: Ctx,
    caller: Operator,
    expected: ExpectedVersions,
    commune: CommunePath,
    site: SitePath,
    request: SitePatch,
) -> SiteDetail:
    """Change what is said of a site: only the members that are given."""
    _site(context, commune, site)
    with changing(context, caller, current=_current(lambda: _site(context, commune, site))) as session:
        place_changes.change_site(session, commune, site, _given(request), expected=expected)
    return _told(response, _site(context, commune, site), SiteDetail)


@reads.get("/hamlet-at", responses=problems(404, 422))
def hamlet_at(
    context: Ctx,
    commune: Annotated[str, Query(pattern=SLUG_PATTERN, description="Code of the commune.", examples=["gia-loc"])],
    latitude: Annotated[float, Query(ge=-90, le=90, description="WGS 84, degrees.", examples=[20.8737])],
    longitude: Annotated[float, Query(ge=-180, le=180, description="WGS 84, degrees.", examples=[106.3011])],
) -> HamletAtAnswer:
    """The hamlet whose boundary a place lies in; a place on the border of two belongs to the first by code."""
    with context.reader.session() as connection:
        require_commune(connection, commune)
        areas: Areas = areas_of(connection, commune)
        hamlets = {hamlet.code: hamlet for hamlet in places.list_hamlets(connection, commune)}
    probe = Device(commune, "here", "", latitude=latitude, longitude=longitude)
    placed, warnings = settle(probe, areas, hamlet_given=False)
    found = hamlets[placed.hamlet] if placed.hamlet else None
    answer = None
    if found is not None:
        answer = HamletAnswer(code=found.code, name=found.name, type=found.type.value, population=found.population)
    return HamletAtAnswer(commune=commune, hamlet=answer, warnings=[Words.of(warning) for warning in warnings])


def _given(request: HamletPatch | SitePatch | CommunePatch) -> dict[str, Any]:
    """The members that a request gives; a boundary as JSON text, as the registry keeps it."""
    members = request.model_dump(include=request.model_fields_set)
    if members.get("boundary") is not None:
        members["boundary"] = json.dumps(members["boundary"])
    return members


def _commune(context: Context, commune: str) -> Versioned[Commune]:
    with context.reader.session() as connection:
        require_commune(connection, commune)
        found = place_changes.get_commune(connection, commune)
    assert found is not None, "communes are never deleted"
    return found


def _hamlet(context: Context, commune: str, code: str) -> Versioned[Hamlet]:
    with context.reader.session() as connection:
        require_commune(connection, commune)
        found = place_changes.get_hamlet(connection, commune, code)
        if found is None:
            known = [hamlet.code for hamlet in places.list_hamlets(connection, commune)]
            raise _unknown(Problem.UNKNOWN_HAMLET, Text("thôn", "hamlet"), commune, code, known)
        return found


def _site(context: Context, commune: str, code: str) -> Versioned[Site]:
    with context.reader.session() as connection:
        require_commune(connection, commune)
        found = place_changes.get_site(connection, commune, code)
        if found is None:
            known = [site.code for site in places.list_sites(connection, commune)]
            raise _unknown(Problem.UNKNOWN_SITE, Text("địa điểm", "site"), commune, code, known)
        return found


def _unknown(problem: Problem, what: Text, commune: str, code: str, known: list[str]) -> ApiProblem:
    return ApiProblem(
        problem,
        Text(f"Xã {commune} không có {what.vi} {code!r}.", f"Commune {commune} has no {what.en} {code!r}."),
        allowed=known,
        did_you_mean=close_to(code, known),
    )


def _told(response: Response, found: Versioned[Any], answer: type[Answer]) -> Answer:
    response.headers["ETag"] = etag(found.version)
    return answer(**_members(found))


def _members(found: Versioned[Any]) -> dict[str, Any]:
    members = asdict(found.place) | {"version": found.version}
    if members.get("boundary") is not None:
        members["boundary"] = json.loads(members["boundary"])
    return members


def _current(read: Callable[[], Versioned[Any]]) -> Callable[[], tuple[int, Mapping[str, Any]]]:
    def current() -> tuple[int, Mapping[str, Any]]:
        found = read()
        return found.version, _members(found)

    return current
