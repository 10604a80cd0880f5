"""Why a report cannot be given."""

from __future__ import annotations

from devices.model import Text


class ReportError(Exception):
    """A report cannot be given; the message says why, in English."""


class BadRules(ReportError):
    """The file of rules for reports cannot be used; the message names the place and what is expected there."""


class BadPeriod(ReportError):
    """A period is not written as one, or is too long; `reason` says so in both languages."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class TooLarge(ReportError):
    """A report would have too many rows; `reason` says how many and how to ask for fewer."""

    def __init__(self, rows: int, most: int) -> None:
        self.reason = Text(
            f"Báo cáo này có {rows} dòng, nhiều hơn {most}. Hãy chọn kỳ ngắn hơn, một thôn hoặc một thiết bị.",
            f"The report has {rows} rows, more than {most}. Ask for a shorter period, one hamlet or one device.",
        )
        super().__init__(self.reason.en)


class NoGround(ReportError):
    """Nothing tells where the commune lies, so there is no area to be covered; the message says what is missing."""


class UnknownCommune(ReportError):
    """No commune has this code; `known` are those that there are."""

    def __init__(self, code: str, known: list[str]) -> None:
        self.known = known
        there = ", ".join(known) or "–"
        self.reason = Text(f"Không có xã {code!r}. Có: {there}.", f"There is no commune {code!r}. There are: {there}.")
        super().__init__(self.reason.en)


class NoPlan(ReportError):
    """No plan applies to a commune, so it has no targets; `reason` says what to do."""

    def __init__(self, commune: str) -> None:
        self.reason = Text(
            f"Xã {commune} chưa áp dụng kế hoạch nào. Dùng: commune profile apply.",
            f"No plan applies to the commune {commune}. Use: commune profile apply.",
        )
        super().__init__(self.reason.en)
