"""Targets in plain members, the same for the API, the command line and documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.model import Text
from devices.profile import Comparison, Target
from reports.as_json import words, written_time
from reports.coverage.words import OUTCOME_NAMES, Outcome
from reports.targets_projection import Outlook
from reports.targets_types import TargetResult, TargetsReport

DECIMALS = 2


def report_members(report: TargetsReport) -> dict[str, Any]:
    """A report of targets as JSON holds it."""
    profile = report.profile
    return {
        "scope": report.scope,
        "name": report.name,
        "level": profile.level.value,
        "province": profile.province,
        "at": written_time(report.at),
        "places_are_sample": profile.places.is_sample,
        "periods": [period.value for period in profile.periods],
        "counts": {outcome.value: count for outcome, count in report.counts.items()},
        "targets": [result_members(result) for result in report.results],
        "national": [result_members(result) for result in report.national],
        "notes": [words(note) for note in report.notes],
    }


def result_members(result: TargetResult) -> dict[str, Any]:
    """One target, judged."""
    target, found = result.target, result.found
    return {
        **target_members(result.plan, target),
        "origin": result.origin.value,
        "value": rounded(found.value),
        "low": rounded(found.low),
        "high": rounded(found.high),
        "outcome": result.outcome.value,
        "verdict": words(OUTCOME_NAMES[result.outcome]),
        "reason": words(result.reason),
        "evidence": [{"title": words(one.title), "value": words(one.value)} for one in found.evidence],
        "cells_to_drive": list(found.to_drive),
        "days_left": result.days_left,
        "is_overdue": result.is_overdue,
        "trend": [{"day": point.day.isoformat(), "value": rounded(point.value)} for point in result.trend],
        "outlook": None if result.outlook is None else outlook_members(result.outlook),
    }


def target_members(plan: str, target: Target) -> dict[str, Any]:
    """A target as the plan has it."""
    source = target.source
    return {
        "plan": plan,
        "id": target.id,
        "title": words(target.title),
        "indicator": target.indicator.value,
        "generations": list(target.generations),
        "quantity": target.quantity.value,
        "operator": target.operator,
        "comparison": target.comparison.value,
        "threshold": target.threshold,
        "unit": target.unit,
        "deadline": None if target.deadline is None else target.deadline.isoformat(),
        "source": {
            "document": source.document,
            "part": source.part,
            "issuer": source.issuer,
            "issued": None if source.issued is None else source.issued.isoformat(),
        },
        "note": None if target.note is None else words(target.note),
    }


def outlook_members(outlook: Outlook) -> dict[str, Any]:
    """Where the trend leads."""
    return {
        "chance": outlook.chance.value,
        "reason": words(outlook.reason),
        "value": rounded(outlook.value),
        "low": rounded(outlook.low),
        "high": rounded(outlook.high),
        "pace_a_month": rounded(outlook.pace),
        "needed_a_month": rounded(outlook.needed),
    }


def sentence(result: TargetResult) -> Text:
    """A target's goal in words: ≥ 60 %, 31/12/2025."""
    target = result.target
    sign = "≥" if target.comparison is Comparison.AT_LEAST else "≤"
    unit = f" {target.unit}" if target.unit else ""
    goal = f"{sign} {target.threshold:g}{unit}"
    if target.deadline is None:
        return Text(f"{goal}, không ghi hạn", f"{goal}, no deadline")
    return Text(f"{goal}, hạn {target.deadline:%d/%m/%Y}", f"{goal} by {target.deadline.isoformat()}")


def summary(counts: Mapping[Outcome, int]) -> Text:
    """How many targets have each outcome, in words."""
    return Text(
        ", ".join(f"{count} {OUTCOME_NAMES[outcome].vi}" for outcome, count in counts.items()),
        ", ".join(f"{count} {OUTCOME_NAMES[outcome].en}" for outcome, count in counts.items()),
    )


def rounded(value: float | None) -> float | None:
    """A number as it is told."""
    return None if value is None else round(value, DECIMALS)
