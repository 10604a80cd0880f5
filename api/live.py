"""The live check: what has come of one device since a moment, and in words why what it sends does not come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.access import needs
from api.context import PREFIX, CodePath, CommunePath, Ctx, check_parameter_names, problems, require_device
from api.live_findings import Finding, Surroundings, findings
from api.schemas import EXAMPLE_TIME, Schema, Words
from api.times import TIME_FORM, parse_optional_time
from devices.accounts import AccountState
from devices.model import Kind
from devices.people import Role
from devices.registry import DeviceState
from storage import fleet
from storage.broker_accounts import account_of
from storage.broker_refusals import refusals_of
from storage.latest import LatestReading
from storage.live import heard_since
from storage.readiness import ingest_state

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

SinceQuery = Annotated[
    str | None, Query(description=f"Only what came since: {TIME_FORM}. Default: now, to begin with.")
]


class LiveValue(Schema):
    """The newest value of a field, ready to be shown."""

    field: str = Field(examples=["pm25"])
    keys: dict[str, str] = Field(examples=[{}])
    title: Words = Field(examples=[{"vi": "Bụi mịn PM2.5", "en": "Fine dust PM2.5"}])
    value: float | bool | str = Field(examples=[31.4])
    unit: str | None = Field(examples=["µg/m³"])
    decimals: int = Field(examples=[1])
    time: datetime = Field(examples=[EXAMPLE_TIME])


class LiveHappening(Schema):
    """A status (online, offline) or an event."""

    name: str = Field(examples=["online"])
    received_at: datetime = Field(examples=[EXAMPLE_TIME])


class LiveFinding(Schema):
    """Something that keeps values away or spoils them, what to do about it, and how often it was seen."""

    code: str = Field(examples=["wrong_password"])
    severity: Literal["error", "warning", "info"] = Field(examples=["error"])
    text: Words = Field(examples=[{"vi": "Sai mật khẩu.", "en": "The password is wrong."}])
    advice: Words = Field(examples=[{"vi": "Nhập lại mật khẩu.", "en": "Type the password again."}])
    at: datetime | None = Field(examples=[EXAMPLE_TIME])
    times: int = Field(examples=[1])


class LiveCounts(Schema):
    """Messages of the device since the beginning of a day."""

    received: int = Field(examples=[4])
    stored: int = Field(examples=[2])
    duplicate: int = Field(examples=[1])
    dead_lettered: int = Field(examples=[1])


class LiveAnswer(Schema):
    """What a person beside the device wants to know. Ask again with the same `since`, twice a second at most."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    since: datetime = Field(examples=[EXAMPLE_TIME])
    lifecycle: DeviceState = Field(examples=["registered"])
    account: AccountState | None = Field(description="null: it has none.", examples=["ready"])
    values: list[LiveValue]
    happenings: list[LiveHappening]
    findings: list[LiveFinding] = Field(description="The gravest first.")
    counts: LiveCounts = Field(description="Its messages since the beginning of the day of `since`, UTC+7.")


@router.get("/devices/{commune}/{code}/live", responses=problems(404, 422))
def live(
    response: Response, context: Ctx, commune: CommunePath, code: CodePath, since: SinceQuery = None
) -> LiveAnswer:
    """What has come of a device since a moment: values, or why there are none, in words for the person beside it."""
    response.headers["Cache-Control"] = "no-store"
    now = context.now()
    start = parse_optional_time("since", since) or now
    with context.reader.session() as connection:
        device_id, kind = require_device(connection, commune, code)
        (device,) = fleet.list_fleet(connection, fleet.FleetFilter(device_id=device_id), now=now)
        heard = heard_since(connection, kind, device_id, start)
        account = account_of(connection, device_id)
        surroundings = Surroundings(
            now=now,
            since=start,
            lifecycle=DeviceState(device.lifecycle),
            account=account,
            refusals=refusals_of(connection, device_id, start, now=now),
            ingest=ingest_state(connection),
        )
    return LiveAnswer(
        at=now,
        since=start,
        lifecycle=surroundings.lifecycle,
        account=account.state if account else None,
        values=_values(kind, heard.readings),
        happenings=[LiveHappening(name=h.name, received_at=h.received_at) for h in heard.happenings],
        findings=[_finding(found) for found in findings(kind, heard, surroundings)],
        counts=LiveCounts(**asdict(heard.counts)),
    )


def _values(kind: Kind, readings: Sequence[LatestReading]) -> list[LiveValue]:
    values = []
    for reading in readings:
        for name, newest in reading.values.items():
            field = kind.by_name[name]
            assert newest.value is not None, "the latest-value table holds no absent values"
            values.append(
                LiveValue(
                    field=name,
                    keys=reading.keys,
                    title=Words.of(field.title),
                    value=newest.value,
                    unit=field.unit.symbol or None if field.unit else None,
                    decimals=field.decimals,
                    time=newest.time,
                )
            )
    return values


def _finding(found: Finding) -> LiveFinding:
    return LiveFinding(
        code=found.code,
        severity=found.severity,
        text=Words.of(found.text),
        advice=Words.of(found.advice),
        at=found.at,
        times=found.times,
    )
