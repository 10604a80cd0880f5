"""Numbers, days and periods as Vietnamese documents write them: 1.234,5; ngày 05 tháng 01 năm 2027; quý IV năm 2026."""

from __future__ import annotations

import re
from datetime import date, datetime

from storage.arrivals import LOCAL_TIME

UNKNOWN = "–"
"""What stands where there is no number."""
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_SWAP = str.maketrans(",.", ".,")


def write_number(value: float | None, decimals: int = 0) -> str:
    """A number with points between thousands and a comma before the decimals: 1.234,5."""
    return UNKNOWN if value is None else f"{value:,.{decimals}f}".translate(_SWAP)


def write_share(value: float | None, decimals: int = 1) -> str:
    """A share of 1 as a percentage: 0.8731 is 87,3%."""
    return UNKNOWN if value is None else f"{write_number(value * 100, decimals)}%"


def roman(number: int) -> str:
    """A Roman numeral up to 39."""
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


def write_day(day: date) -> str:
    """A day in figures: 05/01/2027."""
    return f"{day:%d/%m/%Y}"


def write_moment(moment: datetime) -> str:
    """A moment of Viet Nam: 14 giờ 00 ngày 20/11/2026."""
    local = moment.astimezone(LOCAL_TIME)
    return f"{local:%H} giờ {local:%M} ngày {write_day(local.date())}"


def write_clock(moment: datetime) -> str:
    """A moment of Viet Nam in figures: 20/11/2026 14:00."""
    return f"{moment.astimezone(LOCAL_TIME):%d/%m/%Y %H:%M}"


def write_period(period: str) -> str:
    """A period in words: 2026-10 is "tháng 10 năm 2026"; as `parse_period` takes it."""
    year, _, part = period.partition("-")
    if not part:
        return f"năm {year}"
    if part.startswith("Q"):
        return f"quý {roman(int(part[1]))} năm {year}"
    if part.startswith("H"):
        return f"6 tháng {'đầu' if part == 'H1' else 'cuối'} năm {year}"
    month, _, day = part.partition("-")
    if day:
        return f"ngày {day} tháng {month} năm {year}"
    return f"tháng {month} năm {year}"


def unbroken(text: str) -> str:
    """Words that stay on one line."""
    return text.replace(" ", "\u00a0")


def bare_name(commune: str) -> str:
    """The name of a commune without the word for what it is: Xã Gia Lộc is Gia Lộc."""
    return re.sub(r"^(xã|phường|đặc khu|tỉnh|thành phố)\s+", "", commune.strip(), flags=re.IGNORECASE)
