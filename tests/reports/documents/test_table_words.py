"""Every figure and method of the reports has Vietnamese words, so that no table shows a name of the program."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from reports import (
    air_quality_report,
    alerts_report,
    availability_report,
    data_quality_report,
    evapotranspiration_report,
    irrigation_report,
    lighting_report,
    rain_report,
    water_level_report,
)
from reports.documents.figure_words import FIGURE_WORDS, cell_of
from reports.documents.method_words import METHOD_WORDS, source_words
from reports.documents.model import Number
from reports.documents.sources import ENVIRONMENT, OPERATIONS
from reports.figures import Figure, Method

MODULES = (
    air_quality_report,
    alerts_report,
    availability_report,
    data_quality_report,
    evapotranspiration_report,
    irrigation_report,
    lighting_report,
    rain_report,
    water_level_report,
)
METHODS: dict[str, Method] = {name: method for module in MODULES for name, method in module.METHODS.items()}
HOURLY = {"vn_aqi_hourly"}
"""Documents tell of days."""


@pytest.mark.parametrize("name", sorted(METHODS.keys() - HOURLY))
def test_a_method_is_explained_in_vietnamese(name: str) -> None:
    assert METHOD_WORDS[name].endswith(".")
    assert not re.search(r"\b(the|of|hours|rules|measured|report)\b", source_words(METHODS[name].source))


def test_no_method_is_explained_that_is_not_there() -> None:
    assert sorted(METHOD_WORDS.keys() - METHODS.keys()) == []


@pytest.mark.parametrize("asked", [ENVIRONMENT, OPERATIONS])
def test_every_report_of_a_document_has_an_address_and_words(asked: Mapping[str, object]) -> None:
    assert len({repr(one) for one in asked.values()}) == len(asked)


def test_a_figure_is_a_number_of_its_decimals() -> None:
    assert cell_of("saving", Figure(0.25, "", "saving", 1, 1)) == Number(0.25, 1, share=True)
    assert cell_of("vn_aqi", None) == Number(None)
    assert all(words.title for words in FIGURE_WORDS.values())
