"""The settings of what is kept: how long, and in what form."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

DAYS_BY_KIND = r"^([a-z][a-z0-9_]*:\d{1,5}(,[a-z][a-z0-9_]*:\d{1,5})*)?$"


class KeepingSettings(BaseSettings):
    """How long dead letters, readings and hours are kept, and when readings become columns."""

    dead_letter_retention_days: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="`commune maintain` deletes dead letters that were received longer ago than this, replayed or "
            "not, and counts them in the ledger. The default leaves half a year, the longest gap between two reports, "
            "to find and mend a mistake. 0: they are kept for ever.",
        ),
    ] = 180
    reading_retention_days: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="`commune maintain` deletes readings whose time is longer ago than this, once their hours and "
            "days are rolled up, and counts them in the ledger. 0: they are kept for ever.",
        ),
    ] = 0
    reading_retention_days_by_kind: Annotated[
        str,
        Field(
            pattern=DAYS_BY_KIND,
            description="The same for some kinds, like camera:90,signal_probe:30; it goes before the setting for all.",
        ),
    ] = ""
    hourly_retention_days: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="The same for the hours of the rollups; never less than readings are kept. Days are kept for "
            "ever. 0: hours are kept for ever.",
        ),
    ] = 0
    hourly_retention_days_by_kind: Annotated[
        str,
        Field(
            pattern=DAYS_BY_KIND,
            description="The same for some kinds, like camera:365; it goes before the setting for all.",
        ),
    ] = ""
    columnstore_after_days: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="`commune maintain` makes columns of the readings of a week that ended longer ago than this, "
            "once their hours are rolled up: they take a fraction of the room. Later than late data usually comes, for "
            "what comes after that is written more slowly. TimescaleDB Community only; on every other edition it does "
            "nothing. 0: never.",
        ),
    ] = 30
