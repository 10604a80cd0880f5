"""The technicians' pages: the list of devices, registering one, and the page of a device."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api import cursors
from api.access import Caller, needs
from api.context import CodePath, CommunePath, Context, Ctx
from api.page_templates import data_block, language_of, page, words_in
from api.words_devices import DEVICE, DEVICES
from api.words_frame import FRAME
from api.words_live import LIVE
from api.words_register import REGISTER
from devices.catalogue import KINDS
from devices.lifecycle import STATE_MEANINGS, STATE_WORDS, may_become, swap_refusal
from devices.model import Text
from devices.people import Role
from devices.registry import DeviceState
from storage import fleet
from storage.reader import ReadConnection

router = APIRouter(include_in_schema=False)

DEVICES_A_PAGE = 50
FILTERS = ("text", "state", "kind", "commune", "hamlet", "lifecycle")
Viewer = Annotated[Caller, needs(Role.VIEWER)]
Technician = Annotated[Caller, needs(Role.TECHNICIAN)]
Word = Annotated[str, Query(max_length=80)]
AGES = (
    (timedelta(seconds=5), "just_now", timedelta(seconds=1)),
    (timedelta(minutes=2), "seconds_ago", timedelta(seconds=1)),
    (timedelta(hours=2), "minutes_ago", timedelta(minutes=1)),
    (timedelta(days=2), "hours_ago", timedelta(hours=1)),
    (timedelta.max, "days_ago", timedelta(days=1)),
)
"""Up to which age it is said in which words and unit; the scripts of the pages say it alike."""


@router.get("/devices")
def device_list(
    request: Request,
    context: Ctx,
    caller: Viewer,
    text: Word = "",
    state: Word = "",
    kind: Word = "",
    commune: Word = "",
    hamlet: Word = "",
    lifecycle: Word = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """The devices with their state, filtered, with a map of the same."""
    given = dict(zip(FILTERS, (text.strip(), state, kind, commune, hamlet, lifecycle), strict=True))
    question = cursors.scope(request.url.path, given)
    place = cursors.decode(cursor, question, (str, str)) if cursor else None
    now = context.now()
    with context.reader.session() as connection:
        found = fleet.list_fleet(
            connection,
            _filter(given),
            now=now,
            limit=DEVICES_A_PAGE + 1,
            after=(str(place[0]), str(place[1])) if place else None,
        )
        options = _options(connection, language_of(request, caller))
    words = words_in(language_of(request, caller), FRAME, DEVICES)
    shown = found[:DEVICES_A_PAGE]
    next_page = None
    if len(found) > len(shown):
        last = (shown[-1].commune, shown[-1].code)
        kept = {name: value for name, value in given.items() if value}
        next_page = f"/devices?{urlencode({**kept, 'cursor': cursors.encode(last, question)})}"
    count = words["devices_found_more" if next_page or place else "devices_found"].format(n=len(shown))
    return page(
        request,
        "devices.html",
        caller,
        DEVICES,
        wanted=given,
        is_filtered=any(given.values()),
        devices=[_line(device, now, words, language_of(request, caller)) for device in shown],
        found=count,
        next_page=next_page,
        may_register=caller.role.at_least(Role.TECHNICIAN),
        may_import=caller.role.at_least(Role.OPERATOR),
        options=options,
    )


@router.get("/devices/new")
def new_device(request: Request, context: Ctx, caller: Technician) -> HTMLResponse:
    """Registering a device.

    The page holds nothing of the person or the database: phones keep it for places without signal, and its scripts ask
    for everything else.
    """
    kinds = [(kind.name, _say(kind.title, language_of(request, caller))) for kind in KINDS.values()]
    return page(request, "device_new.html", caller, DEVICES, REGISTER, LIVE, kinds=kinds, broker=_broker(context))


@router.get("/devices/{commune}/{code}")
def device_page(request: Request, context: Ctx, caller: Viewer, commune: CommunePath, code: CodePath) -> HTMLResponse:
    """Everything about one device."""
    with context.reader.session() as connection:
        found = fleet.find_device(connection, commune, code)
        if found is None:
            return page(request, "missing.html", caller, DEVICE, status_code=404, commune=commune, code=code)
        (device,) = fleet.list_fleet(connection, fleet.FleetFilter(device_id=found[0]), now=context.now())
    language = language_of(request, caller)
    words = words_in(language, FRAME)
    return page(
        request,
        "device.html",
        caller,
        DEVICES,
        DEVICE,
        LIVE,
        device=device,
        broker=_broker(context),
        kind_title=_say(KINDS[device.kind].title, language),
        life=None
        if device.lifecycle == DeviceState.ACTIVE
        else _say(STATE_WORDS[DeviceState(device.lifecycle)], language),
        age=age_words(device.seen_at, context.now(), words),
        steps=data_block(_steps(DeviceState(device.lifecycle), caller.role, language)),
        may_change=caller.role.at_least(Role.TECHNICIAN),
    )


def _steps(now: DeviceState, role: Role, language: str) -> dict[str, Any]:
    """Where a device stands in its life and what a person may do about it, in words."""
    return {
        "now": {"word": _say(STATE_WORDS[now], language), "meaning": _say(STATE_MEANINGS[now], language)},
        "next": [{"state": state, "word": _say(STATE_WORDS[state], language)} for state in may_become(now, role)],
        "may_replace": swap_refusal(now) is None,
    }


def _broker(context: Context) -> Markup:
    """Where devices reach the broker, for the scripts; null where it was not said."""
    return data_block(None if context.broker is None else asdict(context.broker))


def _filter(given: dict[str, str]) -> fleet.FleetFilter:
    """What of a question makes sense; an address that somebody has spoilt shows more, not an error."""
    state, lifecycle = given["state"], given["lifecycle"]
    return fleet.FleetFilter(
        text=given["text"] or None,
        state=fleet.LineState(state) if state in list(fleet.LineState) else None,
        kind=given["kind"] or None,
        commune=given["commune"] or None,
        hamlet=given["hamlet"] or None,
        lifecycle=DeviceState(lifecycle) if lifecycle in list(DeviceState) else None,
        in_use=not lifecycle,
    )


def _options(connection: ReadConnection, language: str) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen in the filters: values and their words."""
    return {
        "communes": [(row.code, row.name) for row in fleet.list_communes(connection)],
        "hamlets": [(row.code, row.name) for row in fleet.list_hamlets(connection)],
        "kinds": [(kind.name, _say(kind.title, language)) for kind in KINDS.values()],
        "lifecycles": [(state.value, _say(words, language)) for state, words in STATE_WORDS.items()],
    }


def _line(device: fleet.FleetDevice, now: datetime, words: dict[str, str], language: str) -> dict[str, Any]:
    kind = _say(KINDS[device.kind].title, language) if device.kind in KINDS else device.kind
    life = DeviceState(device.lifecycle)
    unusual = _say(STATE_WORDS[life], language) if life not in (DeviceState.ACTIVE, DeviceState.REGISTERED) else None
    return {
        "commune": device.commune,
        "code": device.code,
        "name": device.name,
        "kind": device.kind,
        "state": device.state.value,
        "kind_title": kind,
        "detail": " · ".join(filter(None, (device.code, device.hamlet_name, unusual))),
        "age": age_words(device.seen_at, now, words) if device.seen_at else "",
    }


def age_words(then: datetime | None, now: datetime, words: dict[str, str]) -> str:
    """How long ago something was, as the scripts of the pages say it."""
    if then is None:
        return words["never_seen"]
    age = max(now - then, timedelta())
    name, unit = next((name, unit) for limit, name, unit in AGES if age < limit)
    return words[name].format(n=round(age / unit))


def _say(text: Text, language: str) -> str:
    return text.en if language == "en" else text.vi
