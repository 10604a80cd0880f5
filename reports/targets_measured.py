"""What is measured of targets: coverage and dead spots from the coverage report, data quality from its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.model import Text
from devices.profile import Quantity, Target
from reports.coverage.summary import CellVerdict, CoverageReport, DeadSpot, ShareFigure
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import SpotState, Technology
from reports.data_quality import MEASURES
from reports.figures import Report
from reports.targets_types import Evidence, Found

QUALITY = ("valid", "complete", "clean", "live")
SHARE_NAMES = {
    Quantity.AREA: Text("Diện tích", "Area"),
    Quantity.POPULATION: Text("Dân số", "Population"),
    Quantity.SITES: Text("Điểm ưu tiên", "Priority sites"),
}


def technology_of(target: Target) -> Technology | None:
    """What the coverage report counts as served for a target; None where nothing can measure it yet."""
    if not target.generations:
        return Technology.ANY
    if "4G" in target.generations:
        return Technology.FOUR_G
    return Technology.FIVE_G if target.generations == ("5G",) else None


def unmeasurable(target: Target) -> Found:
    """Of a generation for which there is no probe: nothing is known, and nothing is guessed."""
    names = ", ".join(target.generations)
    return Found(
        None,
        None,
        None,
        Text(
            f"chưa có đầu đo {names}; phương pháp như 5G",
            f"there are no probes of {names} yet; the method is that of 5G",
        ),
    )


def coverage(target: Target, report: CoverageReport) -> Found:
    """The share that a target is of, in %; `value` is the share of what is known."""
    figure = figure_of(target.quantity, report)
    verdict = verdict_of(figure, target.threshold / 100, report.cells)
    if figure is None or figure.total <= 0:
        return Found(None, None, None, verdict.reason)
    shares = [(name, figure_of(quantity, report)) for quantity, name in SHARE_NAMES.items()]
    evidence = [Evidence(name, _share(one)) for name, one in shares if one is not None and one.total > 0]
    counts = report.counts
    evidence.append(
        Evidence(
            Text("Mẫu đo dùng được", "Samples used"),
            Text(f"{counts.used} trên {counts.received}", f"{counts.used} of {counts.received}"),
        )
    )
    value = None if figure.measured is None else 100 * figure.measured
    low, high = 100 * figure.interval.low, 100 * figure.interval.high
    return Found(value, low, high, verdict.reason, tuple(evidence), verdict.to_drive)


def figure_of(quantity: Quantity, report: CoverageReport) -> ShareFigure | None:
    """The share of a report that a target is of."""
    return {Quantity.AREA: report.area, Quantity.POPULATION: report.population, Quantity.SITES: report.sites}[quantity]


def dead_spots(spots: Sequence[DeadSpot]) -> Found:
    """How many places where people live have no signal; `high` counts those that are not known too."""
    if not spots:
        return Found(
            None,
            None,
            None,
            Text("chưa khai báo thôn hay cụm dân cư nào", "no hamlets or clusters are registered"),
        )
    dead = [spot for spot in spots if spot.state.is_dead]
    unknown = [spot for spot in spots if spot.state in (SpotState.INSUFFICIENT, SpotState.UNMEASURED)]
    names = ", ".join(spot.name for spot in dead[:10]) + (", ..." if len(dead) > 10 else "")
    reason = Text(
        f"{len(dead)} điểm không có sóng" + (f" ({names})" if dead else "") + f"; {len(unknown)} điểm chưa đủ mẫu đo",
        f"{len(dead)} places without signal"
        + (f" ({names})" if dead else "")
        + f"; {len(unknown)} have too few samples",
    )
    evidence = (
        Evidence(Text("Điểm dân cư đã xét", "Places judged"), _of(len(spots) - len(unknown), len(spots))),
        *(Evidence(Text(spot.name, spot.name), _signal(spot)) for spot in dead),
    )
    count = float(len(dead))
    return Found(count if len(unknown) < len(spots) else None, count, count + len(unknown), reason, evidence)


def data_quality(report: Report) -> Found:
    """The score of a commune's data, in %: the least of đúng, đủ, sạch and sống."""
    figures = report.rows[0].figures if report.rows else {}
    score = figures["score"].value if "score" in figures else None
    if score is None:
        return Found(None, None, None, Text("chưa có số liệu để đánh giá", "there are no data to judge"))
    evidence = []
    for name in QUALITY:
        value = figures[name].value
        if value is not None:
            evidence.append(Evidence(MEASURES[name], percent(100 * value)))
    least = min((figures[name].value or 0.0, name) for name in QUALITY if figures[name].value is not None)[1]
    words = MEASURES[least]
    reason = Text(f"thấp nhất là «{words.vi}»", f"the least of the four is “{words.en}”")
    return Found(100 * score, 100 * score, 100 * score, reason, tuple(evidence))


@dataclass(frozen=True, slots=True)
class MemberShare:
    """A commune of a province: its area, and its share's interval, 0 to 1; None where it has measured nothing."""

    name: str
    area_km2: float
    report: CoverageReport | None


def roll_up(members: Sequence[MemberShare], area_km2: float | None, communes: int | None) -> Found:
    """The share of a province's area. What no commune has measured, or is not registered, may be covered or not."""
    known = sum(member.area_km2 for member in members)
    total = max(area_km2 or 0.0, known)
    if total <= 0:
        return Found(None, None, None, Text("chưa có xã nào của tỉnh", "no commune of the province is registered"))
    low = high = covered = judged = 0.0
    evidence = []
    for member in members:
        figure = None if member.report is None else member.report.area
        interval = None if figure is None else figure.interval
        low += member.area_km2 * (interval.low if interval else 0.0)
        high += member.area_km2 * (interval.high if interval else 1.0)
        if figure is not None:
            covered, judged = covered + figure.covered, judged + figure.covered + figure.not_covered
            evidence.append(Evidence(Text(member.name, member.name), _share(figure)))
    high += total - known
    share = 100 * known / total
    of = "" if communes is None else f"/{communes}"
    reason = Text(
        f"{len(members)}{of} xã đã đăng ký, {share:.1f} % diện tích của tỉnh; phần còn lại tính từ 0 đến 100 %".replace(
            ".", ","
        ),
        f"{len(members)}{of} communes are registered, {share:.1f} % of the province's area; the rest may be anything",
    )
    value = 100 * covered / judged if judged > 0 else None
    return Found(value, 100 * low / total, 100 * high / total, reason, tuple(evidence))


def area_of(report: CoverageReport) -> float:
    """The area of a commune in km²: that of its cells."""
    cells: Sequence[CellVerdict] = report.cells
    return sum(cell.area_km2 for cell in cells)


def percent(value: float) -> Text:
    """A share in % with one decimal."""
    return Text(f"{value:.1f} %".replace(".", ","), f"{value:.1f} %")


def _share(figure: ShareFigure) -> Text:
    low, high = percent(100 * (figure.lower or 0.0)), percent(100 * (figure.upper or 0.0))
    known = f"{figure.judged}/{figure.parts}"
    return Text(
        f"từ {low.vi} đến {high.vi} ({known} đã đủ mẫu)",
        f"between {low.en} and {high.en} ({known} have enough samples)",
    )


def _signal(spot: DeadSpot) -> Text:
    return Text(
        f"{spot.served} trên {spot.samples} mẫu có sóng", f"{spot.served} of {spot.samples} samples with signal"
    )


def _of(part: int, whole: int) -> Text:
    return Text(f"{part} trên {whole}", f"{part} of {whole}")
