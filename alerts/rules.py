"""The rules as this room knows them. They are data of the ground floor, so that the simulators may know them too."""

from __future__ import annotations

from devices.alert_book import (
    BROKER_DROP,
    BROKER_RESTART,
    BY_NAME,
    COVERAGE_LOSS,
    LEDGER_GAP,
    OFFLINE,
    PLACE_SILENT,
    RULES,
    SYSTEM_SILENT,
)
from devices.alert_rules import HOUR, Limits, Measure, Override, Rule, Severity, Side, limits_with

__all__ = [
    "BROKER_DROP",
    "BROKER_RESTART",
    "BY_NAME",
    "COVERAGE_LOSS",
    "HOUR",
    "LEDGER_GAP",
    "OFFLINE",
    "PLACE_SILENT",
    "RULES",
    "SYSTEM_SILENT",
    "Limits",
    "Measure",
    "Override",
    "Rule",
    "Severity",
    "Side",
    "limits_with",
]
