"""The worked example of the page on coverage is what the code calculates, and the page says what is true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from reports.coverage.assemble import Tallies, assemble
from reports.coverage.chances import Prior
from reports.coverage.clean import clean, count_causes
from reports.coverage.summary import CoverageReport, ShareFigure, Subject
from reports.coverage.tally import least, tally
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import CellState, LeftOut, Outcome
from tests.reports.coverage_samples import QUARTER, RULES, Row, cells_of, fine_cells, ground, samples

EXPLANATIONS = Path(__file__).resolve().parents[2] / "docs" / "explanation"
PAGES = ("coverage.md", "phu-song.md")
CELLS = dict(zip("ABCDE", cells_of(5), strict=True))


def text(page: str) -> str:
    return (EXPLANATIONS / page).read_text(encoding="utf-8")


def rows(page: str) -> list[Row]:
    """The samples of the page's table."""
    found = re.findall(r"^\| \d+ \| (\d\d):(\d\d):(\d\d) \|(.*)\|$", text(page), re.MULTILINE)
    read = []
    for hour, minute, second, rest in found:
        cell, place, accuracy, speed, rsrp, sinr, _ = (part.strip().replace("−", "-") for part in rest.split("|"))
        read.append(
            {
                "minute": (int(hour) - 8) * 60 + int(minute) + int(second) / 60,
                "fine": fine_cells(CELLS[cell], 49)[int(place)],
                "accuracy": float(accuracy),
                "speed": float(speed) / 3.6,
                "ss_rsrp": float(rsrp),
                "ss_sinr": float(sinr),
            }
        )
    return read


def results(page: str) -> list[str]:
    """The last column of the tables of three columns whose rows end in a number."""
    return [number.replace(",", ".") for number in re.findall(r"\| (\d+[.,]\d) \|$", text(page), re.MULTILINE)]


def report(page: str) -> CoverageReport:
    """The report on the example of a page."""
    cells = [CELLS[name] for name in "ABCD"]
    on = ground(cells, [(cells[:2], 400), (cells[2:], 100)])
    cleaned = clean(samples(rows(page)), RULES)
    picks, days = tally(cleaned.samples, RULES)
    tallies = Tallies(least(picks), days, {"452-04": count_causes(cleaned.cause)})
    return assemble(Subject("xa", QUARTER), on, tallies, RULES)


def percent(*shares: float | None) -> list[str]:
    return ["–" if share is None else f"{share * 100:.1f}" for share in shares]


def told(figure: ShareFigure) -> list[str]:
    return percent(figure.measured, figure.lower, figure.upper)


@pytest.mark.parametrize("page", PAGES)
def test_the_worked_example(page: str) -> None:
    found = report(page)
    counts = found.counts
    assert len(rows(page)) == counts.received == 18
    assert (counts.used, counts.thinned) == (14, 13)
    left_out = {cause for cause, n in counts.left_out.items() if n == 1}
    assert left_out == {LeftOut.TOO_SOON, LeftOut.INACCURATE, LeftOut.TOO_FAST, LeftOut.OUTSIDE}
    by_cell = {int(cell.cell, 16): cell for cell in found.cells}
    states = [
        (by_cell[CELLS[name]].state, by_cell[CELLS[name]].passed, by_cell[CELLS[name]].samples) for name in "ABCD"
    ]
    assert states == [
        (CellState.COVERED, 5, 5),
        (CellState.NOT_COVERED, 4, 5),
        (CellState.INSUFFICIENT, 3, 3),
        (CellState.UNMEASURED, 0, 0),
    ]
    assert by_cell[CELLS["A"]].slots == by_cell[CELLS["B"]].slots == 2
    assert found.population is not None
    assert found.area.wilson is not None
    wilson = percent(found.area.wilson.low, found.area.wilson.high)
    sampled = np.array([5, 10, 20])
    flat = Prior(np.full(200, 1 / 200), RULES).chances(sampled, sampled)
    assert results(page) == [*told(found.area), *wilson, *told(found.population), *percent(*flat.tolist())]
    assert (found.area.interval.low, found.area.interval.high) == (0, 1)
    assert verdict_of(found.area, 0.8).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("page", PAGES)
def test_the_numbers_of_the_method_are_those_of_the_rules(page: str) -> None:
    words = text(page)
    basic = RULES.thresholds[next(iter(RULES.thresholds))]
    for number in (
        f"{RULES.accuracy_m:g} m",
        f"{RULES.speed_km_h:g} km/h",
        f"{RULES.spacing_seconds:g} s",
        f"−{abs(basic.rsrp_dbm):g} dBm",
        f"−{abs(basic.sinr_db):g} dB",
        f"{RULES.service_download_mbit_s:g} Mbit/s",
        f"{RULES.covered_share * 100:g} %",
        f"{RULES.site_radius_m:g} m",
        f"{RULES.dead_spots.radius_m:g} m",
        "design_effect",
    ):
        assert number in words, number
