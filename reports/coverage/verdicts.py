"""The arithmetic of shares and the verdict on a target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from devices.model import Text
from reports.coverage.summary import CellVerdict, Interval, ShareFigure, Verdict
from reports.coverage.words import Outcome

Z = 1.96
"""Of a 95 % interval."""


def wilson(passed: float, samples: float, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share: centre (p + z²/2n) / (1 + z²/n), half-width
    z √(p(1−p)/n + z²/4n²) / (1 + z²/n). `samples` is above 0.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
    """
    share = passed / samples
    scale = 1 + z * z / samples
    centre = (share + z * z / (2 * samples)) / scale
    half = z * math.sqrt(share * (1 - share) / samples + z * z / (4 * samples * samples)) / scale
    return max(centre - half, 0.0), min(centre + half, 1.0)


def wilson_interval(passed: int, samples: int) -> Interval | None:
    """The same as it is told; None without any samples."""
    return Interval(*wilson(passed, samples), "wilson") if samples else None


def verdict_of(figure: ShareFigure | None, target: float, cells: Iterable[CellVerdict] = ()) -> Verdict:
    """Whether a share reaches a target, 0 to 1.

    Met when the low end of its interval reaches it, not met when the high end does not, else undecided; then the cells
    that are not known are named, those with some samples first.
    """
    if figure is None or figure.total <= 0:
        nothing = Text("Không có gì để tính tỷ lệ này.", "There is nothing to make this share of.")
        return Verdict(Outcome.UNDECIDED, nothing, target, None, None)
    low, high = figure.interval.low, figure.interval.high
    goal, shown_low, shown_high = _percent(target), _percent(low, math.floor), _percent(high, math.ceil)
    if low >= target:
        reason = Text(
            f"Ít nhất {shown_low.vi} được phủ sóng, đạt chỉ tiêu {goal.vi}.",
            f"At least {shown_low.en} is covered, which reaches the target of {goal.en}.",
        )
        return Verdict(Outcome.MET, reason, target, low, high)
    if high < target:
        reason = Text(
            f"Nhiều nhất {shown_high.vi} được phủ sóng, kể cả khi mọi nơi chưa đo đều có sóng; chỉ tiêu là {goal.vi}.",
            f"At most {shown_high.en} is covered, even if all that is not known were; the target is {goal.en}.",
        )
        return Verdict(Outcome.NOT_MET, reason, target, low, high)
    unknown = [cell for cell in cells if not cell.state.is_known]
    unknown.sort(key=lambda cell: (-cell.samples, cell.cell))
    reason = Text(
        f"Từ {shown_low.vi} đến {shown_high.vi} được phủ sóng; chỉ tiêu {goal.vi} nằm giữa. "
        f"Còn {figure.parts - figure.judged} trên {figure.parts} chưa đủ mẫu hoặc chưa đo.",
        f"Between {shown_low.en} and {shown_high.en} is covered, and the target of {goal.en} lies between. "
        f"{figure.parts - figure.judged} of {figure.parts} have too few samples or none.",
    )
    return Verdict(Outcome.UNDECIDED, reason, target, low, high, tuple(cell.cell for cell in unknown))


def _percent(share: float, toward: Callable[[float], float] = round) -> Text:
    """A share in percent with one decimal, rounded so that no bound is told tighter than it is."""
    tenths = toward(round(share * 1000, 9)) / 10
    return Text(f"{tenths:.1f}".replace(".", ",") + " %", f"{tenths:.1f} %")
