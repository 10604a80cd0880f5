"""The shapes of questions and answers about the repair of dead letters."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from api.context import LARGEST_ID, SLUG_PATTERN
from api.schemas import Schema
from api.times import TIME_FORM
from devices.reasons import Reason

LARGEST_REPAIR = 1000
"""Most dead letters in one request: a few seconds' work. `next_after` leads on."""


class RepairRequest(Schema):
    """Which dead letters: by number, or all open ones that fit. It must name something: nothing is not everything."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "unknown_device", "dry_run": True}})

    ids: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_ID)]], Field(min_length=1, max_length=LARGEST_REPAIR)] | (
        None
    ) = Field(default=None, description="Numbers of dead letters.", examples=[[42, 43]])
    reason: Reason | None = Field(default=None, description="Only of this reason.", examples=["unknown_device"])
    commune: str | None = Field(
        default=None, pattern=SLUG_PATTERN, description="Only of this commune.", examples=["gia-loc"]
    )
    device: str | None = Field(
        default=None, pattern=SLUG_PATTERN, description="Only of the device of this code.", examples=["env-001"]
    )
    start: str | None = Field(
        default=None, alias="from", description=f"Received from: {TIME_FORM}.", examples=["2026-11-19T00:00:00+07:00"]
    )
    end: str | None = Field(
        default=None, alias="to", description=f"Received before: {TIME_FORM}.", examples=["2026-11-20T00:00:00+07:00"]
    )
    after: int | None = Field(
        default=None, ge=0, le=LARGEST_ID, description="Only those with a larger number.", examples=[None]
    )
    limit: int = Field(default=LARGEST_REPAIR, ge=1, le=LARGEST_REPAIR, description="At most so many, oldest first.")
    dry_run: bool = Field(default=False, description="Say what would come of it, and change nothing.")


class ReplayAnswer(Schema):
    """What a replay came to. The original time of receipt is kept; a second replay of the same changes nothing."""

    dry_run: bool = Field(examples=[False])
    messages: int = Field(description="Messages looked at.", examples=[3])
    settled: int = Field(description="Dead letters that are settled by it.", examples=[3])
    still_open: int = Field(description="Dead letters of these messages that stay open.", examples=[0])
    readings: int = Field(description="Readings stored or completed.", examples=[3])
    elsewhere: int = Field(description="Dead letters that somebody else settled in the meantime.", examples=[0])
    next_after: int | None = Field(
        description="Ask again with this as `after`; null: there are no more.", examples=[None]
    )


class DiscardAnswer(Schema):
    """What was given up. It stays in the ledger as dead-lettered and is not replayed any more."""

    dry_run: bool = Field(examples=[False])
    discarded: int = Field(description="Dead letters that were open and are discarded.", examples=[2])
    next_after: int | None = Field(
        description="Ask again with this as `after`; null: there are no more.", examples=[None]
    )
