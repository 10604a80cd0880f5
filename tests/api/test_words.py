"""The words of the pages: in both languages, and every page brings those that its scripts say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import pytest

from api.words import WORDS
from api.words_coverage import COVERAGE, DRIVE
from api.words_devices import DEVICE, DEVICES
from api.words_frame import FRAME
from api.words_live import LIVE
from api.words_register import REGISTER
from devices.accounts import AccountState
from devices.model import Text

API = Path(__file__).parents[2] / "api"
PAGES: dict[str, tuple[Mapping[str, Text], ...]] = {
    "start.html": (WORDS,),
    "docs.html": (WORDS,),
    "devices.html": (DEVICES,),
    "device_new.html": (DEVICES, REGISTER, LIVE),
    "device.html": (DEVICES, DEVICE, LIVE),
    "coverage.html": (COVERAGE, DRIVE),
    "coverage_drive.html": (COVERAGE, DRIVE),
}
GROUPS = (FRAME, WORDS, DEVICES, DEVICE, REGISTER, LIVE, COVERAGE, DRIVE)


def scripts_of(name: str) -> Iterator[Path]:
    """The scripts of a page, with those that they import."""
    template = (API / "templates" / name).read_text(encoding="utf-8")
    wanted = [*re.findall(r'src="/static/(\w+\.js)" type="module"', template), "frame.js"]
    seen: set[str] = set()
    while wanted:
        script = wanted.pop()
        if script in seen:
            continue
        seen.add(script)
        path = API / "static" / script
        yield path
        wanted += re.findall(r'(?:from|import\() ?"\./(\w+\.js)"', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_brings_every_word_that_its_scripts_say(name: str) -> None:
    known = set(chain(FRAME, *PAGES[name]))
    for path in scripts_of(name):
        text = path.read_text(encoding="utf-8")
        said = set(re.findall(r'say\("(\w+)"', text)) | set(re.findall(r'nothing\(inside, "(\w+)"', text))
        if path.name in ("map.js", "popup.js") and name != "start.html":
            # Elsewhere these draw the devices without the legend and the popups of the start page.
            said &= {"zoom_in", "zoom_out", "fit", "north", "east"} | set(FRAME)
        assert said <= known, path.name


def test_every_state_of_an_account_has_words() -> None:
    assert {f"account_{state}" for state in AccountState} <= set(LIVE)


NAMES = ("frame", "start", "devices", "device", "register", "live", "coverage", "drive")


@pytest.mark.parametrize("group", GROUPS, ids=NAMES)
def test_every_word_is_in_both_languages_with_the_same_places_to_fill(group: Mapping[str, Text]) -> None:
    for name, word in group.items():
        assert word.vi, name
        assert word.en, name
        assert set(re.findall(r"{\w+}", word.vi)) == set(re.findall(r"{\w+}", word.en)), name
