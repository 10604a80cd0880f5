"""What can be declared: figures that no probe of the commune measures, which operators and ministries give in lists.

A declared figure is told with its source and date, and never together with a measured one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from devices.model import Text


class Form(StrEnum):
    """What a declaration of an indicator holds."""

    SHARE = "share"
    """So many of so many: `part` of `whole`."""
    VALUE = "value"
    """A number in the indicator's unit."""


@dataclass(frozen=True, slots=True)
class DeclaredIndicator:
    """Something that is declared, per hamlet or for the whole commune, by an operator or by an authority.

    `of` says what a share is counted in.
    """

    name: str
    title: Text
    form: Form
    unit: str
    largest: float
    by_operator: bool
    of: Text | None = None


def _share(name: str, vi: str, en: str, of: Text) -> DeclaredIndicator:
    return DeclaredIndicator(name, Text(vi, en), Form.SHARE, "%", 1e7, True, of)


def _value(name: str, vi: str, en: str, unit: str, largest: float) -> DeclaredIndicator:
    return DeclaredIndicator(name, Text(vi, en), Form.VALUE, unit, largest, False)


_HOUSEHOLDS = Text("hộ", "households")
INDICATORS: dict[str, DeclaredIndicator] = {
    indicator.name: indicator
    for indicator in (
        _share(
            "fixed_broadband_1gbps",
            "Người sử dụng có khả năng truy cập băng rộng cố định từ 1 Gb/s",
            "Users who can have fixed broadband of 1 Gb/s and more",
            _HOUSEHOLDS,
        ),
        _share("mobile_5g", "Phủ sóng 5G do nhà mạng công bố", "5G coverage as operators state it", _HOUSEHOLDS),
        _share("mobile_6g", "Phủ sóng 6G do nhà mạng công bố", "6G coverage as operators state it", _HOUSEHOLDS),
        _value(
            "ispeed_fixed_download",
            "i-Speed: tốc độ tải xuống cố định, trung vị",
            "i-Speed: median fixed download",
            "Mbit/s",
            1e5,
        ),
        _value(
            "ispeed_fixed_upload",
            "i-Speed: tốc độ tải lên cố định, trung vị",
            "i-Speed: median fixed upload",
            "Mbit/s",
            1e5,
        ),
        _value(
            "ispeed_mobile_download",
            "i-Speed: tốc độ tải xuống di động, trung vị",
            "i-Speed: median mobile download",
            "Mbit/s",
            1e5,
        ),
        _value(
            "ispeed_mobile_upload",
            "i-Speed: tốc độ tải lên di động, trung vị",
            "i-Speed: median mobile upload",
            "Mbit/s",
            1e5,
        ),
        _value("ispeed_latency", "i-Speed: độ trễ, trung vị", "i-Speed: median latency", "ms", 1e5),
    )
}
"""Everything that can be declared, by name."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line of a list: what is declared of a hamlet, or of the whole commune where `hamlet` is None.

    Shares have `part` and `whole`; values have `value`, and `samples` where the source tells how many are behind it.
    `operator` is the operator's name as a person reads it, empty for an authority's figure.
    """

    indicator: str
    hamlet: str | None
    operator: str = ""
    part: float | None = None
    whole: float | None = None
    value: float | None = None
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a list comes from: who gave it, as what, of which day, and the file that it was read from."""

    source: str
    source_date: date
    file_name: str
    file_sha256: str
    note: str = ""
