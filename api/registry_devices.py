"""Routes that change devices: register, describe anew, lead through the life, replace; and the chain of a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response

from api.access import Caller, needs
from api.context import (
    PREFIX,
    CodePath,
    CommunePath,
    Context,
    Ctx,
    check_parameter_names,
    problems,
    require_commune,
    require_device,
)
from api.devices import device_detail
from api.errors import ApiProblem, Problem
from api.registering import account_members, changing, give_account
from api.schemas import Words
from api.schemas_registry import (
    AccountGiven,
    ChainLinkAnswer,
    DeviceChanged,
    DevicePatch,
    DeviceRegistered,
    DeviceRequest,
    HistoryAnswer,
    ReplaceRequest,
    StateRequest,
    SwapAnswer,
)
from api.versions import ExpectedVersions, etag
from api.writes import WriteRoute
from devices.accounts import AccountState
from devices.model import Text
from devices.people import Role
from devices.registry import Device
from storage import audit, device_changes
from storage.broker_accounts import account_of
from storage.device_changes import HARDWARE, Changed
from storage.registration_requests import keep_key, registered_under

router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
reads = APIRouter(prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

Technician = Annotated[Caller, needs(Role.TECHNICIAN)]
RegistrationKey = Annotated[
    UUID | None,
    Header(alias="Idempotency-Key", description="Made by the sender, one a device: sent again, it is the same device."),
]
STATUSES = (403, 404, 413, 415, 422)
CHANGES = (*STATUSES, 412, 428)
PATH = "/devices/{commune}/{code}"


@router.post(
    "/communes/{commune}/devices",
    status_code=201,
    responses={
        **problems(*STATUSES, 409),
        200: {"model": DeviceRegistered, "description": "Registered before under this key"},
    },
)
def register_device(
    response: Response,
    context: Ctx,
    caller: Technician,
    commune: CommunePath,
    request: DeviceRequest,
    key: RegistrationKey = None,
) -> DeviceRegistered:
    """Register a device, and ask for its account at the broker. The password is told in this answer only.

    Without `hamlet` it is given the hamlet whose boundary its place lies in; a place outside them all is warned of.
    With an `Idempotency-Key` that a device was registered under within 90 days, that device is the answer (200),
    without a password: who never heard the first answer may ask again.
    """
    with context.reader.session() as connection:
        require_commune(connection, commune)
    device = Device(commune, **request.model_dump(exclude={"tags"}), tags=tuple(request.tags))
    with changing(context, caller) as session:
        before = registered_under(session, key) if key is not None else None
        if before is None:
            done = device_changes.register(session, device)
            given = give_account(context, session, done.device_id)
            if key is not None:
                keep_key(session, key, done.device_id)
    if before is not None:
        if before != (commune, device.code):
            raise _key_of_another(*before)
        response.status_code = 200
        return _registered_before(context, response, *before)
    _name_new(response, commune, device.code, done)
    return DeviceRegistered(
        device=device_detail(context, commune, device.code),
        warnings=_warnings(done),
        account=AccountGiven(**account_members(commune, device.kind, device.code, given)),
    )


@router.patch(PATH, responses=problems(*CHANGES))
def change_device(
    response: Response,
    context: Ctx,
    caller: Technician,
    expected: ExpectedVersions,
    commune: CommunePath,
    code: CodePath,
    request: DevicePatch,
) -> DeviceChanged:
    """Change what is said of a device: only the members that are given.

    With another place and without `hamlet` the hamlet is found again.
    """
    _require(context, commune, code)
    members = request.model_dump(include=request.model_fields_set)
    if "tags" in members:
        members["tags"] = tuple(members["tags"])
    with changing(context, caller, current=_current(context, commune, code)) as session:
        done = device_changes.describe(session, (commune, code), members, expected=expected)
    return _changed(response, context, commune, code, done)


@router.post(f"{PATH}/state", responses=problems(*CHANGES, 409))
def change_state(
    response: Response,
    context: Ctx,
    caller: Technician,
    expected: ExpectedVersions,
    commune: CommunePath,
    code: CodePath,
    request: StateRequest,
) -> DeviceChanged:
    """Lead a device to another state of its life. To retire it needs the role operator, and is final."""
    _require(context, commune, code)
    with changing(context, caller, current=_current(context, commune, code)) as session:
        done = device_changes.change_state(
            session, (commune, code), request.state, role=caller.role, note=request.note, expected=expected
        )
    return _changed(response, context, commune, code, done)


@router.post(
    f"{PATH}/replace",
    responses={**problems(*CHANGES, 409), 201: {"model": DeviceRegistered, "description": "A new device"}},
)
def replace_device(
    response: Response,
    context: Ctx,
    caller: Technician,
    expected: ExpectedVersions,
    commune: CommunePath,
    code: CodePath,
    request: ReplaceRequest,
) -> DeviceRegistered:
    """Put a new piece of hardware in a device's place. Its account has a new password, told in this answer only.

    Under the same code (200) the device goes on with its history. Under another code (201) a new device is registered
    in the same place, and the old one is retired, for which the role operator is needed; its history stays with it.
    """
    kind = _require(context, commune, code)
    members = {name: getattr(request, name) for name in HARDWARE if getattr(request, name) is not None}
    fresh = request.code if request.code != code else None
    with changing(context, caller, current=_current(context, commune, code)) as session:
        if fresh is None:
            done = device_changes.swap(session, (commune, code), members, note=request.note, expected=expected)
        else:
            done = device_changes.succeed(
                session,
                (commune, code),
                members | {"code": fresh},
                role=caller.role,
                note=request.note,
                expected=expected,
            )
        given = give_account(context, session, done.device_id)
    if fresh is None:
        _say_version(response, done)
    else:
        response.status_code = 201
        _name_new(response, commune, fresh, done)
    served = fresh or code
    return DeviceRegistered(
        device=device_detail(context, commune, served),
        warnings=_warnings(done),
        account=AccountGiven(**account_members(commune, kind, served, given)),
    )


@reads.get(f"{PATH}/history", responses=problems(404, 422))
def history_of_device(context: Ctx, commune: CommunePath, code: CodePath) -> HistoryAnswer:
    """The devices that served one after the other at this place, and the hardware of this one.

    Each device keeps its own history: ask `series` of each for its time to have that of the place.
    """
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
        chain = device_changes.chain_of(connection, device_id)
        swaps = audit.swaps_of(connection, f"{commune}/{code}")
    return HistoryAnswer(
        chain=[
            ChainLinkAnswer(
                commune=link.commune,
                code=link.code,
                kind=link.kind,
                model=link.model,
                maker=link.maker,
                serial=link.serial,
                lifecycle=link.state,
                since=link.registered_at,
                until=link.retired_at,
                series=f"{PREFIX}/devices/{link.commune}/{link.code}/series",
            )
            for link in chain
        ],
        swaps=[
            SwapAnswer(at=e.at, actor=e.actor, before=e.before or {}, after=e.after or {}, note=e.note) for e in swaps
        ],
    )


def _registered_before(context: Context, response: Response, commune: str, code: str) -> DeviceRegistered:
    with context.reader.session() as connection:
        device_id, kind = require_device(connection, commune, code)
        account = account_of(connection, device_id)
    state = account.state if account is not None else AccountState.NEEDS_PASSWORD
    response.headers["Location"] = f"{PREFIX}/devices/{commune}/{code}"
    response.headers["Cache-Control"] = "no-store"
    return DeviceRegistered(
        device=device_detail(context, commune, code),
        warnings=[],
        account=AccountGiven(**account_members(commune, kind.name, code, (None, state))),
    )


def _key_of_another(commune: str, code: str) -> ApiProblem:
    return ApiProblem(
        Problem.NOT_REGISTRABLE,
        Text(
            f"Idempotency-Key này là của thiết bị {commune}/{code} đã đăng ký. Hãy dùng khoá mới cho thiết bị khác.",
            f"This Idempotency-Key is of device {commune}/{code}, which is registered. Another device needs a new one.",
        ),
        allowed={"Idempotency-Key": "a new UUID"},
    )


def _require(context: Context, commune: str, code: str) -> str:
    """The kind of a device; raises ApiProblem (404) before anything is changed."""
    with context.reader.session() as connection:
        return require_device(connection, commune, code)[1].name


def _current(context: Context, commune: str, code: str) -> Callable[[], tuple[int, Mapping[str, Any]]]:
    def current() -> tuple[int, Mapping[str, Any]]:
        device = device_detail(context, commune, code)
        return device.version, device.model_dump(mode="json")

    return current


def _changed(response: Response, context: Context, commune: str, code: str, done: Changed) -> DeviceChanged:
    _say_version(response, done)
    return DeviceChanged(device=device_detail(context, commune, code), warnings=_warnings(done))


def _name_new(response: Response, commune: str, code: str, done: Changed) -> None:
    response.headers["Location"] = f"{PREFIX}/devices/{commune}/{code}"
    _say_version(response, done)


def _say_version(response: Response, done: Changed) -> None:
    response.headers["ETag"] = etag(done.version)
    response.headers["Cache-Control"] = "no-store"


def _warnings(done: Changed) -> list[Words]:
    return [Words.of(warning) for warning in done.warnings]
