"""The shapes of answers about the import of many devices."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Schema, Words
from storage.import_verdicts import Outcome

REASON = {"vi": "không có thôn 'thon-9'; hiện có: thon-1 (Thôn 1)", "en": "there is no hamlet 'thon-9'; there are: ..."}


class ChangeAnswer(Schema):
    """A field that a row describes otherwise than it is registered."""

    field: str = Field(examples=["name"])
    before: str | int | float | None = Field(examples=["Đèn 1"])
    after: str | int | float | None = Field(examples=["Đèn cổng chợ"])


class VerdictAnswer(Schema):
    """What becomes of one row, or would become of it if nothing were refused."""

    line: int = Field(description="The row as the file shows it.", examples=[2])
    code: str = Field(description="As the row has it; empty where it has none.", examples=["den-101"])
    kind: str = Field(examples=["lighting"])
    name: str = Field(examples=["Đèn cổng chợ"])
    hamlet: str | None = Field(description="Found from the place where the row names none.", examples=["thon-1"])
    outcome: Outcome = Field(examples=["added"])
    changes: list[ChangeAnswer] = Field(examples=[[]])
    reasons: list[Words] = Field(description="Why it is refused.", examples=[[REASON]])
    warnings: list[Words] = Field(description="What is odd, and no reason to refuse.", examples=[[]])


class NewAccountAnswer(Schema):
    """The account of a device that this import has registered; the password is told this once."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["den-101"])
    kind: str = Field(examples=["lighting"])
    username: str = Field(examples=["gia-loc.den-101"])
    client_id: str = Field(examples=["gia-loc.den-101"])
    password: str | None = Field(
        description="Null where this server cannot give one; it can be asked for later.",
        examples=["k7fqd-8mw2x-p3hza-vn5ct"],
    )


class SheetAnswer(Schema):
    """A file within the answer: it is not kept on the server."""

    name: str = Field(examples=["tai-khoan-gia-loc-2026-11-20.xlsx"])
    media_type: str = Field(examples=["text/csv; charset=utf-8"])
    base64: str = Field(examples=["77u/TcOj"])


class ImportAnswer(Schema):
    """A verdict a row. Unless `done`, nothing was written: on a dry run, and where any row is refused."""

    dry_run: bool = Field(examples=[True])
    done: bool = Field(examples=[False])
    etag: str = Field(
        description="Send it as If-Match to import no other than what was tried.",
        examples=['"a0b1c2d3e4f5a0b1c2d3e4f5"'],
    )
    rows: int = Field(examples=[120])
    added: int = Field(examples=[100])
    changed: int = Field(examples=[12])
    unchanged: int = Field(examples=[7])
    refused: int = Field(examples=[1])
    warned: int = Field(description="Rows with warnings.", examples=[3])
    notes: list[Words] = Field(description="On the file as a whole.", examples=[[]])
    unused_columns: list[Words] = Field(description="A word on each column that is not known.", examples=[[]])
    verdicts: list[VerdictAnswer]
    accounts: list[NewAccountAnswer] = Field(description="Of the devices that were registered by it, once.")
    sheets: list[SheetAnswer] = Field(description="The accounts as files, where they are asked for.")


class ImportProgress(Schema):
    """A line of a streamed answer: so many rows are through. The last line holds `report` or `problem`."""

    through: int = Field(examples=[250])
    rows: int = Field(examples=[5000])


FORMS: dict[str, Literal["csv", "xlsx", "json"]] = {
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/json": "json",
    "application/octet-stream": "csv",
}
"""The media types that an import takes. What the bytes are is seen from themselves."""
