"""The rules that a commune sets for its reports."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from devices.rain_risk import Susceptibility
from reports.errors import BadRules
from reports.rules import ReportRules, read_rules

RULES_FILE = Path(__file__).resolve().parents[2] / "deploy" / "reports" / "rules.toml"
EXAMPLES = {
    "reference_stations", "susceptibility", "landslide", "zones", "old_watts", "lit_from", "lit_until", "lamps",
}  # fmt: skip
"""Rules of which the file shows an example, because they have no default that says anything."""
EXAMPLE = """
[completeness]
hour = 0.5

[air]
reference_stations = ["gia-loc/env-001"]

[rain]
susceptibility = { "gia-loc" = "low", "gia-loc/thon-2" = "very_high" }

[irrigation.crops.onion]
coefficient = 1.05
root_depth_m = 0.4
depletion_fraction = 0.3

[irrigation.zones]
"gia-loc/irr-001/zone-1" = { crop = "onion", area_m2 = 900 }

[lighting]
old_watts = 150
lit_from = 18:00:00
lit_until = 05:30:00

[lighting.lamps."gia-loc/lamp-001"]
old_watts = 250
"""


def test_without_a_file_every_rule_has_its_default() -> None:
    rules = read_rules("")
    assert rules == ReportRules()
    assert (rules.completeness.hour, rules.rain.rainy_day_mm, rules.lighting.old_watts) == (0.75, 16, None)
    assert set(rules.irrigation.crops) == {"vegetables", "rice"}


def test_a_commune_sets_what_it_knows_better() -> None:
    with pytest.raises(BadRules, match="onion"):
        read_rules('[irrigation.zones]\n"gia-loc/irr-001" = { crop = "onion" }')
    rules = read_rules(EXAMPLE)
    assert rules.completeness.hour == 0.5
    assert rules.completeness.long == 0.75
    assert rules.rain.susceptibility["gia-loc/thon-2"] is Susceptibility.VERY_HIGH
    assert rules.lighting.lit_from == time(18)
    assert rules.lighting.lamps["gia-loc/lamp-001"].old_watts == 250
    assert rules.irrigation.zones["gia-loc/irr-001/zone-1"].area_m2 == 900


def test_the_file_that_a_deployment_brings_along_holds_the_defaults_and_works_when_they_are_taken_out() -> None:
    text = RULES_FILE.read_text(encoding="utf-8")
    assert read_rules(text) == ReportRules()
    told = read_rules("\n".join(_without_mark(line) for line in text.splitlines()))
    for section, rules in ReportRules():
        for name, default in rules:
            shown = getattr(getattr(told, section), name)
            assert shown == default or name in EXAMPLES, f"{section}.{name} is {default}, and the file shows {shown}"
            assert re.search(rf"^# (\[{section}\.)?{name}\b", text, re.MULTILINE), f"the file lacks {section}.{name}"


def _without_mark(line: str) -> str:
    """A line whose rule counts: one that is behind a mark and looks like a rule or a heading."""
    return line.removeprefix("# ") if re.match(r"# ([a-z_]+ = |\"|\[)", line) else line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[completeness", "not TOML"),
        ("[completeness]\nhour = 75", "completeness.hour"),
        ("[completness]\nhour = 0.5", "completness"),
        ("[rain]\nrainy_day_mm = 0", "rain.rainy_day_mm"),
        ('[rain.susceptibility]\n"gia-loc" = "awful"', "rain.susceptibility.gia-loc"),
        ("[irrigation.crops.rice]\nfield_capacity = 0.1", "wilting_point must be below"),
        ("[lighting]\nlit_from = 18:00:00", "go together"),
        ("[lighting]\nold_watts = -5", "lighting.old_watts"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(BadRules, match=words):
        read_rules(text)
