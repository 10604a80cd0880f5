"""Laws over every rule."""

from __future__ import annotations

import pytest

from alerts.rules import BY_NAME, RULES, Rule
from devices.catalogue import KINDS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_in_both_languages_what_it_is_and_what_to_do(rule: Rule) -> None:
    assert all((rule.title.vi, rule.title.en, rule.advice.vi, rule.advice.en))
    assert rule.title.vi != rule.title.en
    assert rule.advice.vi.endswith(".") and rule.advice.en.endswith(".")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.field], ids=lambda rule: rule.name)
def test_a_rule_compares_a_number_of_kinds_without_keys(rule: Rule) -> None:
    for name in rule.kinds:
        assert KINDS[name].by_name[rule.field].is_number
        assert not KINDS[name].keys, "a reading of such a kind is of more than one thing"
    assert rule.kinds and rule.limits.margin >= 0
    assert rule.limits.threshold is not None or rule.name.startswith("flood_")


def test_names_are_given_once() -> None:
    assert len(BY_NAME) == len(RULES)
