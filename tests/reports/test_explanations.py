"""The worked examples of the explanations are what the code calculates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.air_quality import Pollutant, nowcast, rounded, sub_index
from reports.evapotranspiration import extraterrestrial_radiation
from reports.grids import floats
from reports.irrigation import RootZone, depletion_after, depletion_of_moisture, need
from reports.lighting import baseline_energy, saving
from tests.reports.test_data_quality import example

EXPLANATIONS = Path(__file__).resolve().parents[2] / "docs" / "explanation"


def text(name: str) -> str:
    return (EXPLANATIONS / name).read_text(encoding="utf-8")


def results(name: str) -> list[str]:
    """The last column of the tables of three columns whose rows end in a number."""
    return re.findall(r"^\|[^|\n]+\|[^|\n]+\| ([0-9.]+) \|$", text(name), re.MULTILINE)


@pytest.mark.parametrize("page", ["air-quality.md", "chat-luong-khong-khi.md"])
def test_the_sample_calculations_of_air_quality(page: str) -> None:
    listed = re.search(r"(?:26\.9)(?:, [0-9.]+)+", text(page))
    assert listed
    hours = floats([float(number.rstrip(".")) for number in listed[0].split(", ")])
    assert len(hours) == 12
    found = float(nowcast(hours[:, None])[-1, 0])

    def index(pollutant: Pollutant, concentration: float) -> str:
        return f"{rounded(sub_index(pollutant, floats([concentration])))[0]:.0f}"

    day, no2 = index(Pollutant.PM25, 55.7), index(Pollutant.NO2, 130.8)
    assert results(page) == [f"{found:.2f}", index(Pollutant.PM25, found), day, no2]
    assert f"w = {hours.min() / hours.max():.3f}" in text(page)
    assert index(Pollutant.NO2, 118.7) == "59"


@pytest.mark.parametrize("page", ["data-quality.md", "chat-luong-du-lieu.md"])
def test_the_worked_example_of_data_quality(page: str) -> None:
    shares = example().shares()
    order = ("valid", "complete", "clean", "live", "on_time", "alive", "score")
    assert results(page) == [f"{share:.4f}" for name in order for share in [shares[name][0]]]


def test_the_onions_of_the_explanation_are_irrigated_on_the_second_day() -> None:
    zone = RootZone(0.32, 0.15, 0.4, 0.3)
    today = depletion_of_moisture(27, zone)
    tomorrow = depletion_after(today, 0, 4.5, zone)
    due, _ = need([float(today), float(tomorrow)], zone, 1.0)
    page = text("rain-and-irrigation.md")
    assert due.tolist() == [False, True]
    assert f"hold {zone.total_available_mm:.0f} mm, of which {zone.readily_available_mm:.1f} are" in page
    assert f"Dr = {float(today):.0f} mm: not yet" in page
    assert f"{float(tomorrow):.1f} mm: irrigate" in page
    assert f"| {float(extraterrestrial_radiation(-20, 246)):.1f} |" in page


def test_the_lamp_of_the_explanation_saves_60_percent() -> None:
    baseline = float(baseline_energy(floats([250]), floats([12]))[0])
    assert f"baseline {baseline:.1f} kWh" in text("lighting-and-availability.md")
    assert saving(1.2, baseline) == pytest.approx(0.6)
