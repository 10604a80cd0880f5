"""Fleet files: who has which faults, and what is refused in words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulators.devices import Simulator
from simulators.errors import BadFleet
from simulators.faults import FAULTS
from simulators.fleet import build_fleet, fleets, load_fleet, outgoing
from tests.simulators.moments import HOUR, at

START = at("2026-11-20 10:00")


@pytest.mark.parametrize("name", fleets())
def test_a_fleet_that_comes_with_the_simulators_fits_the_sample_commune(name: str, fleet: dict[str, Simulator]) -> None:
    load_fleet(name).check(list(fleet.values()))


def test_every_fault_of_the_catalogue_is_in_the_fleet_of_all_faults_and_strikes_within_two_hours_whenever(
    fleet: dict[str, Simulator],
) -> None:
    everything = load_fleet("all-faults")
    assert {plan.fault.name for plan in everything.plans} == FAULTS.keys()
    stricken = [s for s in fleet.values() if everything.faults_of(s)]
    between = outgoing(everything, stricken)
    for start in (START, at("2026-01-03 23:10"), at("2027-06-01 04:44")):
        done = Counter(fault for parcel in between(start, start + 2 * HOUR) for fault in parcel.done)
        assert FAULTS.keys() == done.keys()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "gremlins", "devices": ["cam-01"]}, "no fault 'gremlins'"),
        ({"name": "lost"}, "devices must be a list"),
        ({"name": "lost", "devices": []}, "devices must be a list"),
        ({"name": "lost", "devices": ["cam-01"], "colour": 1}, "no parameter 'colour'; there is share"),
        ({"name": "lost", "devices": ["cam-01"], "share": 2.0}, "at most 1"),
        ({"name": "lost", "devices": ["cam-01"], "share": "often"}, "expected something like"),
        ({"name": "late", "devices": ["cam-01"], "delays": ["soon"]}, "expected something like"),
        ({"name": "power_cut", "devices": ["cam-01"], "every": 0}, "more than 0"),
        ({"name": "sentinel", "devices": ["cam-01"], "field": "pm25"}, "no gauge of camera"),
        ({"name": "counter_reset", "devices": ["cam-01"], "field": "bitrate"}, "no counter of camera"),
        ({"name": "lost", "devices": ["cam-99"]}, "cam-99, not simulated"),
    ],
)
def test_a_fleet_file_that_makes_no_sense_is_refused_in_words(
    entry: dict[str, Any], words: str, fleet: dict[str, Simulator]
) -> None:
    with pytest.raises(BadFleet, match=words):
        build_fleet("trial", {"fault": [entry]}).check(list(fleet.values()))


def test_a_fleet_is_found_by_its_name_or_its_path(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text('title = "two"\n[[fault]]\nname = "lost"\ndevices = ["cam-01"]\n', encoding="utf-8")
    assert load_fleet(str(path)).title == "two"
    for name, words in (("nowhere.toml", "No such file"), ("nothing", "all-faults")):
        with pytest.raises(BadFleet, match=words):
            load_fleet(name)
    path.write_text("fault = 3", encoding="utf-8")
    with pytest.raises(BadFleet, match="tables"):
        load_fleet(str(path))
    path.write_text("[[", encoding="utf-8")
    with pytest.raises(BadFleet, match="fleet"):
        load_fleet(str(path))
