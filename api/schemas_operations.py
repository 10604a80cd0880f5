"""The shapes of what the screen of an operations centre shows, with the examples of the OpenAPI document."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas import EXAMPLE_TIME, Schema, Words
from api.schemas_alerts import AlertAnswer
from reports.rivers import Trend
from storage.fleet import LineState


class KindStanding(Schema):
    """How many devices of a kind are in which state."""

    kind: str = Field(examples=["environment"])
    title: Words
    on: int = Field(examples=[11])
    late: int = Field(examples=[0])
    off: int = Field(examples=[1])
    never: int = Field(examples=[0])


class AlertsStanding(Schema):
    """Alerts that are not over. `items` are the gravest, those that nobody has taken on first."""

    critical: int = Field(examples=[0])
    serious: int = Field(examples=[1])
    warning: int = Field(examples=[3])
    info: int = Field(examples=[0])
    acknowledged: int = Field(description="Of them: somebody has taken them on.", examples=[1])
    silenced: int = Field(description="Not counted above and not listed: silenced for a time.", examples=[0])
    items: list[AlertAnswer]


class StationAir(Schema):
    """VN_AQI of the last hour for which a station has one, at most three hours back; null: it has none."""

    id: str = Field(description="commune/code.", examples=["gia-loc/env-001"])
    name: str = Field(examples=["Trạm UBND xã"])
    index: int | None = Field(examples=[78])
    hour: datetime | None = Field(description="The beginning of the hour.", examples=[EXAMPLE_TIME])
    level: Words | None
    rgb: str | None = Field(description="Colour of the level (QĐ 1459/QĐ-TCMT).", examples=["#FFFF00"])
    main_pollutant: Words | None
    advice: Words | None
    indicative: bool = Field(description="Low-cost sensors: tham khảo.", examples=[True])


class RiverStanding(Schema):
    """A river at a gauge. Levels in cm above the gauge's zero."""

    id: str = Field(description="commune/code.", examples=["gia-loc/wl-001"])
    name: str = Field(examples=["Trạm thủy văn cầu Gỗ"])
    level_cm: float = Field(examples=[215.0])
    time: datetime = Field(examples=[EXAMPLE_TIME])
    is_fresh: bool = Field(description="False: the gauge is silent, the level is an old one.", examples=[True])
    limits_cm: list[float | None] = Field(description="Báo động 1, 2, 3; null: not set.", examples=[[200, 260, 310]])
    alarm: int | None = Field(description="Báo động that is reached, 0: none; null: no limits.", examples=[1])
    cm_an_hour: float | None = Field(description="Rise since an hour before; null: not known.", examples=[12.5])
    trend: Trend | None = Field(description="steady: less than 2 cm an hour.", examples=["rising"])


class OperationsAnswer(Schema):
    """Everything that the screen shows, as it is now."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    build: str = Field(description="Changes with the page's own files.", examples=["8c1f0e5d2b7a4c33"])
    place: str = Field(examples=["Xã Gia Lộc, Hải Phòng"])
    ingest_behind_seconds: float | None = Field(
        description="By how much what is stored may be behind what devices sent; null: ingest never ran.",
        examples=[0.4],
    )
    devices: dict[str, LineState] = Field(
        description="State of each device in use, by commune/code.", examples=[{"gia-loc/env-001": "on"}]
    )
    kinds: list[KindStanding]
    alerts: AlertsStanding
    air: list[StationAir] = Field(description="The worst first.")
    rivers: list[RiverStanding] = Field(description="Those nearest to an alarm level first.")
