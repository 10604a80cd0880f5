"""The architecture page and its picture speak of the house as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "architecture.svg"
PAGE = ROOT / "docs" / "explanation" / "architecture.md"
ROOMS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]
PROMISE = "received = stored + duplicate + dead-lettered + in hand"


def words_of_picture() -> list[str]:
    """Every text of the picture, white space made single."""
    root = ElementTree.fromstring(PICTURE.read_bytes())  # noqa: S314 - a file of this repository
    return [" ".join("".join(text.itertext()).split()) for text in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_in_the_picture_and_on_the_page(room: str) -> None:
    assert f"{room}/" in words_of_picture()
    assert f"| `{room}/` |" in PAGE.read_text(encoding="utf-8")


def test_the_promise_is_in_the_picture_and_on_the_page() -> None:
    assert PROMISE in words_of_picture()
    assert PROMISE in PAGE.read_text(encoding="utf-8")


def test_the_picture_is_read_aloud_to_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(PICTURE.read_bytes())  # noqa: S314 - a file of this repository
    assert root.get("role") == "img"
    assert len(root.findtext("{http://www.w3.org/2000/svg}desc") or "") > 100


def test_the_picture_calls_no_other_host() -> None:
    text = PICTURE.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|<script|<image", text)
