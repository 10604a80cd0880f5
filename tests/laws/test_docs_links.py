"""The documentation hangs together: what is linked exists, every page is found, and both languages say the same."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
INDEX = DOCS / "README.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
HTML_SOURCE = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = re.compile(r"(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:org|com|io|dev|net|vn)\b")
KNOWN_HOSTS = {"keepachangelog.com", "semver.org"}
# A page in Vietnamese names its English sibling in a line of this form, and the sibling names it.
SIBLING = re.compile(r"^\*(English version|Bản tiếng Việt): \[[^]]+\]\(([^)]+)\)\.\*$", re.MULTILINE)
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
# Some three words in four of Vietnamese bear one; English and code bear none. Bilingual tables lie between.
VIETNAMESE_FROM, ENGLISH_UP_TO = 0.5, 0.05

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]+`|^    .*$", "", FENCED.sub("", text_of(page)), flags=re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCED.sub("", text_of(page)), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"`|\[|\]\([^)]*\)", "", heading)) for heading in headings]
    return {heading.lower().replace(" ", "-") for heading in plain}


def links(page: Path) -> list[str]:
    """Every target within the repository that a page links to or shows."""
    text = FENCED.sub("", text_of(page))
    found: list[str] = [*LINK.findall(text), *HTML_SOURCE.findall(text)]
    return [target for target in found if "://" not in target]


def toned(page: Path) -> float:
    """The share of words that bear a tone of Vietnamese."""
    words = re.findall(r"\w+", prose_of(page))
    return sum(not TONES.isdisjoint(unicodedata.normalize("NFD", word)) for word in words) / len(words)


@every_page
def test_what_a_page_links_to_or_shows_is_there(page: Path) -> None:
    for target in links(page):
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), target


@every_page
def test_a_page_has_one_title_and_it_comes_first(page: Path) -> None:
    lines = FENCED.sub("", text_of(page)).splitlines()
    assert lines[0].startswith("# ")
    assert sum(line.startswith("# ") for line in lines) == 1


@every_page
def test_a_page_names_no_host_but_the_known_ones(page: Path) -> None:
    assert set(HOST.findall(text_of(page))) <= KNOWN_HOSTS


@every_page
def test_json_on_a_page_is_json(page: Path) -> None:
    for language, content in FENCED.findall(text_of(page)):
        if language == "json":
            json.loads(content)


def test_every_page_is_found_from_the_index() -> None:
    linked = {(DOCS / target.partition("#")[0]).resolve() for target in links(INDEX)}
    assert set(DOCS.rglob("*.md")) - {INDEX} <= linked


def test_the_index_and_its_parts_are_found_from_the_readme() -> None:
    assert "docs/README.md" in links(ROOT / "README.md")


def test_every_picture_of_the_documentation_is_shown_somewhere_and_small() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    pictures = [path for path in DOCS.rglob("*") if path.suffix in {".png", ".svg", ".jpg"}]
    assert pictures
    for picture in pictures:
        assert picture in shown, picture.name
        assert picture.stat().st_size < 300_000, picture.name


VIETNAMESE = [page for page in PAGES if toned(page) > VIETNAMESE_FROM]
every_vietnamese_page = pytest.mark.parametrize("page", VIETNAMESE, ids=lambda page: page.name)


def sibling(page: Path) -> Path | None:
    """The same page in the other language."""
    found = SIBLING.search(text_of(page))
    return (page.parent / found[2]).resolve() if found else None


def test_a_page_that_has_a_sibling_in_vietnamese_leads_to_one() -> None:
    assert len(VIETNAMESE) >= 3
    linked = {sibling(page) for page in PAGES if page not in VIETNAMESE} - {None}
    assert linked == set(VIETNAMESE)


@every_vietnamese_page
def test_a_page_in_vietnamese_is_written_in_composed_letters(page: Path) -> None:
    assert unicodedata.is_normalized("NFC", text_of(page))


@every_vietnamese_page
def test_a_page_in_vietnamese_and_its_english_sibling_name_each_other(page: Path) -> None:
    other = sibling(page)
    assert other
    assert sibling(other) == page
    assert toned(other) < ENGLISH_UP_TO


@every_vietnamese_page
def test_both_languages_have_the_same_parts_and_commands(page: Path) -> None:
    other = sibling(page)
    assert other
    for part in (r"^#+ ", r"^\|", r"^    (?:commune|export|curl) .*$", r"^\$ .*$"):
        here, there = (re.findall(part, text_of(one), flags=re.MULTILINE) for one in (page, other))
        assert here == there
