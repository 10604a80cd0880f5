"""The shapes of answers about kinds, places and devices, with the examples that the OpenAPI document shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from devices.model import Text
from devices.registry import DeviceState
from storage.fleet import LineState

EXAMPLE_TIME = "2026-11-20T03:15:00Z"


class Schema(BaseModel):
    """Base of all answers: immutable, and nothing beside what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Schema):
    """The same words in Vietnamese and in English."""

    vi: str = Field(examples=["Bụi mịn PM2.5"])
    en: str = Field(examples=["Fine dust PM2.5"])

    @classmethod
    def of(cls, text: Text) -> Words:
        """The words of a text of the catalogue."""
        return cls(vi=text.vi, en=text.en)


NextCursor = Annotated[
    str | None, Field(description="Hand it back as cursor for the next page; null: no more.", examples=[None])
]
WORDS = {"vi": "Bụi mịn PM2.5", "en": "Fine dust PM2.5"}


class ProblemAnswer(BaseModel):
    """A problem document (RFC 9457). `reason` is for people; `allowed` says what would have been accepted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/api/v1/problems/unknown-field",
                "title": "Unknown field",
                "status": 422,
                "detail": "environment has no field pm2.",
                "instance": "/api/v1/devices/gia-loc/env-001/series",
                "reason": {"vi": "environment không có trường pm2.", "en": "environment has no field pm2."},
                "allowed": ["temperature", "pm1", "pm25", "pm10"],
                "did_you_mean": ["pm25"],
            }
        }
    )

    type: str = Field(description="URI reference of the type of problem; it answers with an explanation.")
    title: str
    status: int
    detail: str
    instance: str
    reason: Words
    allowed: str | list[str] | dict[str, str] | None = None
    did_you_mean: list[str] | None = None
    errors: list[dict[str, Any]] | None = None
    current: dict[str, Any] | None = Field(default=None, description="What is there now, with a 412.")


class ProblemTypeAnswer(Schema):
    """A type of problem."""

    type: str = Field(examples=["/api/v1/problems/unknown-field"])
    status: int = Field(examples=[422])
    title: Words = Field(examples=[{"vi": "Loại thiết bị không có trường này", "en": "Unknown field"}])


class FieldAnswer(Schema):
    """One field of a kind. The unit is fixed and never sent by devices."""

    name: str = Field(examples=["pm25"])
    behaviour: Literal["gauge", "counter", "state", "label", "key"] = Field(examples=["gauge"])
    unit: str | None = Field(description="Symbol of the unit; null where there is none.", examples=["µg/m³"])
    minimum: float | None = Field(description="Smallest value accepted.", examples=[0.0])
    maximum: float | None = Field(description="Largest value accepted.", examples=[1000.0])
    decimals: int = Field(description="Digits after the point that are worth showing.", examples=[1])
    circular: bool = Field(description="A direction in degrees; its mean is circular.", examples=[False])
    choices: list[str] = Field(description="The only words accepted; empty: any.", examples=[[]])
    required: bool = Field(description="A key without which a reading has no identity.", examples=[False])
    aggregates: list[str] = Field(
        description="Aggregates allowed in buckets, the usual one first.",
        examples=[["mean", "min", "max", "last", "count"]],
    )
    title: Words = Field(examples=[WORDS])
    meaning: Words = Field(examples=[WORDS])


class KindSummary(Schema):
    """A kind of field device."""

    name: str = Field(examples=["environment"])
    title: Words = Field(examples=[{"vi": "Trạm quan trắc môi trường", "en": "Environment station"}])
    meaning: Words = Field(examples=[{"vi": "Đo chất lượng không khí", "en": "Measures air quality"}])
    domain: Words = Field(examples=[{"vi": "Giám sát môi trường", "en": "Environmental monitoring"}])
    interval_seconds: int = Field(description="How often such a device usually reports.", examples=[60])


class KindAnswer(KindSummary):
    """A kind with all its fields, keys included."""

    fields: list[FieldAnswer]


class KindList(Schema):
    """All kinds, in the order of the documentation."""

    items: list[KindAnswer]


class HamletAnswer(Schema):
    """A place inside a commune (xóm, thôn, khối, tổ dân phố)."""

    code: str = Field(examples=["thon-1"])
    name: str = Field(examples=["Thôn 1"])
    type: str = Field(examples=["thon"])
    population: int | None = Field(examples=[812])


class SiteAnswer(Schema):
    """A place of public interest."""

    code: str = Field(examples=["ubnd"])
    name: str = Field(examples=["Trụ sở UBND xã"])
    type: str = Field(examples=["ubnd"])
    hamlet: str | None = Field(examples=["thon-1"])
    latitude: float = Field(examples=[20.8737])
    longitude: float = Field(examples=[106.3011])


class CommuneAnswer(Schema):
    """A commune with its hamlets and sites."""

    code: str = Field(examples=["gia-loc"])
    name: str = Field(examples=["Gia Lộc"])
    province: str = Field(examples=["Hải Phòng"])
    latitude: float = Field(examples=[20.8737])
    longitude: float = Field(examples=[106.3011])
    is_sample: bool = Field(description="Its geometry is a sample, not a survey.", examples=[True])
    devices: int = Field(description="Devices registered.", examples=[120])
    hamlets: list[HamletAnswer]
    sites: list[SiteAnswer]


class CommuneList(Schema):
    """All communes by code."""

    items: list[CommuneAnswer]


class DeviceAnswer(Schema):
    """A device and the state that it is in now."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["env-001"])
    kind: str = Field(examples=["environment"])
    name: str = Field(examples=["Trạm môi trường UBND"])
    hamlet: str | None = Field(examples=["thon-1"])
    hamlet_name: str | None = Field(examples=["Thôn 1"])
    site: str | None = Field(examples=["ubnd"])
    site_name: str | None = Field(examples=["Trụ sở UBND xã"])
    latitude: float | None = Field(description="WGS 84, degrees.", examples=[20.8737])
    longitude: float | None = Field(description="WGS 84, degrees.", examples=[106.3011])
    height_m: float | None = Field(description="Metres above the ground.", examples=[4.0])
    expected_interval_seconds: int = Field(examples=[60])
    lifecycle: DeviceState = Field(description="Where it stands in its life.", examples=["active"])
    state: LineState = Field(
        description="on; late: silent for more than 2 intervals; off: more than 5, or it said so; never heard.",
        examples=["on"],
    )
    tags: list[str] = Field(examples=[["đợt 1"]])
    reading_time: datetime | None = Field(description="Newest time of a reading.", examples=[EXAMPLE_TIME])
    seen_at: datetime | None = Field(description="When it was last heard.", examples=[EXAMPLE_TIME])


class DevicePage(Schema):
    """Devices by commune and code."""

    at: datetime = Field(description="The moment that states and ages refer to.", examples=[EXAMPLE_TIME])
    items: list[DeviceAnswer]
    next_cursor: NextCursor


class DeviceDetail(DeviceAnswer):
    """Everything that is known of one device but its readings."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    model: str = Field(examples=["EM500"])
    maker: str = Field(examples=["Milesight"])
    serial: str = Field(examples=["6126A2"])
    note: str = Field(examples=[""])
    registered_at: datetime = Field(examples=[EXAMPLE_TIME])
    updated_at: datetime = Field(examples=[EXAMPLE_TIME])
    retired_at: datetime | None = Field(examples=[None])
    version: int = Field(description="Rises with every change; the ETag.", examples=[3])
    replaces: str | None = Field(description="Code of the device whose place it took.", examples=["env-000"])
    replaced_by: str | None = Field(description="Code of the device that took its place.", examples=[None])
    may_become: list[DeviceState] = Field(
        description="The states that it may be led to now.", examples=[["maintenance", "retired"]]
    )
    photo: str | None = Field(description="Where its photo is.", examples=["/api/v1/devices/gia-loc/env-001/photo"])
    open_dead_letters: int = Field(description="Of its messages, set aside and open.", examples=[0])


class DeviceProperties(DeviceAnswer):
    """What a GeoJSON feature says of its device: all of it but the coordinates, which the geometry gives."""

    latitude: float | None = Field(exclude=True)
    longitude: float | None = Field(exclude=True)


class Feature(Schema):
    """A GeoJSON feature (RFC 7946). `geometry` is null where the place is not known."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["gia-loc/env-001"])
    geometry: dict[str, Any] | None = Field(examples=[{"type": "Point", "coordinates": [106.3011, 20.8737]}])
    properties: dict[str, Any] = Field(examples=[{"kind": "environment", "state": "on"}])


class FeatureCollection(Schema):
    """A GeoJSON feature collection (RFC 7946): WGS 84, longitude before latitude."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    at: datetime = Field(description="The moment that states refer to.", examples=[EXAMPLE_TIME])
    features: list[Feature]
