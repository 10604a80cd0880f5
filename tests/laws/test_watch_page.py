"""The page on watching ingest names every metric that there is, and quotes the settings of our own broker rightly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from broker.configuration import read_configuration
from commune.settings import Settings
from commune.stack.mosquitto import DEPLOY
from ingest.metrics import Metrics
from ingest.window import Limits, Window

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "watch-ingest.md").read_text(encoding="utf-8")


def samples(registry: CollectorRegistry) -> set[str]:
    """The names under which our metrics are scraped, histograms by their own name."""
    found = set()
    for family in registry.collect():
        if family.name.startswith("commune_"):
            found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


METRICS = sorted(samples(Metrics(Window(Limits())).registry))


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_explained(name: str) -> None:
    assert re.search(rf"^\|.*`{name}(\{{\w+\}})?`.*\|", PAGE, re.MULTILINE), name


def test_every_metric_that_the_page_speaks_of_is_there() -> None:
    spoken = {name.removesuffix("_bucket") for name in re.findall(r"commune_ingest_\w*[a-z]", PAGE)}
    assert spoken <= set(METRICS)


def test_the_numbers_of_our_own_broker_are_those_of_its_configuration() -> None:
    ours = read_configuration(DEPLOY / "mosquitto.conf")
    assert f"`autosave_interval` ({ours.autosave_seconds} s" in PAGE
    assert f"`max_queued_messages` ({ours.max_queued_messages:,};" in PAGE
    assert f"`max_queued_bytes` ({ours.max_queued_bytes // 2**30} GiB)" in PAGE
    seconds = ours.max_queued_messages // 250
    assert f"{seconds // 3600} h {seconds % 3600 // 60} min without `ingest` at 250 a second" in PAGE


def test_the_limit_of_readiness_is_that_of_the_settings() -> None:
    assert f"`COMMUNE_READY_LAG_SECONDS` ({Settings.model_fields['ready_lag_seconds'].default})" in PAGE
