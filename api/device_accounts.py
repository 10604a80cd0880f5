"""Routes about the account of a device at the broker: where it stands, and a new password."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import Caller, needs
from api.context import PREFIX, CodePath, CommunePath, Ctx, check_parameter_names, problems, require_device
from api.errors import ApiProblem, Problem
from api.registering import account_members, changing, give_account
from api.schemas import EXAMPLE_TIME, Schema
from api.schemas_registry import AccountGiven
from api.writes import WriteRoute
from devices.accounts import AccountState, DeviceAccount
from devices.model import Text
from devices.people import Role
from devices.registry import DeviceState
from storage.broker_accounts import account_of
from storage.registry import get_device

PATH = "/devices/{commune}/{code}/account"
router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
reads = APIRouter(prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

Technician = Annotated[Caller, needs(Role.TECHNICIAN)]


class AccountAnswer(Schema):
    """The account of a device at the broker. Its password is told once, when it is given, and never here."""

    username: str = Field(examples=["gia-loc.den-101"])
    client_id: str = Field(description="The only client id that the broker lets in.", examples=["gia-loc.den-101"])
    publishes: list[str] = Field(examples=[["xa/gia-loc/lighting/den-101/telemetry"]])
    subscribes: list[str] = Field(examples=[["xa/gia-loc/lighting/den-101/error"]])
    state: AccountState = Field(
        description="waiting: the broker is yet to be told. failed: it said no, and is asked again. needs_password: it "
        "has none, or the broker lost it.",
        examples=["ready"],
    )
    failure: str | None = Field(description="What the broker said to the last try.", examples=[None])
    password_changed_at: datetime | None = Field(examples=[EXAMPLE_TIME])
    applied_at: datetime | None = Field(description="When the broker was last told.", examples=[EXAMPLE_TIME])


class RotateRequest(Schema):
    """Nothing more need be said: an empty object."""


@reads.get(PATH, responses=problems(404, 422))
def account_of_device(context: Ctx, commune: CommunePath, code: CodePath) -> AccountAnswer:
    """What the account of a device is, and how far the broker is; one that was never given needs a password."""
    with context.reader.session() as connection:
        device_id, kind = require_device(connection, commune, code)
        there = account_of(connection, device_id)
    account = DeviceAccount(commune, kind.name, code)
    return AccountAnswer(
        username=account.username,
        client_id=account.client_id,
        publishes=list(account.publishes),
        subscribes=list(account.subscribes),
        state=there.state if there else AccountState.NEEDS_PASSWORD,
        failure=there.failure if there else None,
        password_changed_at=there.password_changed_at if there else None,
        applied_at=there.applied_at if there else None,
    )


@router.post(f"{PATH}/rotate", responses=problems(403, 404, 409, 413, 415, 422))
def rotate_password(
    context: Ctx, caller: Technician, commune: CommunePath, code: CodePath, request: RotateRequest
) -> AccountGiven:
    """Give the device a new password, told in this answer only. The old one ends at once, and the live connection too.

    A device that is retired gets none.
    """
    del request
    with context.reader.session() as connection:
        _, kind = require_device(connection, commune, code)
    if context.sealer is None:
        raise _cannot_give()
    with changing(context, caller) as session:
        row = get_device(session, commune, code)
        if row is None or row.device.state is DeviceState.RETIRED:
            raise _retired(code)
        given = give_account(context, session, row.device_id)
    return AccountGiven(**account_members(commune, kind.name, code, given))


def _cannot_give() -> ApiProblem:
    return ApiProblem(
        Problem.STATE_REFUSED,
        Text(
            "Máy chủ này chưa cấp được mật khẩu: hãy đặt COMMUNE_SECRET_KEY cho api và maintain.",
            "This server can give no passwords: set COMMUNE_SECRET_KEY for api and maintain.",
        ),
    )


def _retired(code: str) -> ApiProblem:
    return ApiProblem(
        Problem.STATE_REFUSED,
        Text(
            f"Thiết bị {code} đã ngừng sử dụng nên không được cấp mật khẩu.",
            f"Device {code} is retired and gets no password.",
        ),
    )
