"""`commune report` writes documents, and says in words why it does not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commune.cli import app
from commune.settings import PREFIX
from devices.registry import Commune, Device
from storage.connect import connect
from storage.places import add_commune
from storage.registry import add_device
from tests.conftest import Databases

ASKED = ("report", "environment", "--commune", "gia-loc", "--period", "2026-10")


@pytest.fixture(scope="module")
def url(databases: Databases) -> Iterator[str]:
    """A database with a commune and a station that is silent."""
    with databases.migrated() as url:
        with closing(connect(url, autocommit=True)) as session:
            add_commune(session, Commune("gia-loc", "Xã Gia Lộc", "Hải Phòng", 20.87, 106.3))
            add_device(session, Device("gia-loc", "cb-mt-09", "environment"))
        yield url


def run(url: str, *arguments: str) -> tuple[int, str, bytes]:
    """Exit code, what was said on standard error, and standard output."""
    others = {name: None for name in os.environ if name.startswith(PREFIX)}
    result = CliRunner().invoke(app, arguments, env={**others, "COMMUNE_DATABASE_URL": url}, catch_exceptions=False)
    return result.exit_code, " ".join(result.stderr.split()), result.stdout_bytes


@pytest.mark.parametrize(("ending", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK"), ("json", b"{")])
def test_the_ending_of_the_file_says_which_form(url: str, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"bc.{ending}"
    code, said, _ = run(url, *ASKED, "--out", str(file))
    assert code == 0, said
    assert file.read_bytes().startswith(begins)
    assert f"bc.{ending}" in said.replace(" ", "")


def test_in_a_directory_it_has_its_own_name_and_without_a_form_it_is_a_docx(url: str, tmp_path: Path) -> None:
    assert run(url, *ASKED, "--out", str(tmp_path))[0] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["bao-cao-environment-gia-loc-2026-10.docx"]


def test_a_dash_writes_to_standard_output(url: str) -> None:
    code, _, written = run(url, *ASKED, "--format", "json", "--out", "-")
    assert code == 0
    assert json.loads(written)["document"] == "environment"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("environment", "--commune", "gia-loc", "--period", "2026-13"), 2, "không phải kỳ báo cáo"),
        (("environment", "--commune", "gia-loc", "--period", "2099"), 1, "chưa bắt đầu"),
        (("environment", "--commune", "nowhere", "--period", "2026-10"), 1, "There are: gia-loc"),
        (("coverage", "--commune", "gia-loc", "--period", "2026-10"), 1, "chưa có ranh giới"),
        (("targets", "--commune", "gia-loc", "--period", "2026-10"), 1, "commune profile apply"),
        (("environment", "--commune", "gia-loc", "--period", "2026-10", "--out", "x.odt"), 2, "names no form"),
        (("environment", "--commune", "gia-loc", "--period", "2026-10", "--out", "/no/such/x.pdf"), 1, "No such file"),
    ],
)
def test_what_cannot_be_made_is_told_in_words(url: str, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, said, written = run(url, "report", *arguments)
    assert (ended, written) == (code, b"")
    assert words in said.replace("│ ", "")
