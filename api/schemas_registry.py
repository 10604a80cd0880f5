"""The shapes of questions and answers about registering and changing devices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.context import SLUG_PATTERN
from api.schemas import EXAMPLE_TIME, DeviceDetail, Schema, Words
from devices.accounts import AccountState
from devices.registry import DeviceState
from devices.registry_checks import LONGEST_INTERVAL_SECONDS, LONGEST_TAG, MOST_TAGS

LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00]*$"

Line = Annotated[str, Field(max_length=200, pattern=LINE)]
Lines = Annotated[str, Field(max_length=4000, pattern=LINES)]
Code = Annotated[str, Field(pattern=SLUG_PATTERN)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=-1000, le=10_000, allow_inf_nan=False)]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_INTERVAL_SECONDS)]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=LONGEST_TAG, pattern=LINE)]], Field(max_length=MOST_TAGS)
]
BeginState = Literal[DeviceState.PLANNED, DeviceState.REGISTERED]

DEVICE_EXAMPLE: dict[str, Any] = {
    "code": "den-101",
    "kind": "lighting",
    "name": "Đèn cổng chợ",
    "latitude": 20.8737,
    "longitude": 106.3011,
    "serial": "LC-2024-0117",
}


class DeviceMembers(Schema):
    """What may be said of a device at its registration and afterwards."""

    name: Line = Field(default="", description="Name, with accents.", examples=["Đèn cổng chợ"])
    latitude: Degrees | None = Field(default=None, description="WGS 84, degrees.", examples=[20.8737])
    longitude: Degrees | None = Field(default=None, description="WGS 84, degrees.", examples=[106.3011])
    height_m: Metres | None = Field(default=None, description="Metres above the ground.", examples=[6.5])
    hamlet: Code | None = Field(
        default=None, description="Code of the hamlet; without it the one that the place lies in.", examples=["thon-1"]
    )
    site: Code | None = Field(default=None, description="Code of the site.", examples=["cho"])
    expected_interval_seconds: Seconds | None = Field(
        default=None, description="Between messages; null: that of the kind.", examples=[300]
    )
    model: Line = Field(default="", description="Model.", examples=["LC-40"])
    maker: Line = Field(default="", description="Maker.", examples=["Rạng Đông"])
    serial: Line = Field(default="", description="Serial number of the hardware.", examples=["LC-2024-0117"])
    note: Lines = Field(default="", description="Anything else.", examples=["cột số 12"])
    tags: Tags = Field(default=[], description="Words to find it by.", examples=[["đợt 1"]])


class DeviceRequest(DeviceMembers):
    """A device to be registered."""

    model_config = ConfigDict(json_schema_extra={"example": DEVICE_EXAMPLE})

    code: Code = Field(description="Unique in the commune; it never changes.", examples=["den-101"])
    kind: str = Field(description="One of the kinds; it never changes.", examples=["lighting"])
    state: BeginState = Field(
        default=DeviceState.REGISTERED, description="How its life begins.", examples=["registered"]
    )


class DevicePatch(DeviceMembers):
    """What is to change of a device: only the members that are given. Code and kind never change."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Đèn cổng chợ", "height_m": 6.5}})


class StateRequest(Schema):
    """A step of a device's life, and why."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "maintenance", "note": "thay bộ nguồn"}})

    state: DeviceState = Field(description="The state that it is to be led to.", examples=["maintenance"])
    note: Lines = Field(default="", description="Why; kept in the audit trail.", examples=["thay bộ nguồn"])


class ReplaceRequest(Schema):
    """What takes a device's place.

    Without `code`, or with the same one, new hardware goes on under the old code and history, and `serial` is needed.
    With another code a new device is registered in the same place, and the old one is retired.
    """

    model_config = ConfigDict(json_schema_extra={"example": {"serial": "LC-2025-0300", "note": "đèn cũ bị sét đánh"}})

    code: Code | None = Field(default=None, description="Code of a new device; null: the same.", examples=[None])
    serial: Line = Field(default="", description="Serial number of the new hardware.", examples=["LC-2025-0300"])
    model: Line | None = Field(default=None, description="Its model; null: the same model.", examples=["LC-40"])
    maker: Line | None = Field(default=None, description="Its maker; null: the same maker.", examples=["Rạng Đông"])
    note: Lines = Field(default="", description="Why; kept in the audit trail.", examples=["đèn cũ bị sét đánh"])


class AccountGiven(Schema):
    """How the device signs in at the broker. The password is told this once and can only be given anew."""

    username: str = Field(examples=["gia-loc.den-101"])
    client_id: str = Field(description="The only client id that the broker lets in.", examples=["gia-loc.den-101"])
    password: str | None = Field(
        description="Null where this server cannot give one; it can be asked for later.",
        examples=["k7fqd-8mw2x-p3hza-vn5ct"],
    )
    publishes: list[str] = Field(
        description="Topics that it may publish to.", examples=[["xa/gia-loc/lighting/den-101/telemetry"]]
    )
    subscribes: list[str] = Field(
        description="Topics that it may read.", examples=[["xa/gia-loc/lighting/den-101/error"]]
    )
    state: AccountState = Field(description="waiting: the broker is yet to be told.", examples=["waiting"])


class DeviceChanged(Schema):
    """A device after a change."""

    device: DeviceDetail
    warnings: list[Words] = Field(
        description="What is odd about it, though it was done.",
        examples=[[{"vi": "vị trí này nằm ngoài ranh giới các thôn", "en": "this place lies outside the hamlets"}]],
    )


class DeviceRegistered(DeviceChanged):
    """A device that was registered or has new hardware, with its account."""

    account: AccountGiven


class ChainLinkAnswer(Schema):
    """One of the devices that served one after the other at a place."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["den-101"])
    kind: str = Field(examples=["lighting"])
    model: str = Field(examples=["LC-40"])
    maker: str = Field(examples=["Rạng Đông"])
    serial: str = Field(examples=["LC-2024-0117"])
    lifecycle: DeviceState = Field(examples=["active"])
    since: datetime = Field(description="When it was registered.", examples=[EXAMPLE_TIME])
    until: datetime | None = Field(description="When it was retired; null: in service.", examples=[None])
    series: str = Field(
        description="What it measured; add from, to, fields.", examples=["/api/v1/devices/gia-loc/den-101/series"]
    )


class SwapAnswer(Schema):
    """A change of hardware under the same code."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    actor: str = Field(examples=["person:lan"])
    before: dict[str, Any] = Field(examples=[{"serial": "LC-2024-0117"}])
    after: dict[str, Any] = Field(examples=[{"serial": "LC-2025-0300"}])
    note: str | None = Field(examples=["đèn cũ bị sét đánh"])


class HistoryAnswer(Schema):
    """The devices of one place over time, the oldest first, and what was changed of the one asked for."""

    chain: list[ChainLinkAnswer]
    swaps: list[SwapAnswer]
