"""The parts around the text of an administrative report: NĐ 30/2020/NĐ-CP, appendix I.

The number, the day and the signature are left open: they come when a person signs. What stands elsewhere than by
default is a rule of the commune.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reports.documents.words import bare_name
from storage.arrivals import LOCAL_TIME

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
TYPE = "BÁO CÁO"
CITIES = frozenset({"Hà Nội", "Huế", "Hải Phòng", "Đà Nẵng", "Cần Thơ", "Hồ Chí Minh"})
"""Provinces that are cities under the central government."""


class LetterRules(BaseModel):
    """How the documents of one commune begin and end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agency: Annotated[
        tuple[str, ...] | None, Field(description="Lines of who issues it; unset: ỦY BAN NHÂN DÂN and the commune.")
    ] = None
    symbol: Annotated[str, Field(description="Behind the number.")] = "BC-UBND"
    place: Annotated[str | None, Field(description="Before the day; unset: the name of the commune.")] = None
    addressees: Annotated[tuple[str, ...], Field(description="Kính gửi; none: the line is left out.")] = ()
    grounds: Annotated[tuple[str, ...], Field(description="Căn cứ besides those of the report itself.")] = ()
    signed_by: Annotated[tuple[str, ...], Field(description="Lines of who signs.")] = (
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    )
    signer: Annotated[str, Field(description="Name of who signs; empty: left open.")] = ""
    recipients: Annotated[
        tuple[str, ...] | None, Field(description="Nơi nhận; unset: the province, the Party and the council.")
    ] = None


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts around the text, as they are printed."""

    agency: tuple[str, ...]
    symbol: str
    place: str
    dated: str
    addressees: tuple[str, ...]
    grounds: tuple[str, ...]
    signed_by: tuple[str, ...]
    signer: str
    recipients: tuple[str, ...]
    issuer: str
    """Who issues it, within a sentence."""

    @property
    def number(self) -> str:
        """The line of the number, which is given when it is signed."""
        return f"Số:        /{self.symbol}"

    @property
    def attached(self) -> str:
        """What stands under the title of an annex."""
        return f"(Kèm theo Báo cáo số        /{self.symbol} {self.dated} của {self.issuer})"

    @property
    def place_and_day(self) -> str:
        """Where and when it is signed."""
        return f"{self.place}, {self.dated}"


def make_letter(commune: str, province: str, at: datetime, rules: LetterRules | None = None) -> Letter:
    """The letter of a commune for data that go up to a moment; only the year of its day is known."""
    rules = rules or LetterRules()
    above = ("thành phố" if bare_name(province) in CITIES else "tỉnh") + f" {bare_name(province)}"
    return Letter(
        agency=rules.agency or ("ỦY BAN NHÂN DÂN", commune.upper()),
        symbol=rules.symbol,
        place=rules.place or bare_name(commune),
        dated=f"ngày      tháng      năm {at.astimezone(LOCAL_TIME).year}",
        addressees=rules.addressees,
        grounds=rules.grounds,
        signed_by=rules.signed_by,
        signer=rules.signer,
        issuer=" ".join(rules.agency) if rules.agency else f"Ủy ban nhân dân {commune[:1].lower()}{commune[1:]}",
        recipients=rules.recipients
        or (
            f"Ủy ban nhân dân {above} (để báo cáo)",
            "Thường trực Đảng ủy, Thường trực HĐND",
            "Chủ tịch, các Phó Chủ tịch UBND",
        ),
    )
