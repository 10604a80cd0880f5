"""The reference says what the code is: every page is up to date, and everything that has a name is on one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from api.app import create_app
from commune import reference
from commune.cli import app
from commune.settings import PREFIX, Settings
from devices.catalogue import KINDS
from devices.codec import decode_event, decode_status, decode_telemetry
from devices.readings import Fault
from devices.reasons import REASONS, Reason
from devices.topics import Channel
from tests.devices.strategies import RECEIVED_AT

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "docs" / "reference"


def root_command() -> TyperGroup:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


ROOT_COMMAND = root_command()
OPENAPI = create_app("postgresql://").openapi()
PAGES = reference.pages(ROOT_COMMAND, OPENAPI)
COMMANDS = dict(reference.commands(ROOT_COMMAND))
ROUTES = [f"{method} {path}" for method, path, _ in reference.routes(OPENAPI)]


def read(name: str) -> str:
    return (DIRECTORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert read(name) == PAGES[name], "run: commune docs build"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented_with_its_meaning(name: str) -> None:
    line = next(line for line in read("settings.md").splitlines() if f"`{PREFIX}{name.upper()}`" in line)
    assert Settings.model_fields[name].description
    assert str(Settings.model_fields[name].description) in line


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_documented_and_says_what_it_does(path: str) -> None:
    command = COMMANDS[path]
    section = read("commands.md").split(f"## {path}\n", 1)[1].split("\n## ", 1)[0]
    assert command.help, f"{path} has no help"
    assert " ".join(command.help.split("\n\n")[0].split()) in section
    for parameter in command.params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{parameter.name} of {path} has no help"


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_documented(route: str) -> None:
    assert f"## {route}\n" in read("routes.md")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_documented(kind: str) -> None:
    assert f"## {kind}\n" in read("kinds.md")
    assert f"`{kind}`" in read("topics.md")


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_documented_in_both_languages(reason: Reason) -> None:
    _, text = REASONS[reason]
    line = next(line for line in read("reasons.md").splitlines() if line.startswith(f"| `{reason.value}` |"))
    assert text.vi in line
    assert text.en in line


def test_every_reason_is_explained() -> None:
    assert REASONS.keys() == set(Reason)


@pytest.mark.parametrize("channel", Channel)
def test_a_channel_is_documented(channel: Channel) -> None:
    assert f"`xa/{{commune}}/{{kind}}/{{device}}/{channel.value}`" in read("topics.md")


def examples(section: str) -> list[bytes]:
    """The indented examples of a section of payloads.md."""
    text = read("payloads.md").split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    found = [line.strip().encode() for line in text.splitlines() if line.startswith("    ")]
    assert found
    return found


def test_the_examples_of_telemetry_are_decoded_without_a_fault() -> None:
    for payload in examples("telemetry"):
        readings, faults = decode_telemetry(payload, KINDS["environment"], RECEIVED_AT)
        assert readings
        assert faults == []


def test_the_examples_of_statuses_and_events_are_decoded_without_a_fault() -> None:
    for payload in examples("status"):
        assert not isinstance(decode_status(payload, RECEIVED_AT), Fault)
    for payload in examples("event"):
        assert not isinstance(decode_event(payload, RECEIVED_AT), Fault)


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("*.md")), ids=lambda path: path.name
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_docs_build_writes_every_page_and_check_notices_a_change(tmp_path: Path) -> None:
    runner = CliRunner()
    missing = runner.invoke(app, ["docs", "build", "--check", "--directory", str(tmp_path)])
    assert missing.exit_code == 1
    assert "kinds.md is out of date" in missing.output
    assert list(tmp_path.iterdir()) == []
    assert runner.invoke(app, ["docs", "build", "--directory", str(tmp_path)]).exit_code == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == PAGES
    assert runner.invoke(app, ["docs", "build", "--check", "--directory", str(tmp_path)]).exit_code == 0
    (tmp_path / "kinds.md").write_text("stale", encoding="utf-8")
    stale = runner.invoke(app, ["docs", "build", "--check", "--directory", str(tmp_path)])
    assert (stale.exit_code, stale.output.count("is out of date")) == (1, 1)
