"""The shapes of what is said of alerts and their rules, with the examples that the OpenAPI document shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from alerts.rules import Measure, Severity, Side
from api.schemas import EXAMPLE_TIME, NextCursor, Schema, Words
from storage.alert_desk import AlertState

SLUG = Annotated[str, StringConstraints(pattern="^[a-z0-9_-]{2,63}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class AlertAnswer(Schema):
    """Something that calls for a person."""

    id: int = Field(examples=[42])
    state: AlertState = Field(description="open, acknowledged, silenced or resolved.", examples=["open"])
    rule: str = Field(description="The rule that opened it: GET /api/v1/alert-rules.", examples=["flood_level_2"])
    title: Words
    severity: Severity = Field(examples=["serious"])
    subject: str = Field(description="Device, place or part of the system.", examples=["gia-loc/wl-001"])
    commune: str | None = Field(description="Null: about the system itself.", examples=["gia-loc"])
    device: str | None = Field(description="Null: not about one device.", examples=["wl-001"])
    members: list[str] = Field(description="Devices for which this one alert stands.", examples=[[]])
    detail: Words
    opened_at: datetime = Field(examples=[EXAMPLE_TIME])
    seen_at: datetime = Field(description="When its cause was last seen.", examples=[EXAMPLE_TIME])
    closed_at: datetime | None = Field(examples=[None])
    acknowledged_at: datetime | None = Field(examples=[None])
    acknowledged_by: str | None = Field(examples=["person:lan"])
    silenced_until: datetime | None = Field(examples=[None])
    silenced_by: str | None = Field(examples=[None])


class AlertCommentAnswer(Schema):
    """What somebody said of an alert."""

    at: datetime = Field(examples=[EXAMPLE_TIME])
    author: str = Field(examples=["person:lan"])
    text: str = Field(examples=["Đã gọi điện lực, 15 giờ có điện lại."])


class AlertDetail(AlertAnswer):
    """An alert with what was said of it."""

    comments: list[AlertCommentAnswer]


class AlertPage(Schema):
    """Alerts, the newest first."""

    items: list[AlertAnswer]
    next_cursor: NextCursor


class AlertSilence(Schema):
    """Until when nobody is told."""

    model_config = ConfigDict(json_schema_extra={"example": {"until": EXAMPLE_TIME}})

    until: datetime | None = Field(
        description="With an offset, at most 31 days ahead. Null: from now on again.", examples=[EXAMPLE_TIME]
    )


class AlertCommentRequest(Schema):
    """What is to be said of an alert."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "Đã gọi điện lực."}})

    text: Line = Field(examples=["Đã gọi điện lực."])


class AlertRuleAnswer(Schema):
    """A rule with its numbers where no place sets them otherwise."""

    name: str = Field(examples=["rain_3h"])
    severity: Severity = Field(examples=["serious"])
    title: Words
    advice: Words = Field(description="What to do.")
    kinds: list[str] = Field(description="Kinds of device whose readings it compares.", examples=[["water_level"]])
    field: str | None = Field(description="Null: it is about no reading.", examples=["rainfall"])
    measure: Measure = Field(description="What of the field is compared.", examples=["sum"])
    window_seconds: int = Field(examples=[10800])
    side: Side = Field(examples=["above"])
    threshold: float | None = Field(description="Null: it sleeps until a place sets one.", examples=[50.0])
    margin: float = Field(description="It closes when the measure is back by so much.", examples=[5.0])
    hold_seconds: int = Field(description="It opens when passed for so long.", examples=[0])


class AlertRuleList(Schema):
    """Every rule."""

    items: list[AlertRuleAnswer]


class AlertOverrideRequest(Schema):
    """A rule set otherwise for a commune, or for one hamlet or device of it; null: as the rule has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"rule": "flood_level_1", "commune": "gia-loc", "device": "wl-001", "threshold": 150.0}
        }
    )

    rule: str = Field(examples=["flood_level_1"])
    commune: SLUG = Field(examples=["gia-loc"])
    hamlet: SLUG | None = Field(None, examples=[None])
    device: SLUG | None = Field(None, examples=["wl-001"])
    enabled: bool = Field(True, examples=[True])
    threshold: float | None = Field(None, ge=-1e9, le=1e9, examples=[150.0])
    margin: float | None = Field(None, ge=0, le=1e9, examples=[5.0])
    hold_seconds: int | None = Field(None, ge=0, le=604_800, examples=[600])


class AlertOverrideAnswer(AlertOverrideRequest):
    """A rule that is set otherwise."""

    id: int = Field(examples=[7])


class AlertOverridePlace(Schema):
    """A rule, and the commune, hamlet or device at which it is set otherwise."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"rule": "flood_level_1", "commune": "gia-loc", "device": "wl-001"}}
    )

    rule: str = Field(examples=["flood_level_1"])
    commune: SLUG = Field(examples=["gia-loc"])
    hamlet: SLUG | None = Field(None, examples=[None])
    device: SLUG | None = Field(None, examples=["wl-001"])


class AlertOverrideUndone(Schema):
    """What is set for the place now; null: it has the rule as it is."""

    override: AlertOverrideAnswer | None


class AlertOverrideList(Schema):
    """Rules that are set otherwise."""

    items: list[AlertOverrideAnswer]
