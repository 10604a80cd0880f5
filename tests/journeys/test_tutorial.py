"""The tutorial, typed as it stands: its commands in a shell, against real servers, with the output that it shows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from commune.demo.services import start, wait_for_api, wait_for_ingest
from commune.stack.mosquitto import MosquittoServer
from commune.stack.servers import HOST, free_port
from commune.stack.terminal import write_environment
from devices.people import Role
from tests.api.world import token
from tests.journeys.transcripts import Step, outcome, steps

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial"
ENGLISH, VIETNAMESE = TUTORIAL / "first-device.md", TUTORIAL / "thiet-bi-dau-tien.md"
DEMO, SOURCE = "make demo", re.compile(r"\. \.local/run/demo-[0-9a-f]{8}/environment")
TOLD = "2026-11-20T03:15:00Z 2026-11-20T03:16:00Z 2026-11-20T03:17:00Z 2026-11-20T03:18:00Z"
VISIBLE_SECONDS = 20.0
LETTER = re.compile(r"(commune dead-letters (?:show|discard) )(\d+)")
NUMBERED = re.compile(r'^(dead_letter_id +| +"id": |(?= +\d+ \d{4}-))( *(\d+))', re.MULTILINE)


@pytest.fixture
def environment(
    database_url: str, broker_server: MosquittoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """What the second terminal sources: `commune ingest` and `commune api` run, as beside a demonstration."""
    broker = broker_server.address("ingest")
    ingest_port, api_port = free_port(), free_port()
    settings = {
        "database_url": database_url,
        "broker_host": broker.host,
        "broker_port": broker.port,
        "broker_username": broker.username,
        "broker_password": broker.password,
        "ingest_client_id": "tutorial-ingest",
        "ingest_metrics_port": ingest_port,
        "api_host": HOST,
        "api_port": api_port,
    }
    with ExitStack() as stack:
        processes = [start(name, tmp_path, settings) for name in ("ingest", "api")]
        for process in processes:
            stack.callback(process.stop)
        wait_for_ingest(processes[0], ingest_port)
        wait_for_api(processes[1], api_port)
        credential = token(database_url, Role.OPERATOR)["Authorization"].removeprefix("Bearer ")
        yield write_environment(tmp_path, broker_server, database_url, f"http://{HOST}:{api_port}", credential)


def type_in(command: str, environment: Path) -> str:
    """Type a command into a terminal that has sourced the environment; both outputs as the terminal shows them."""
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f". '{environment}'\n{command}"],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}"
    return result.stdout


def typed(page: Path) -> list[Step]:
    """The steps that are typed into the second terminal after it has sourced the environment."""
    first, second, *rest = steps(page)
    assert first == Step(DEMO, "")
    assert SOURCE.fullmatch(second.command)
    return rest


@dataclass
class Terminal:
    """The second terminal of somebody who reads the page.

    On the page dead letters have the numbers 1, 2 and so on. PostgreSQL leaves gaps where a batch had to be tried
    again, and whoever reads the page types the number that is there; what is shown is compared under those of the page.
    """

    environment: Path
    numbers: list[str] = field(default_factory=list)

    def __call__(self, command: str) -> str:
        """Type a command; what it shows."""
        shown = type_in(LETTER.sub(self._typed, command), self.environment)
        return NUMBERED.sub(self._of_page, shown)

    def _typed(self, found: re.Match[str]) -> str:
        return found[1] + self.numbers[int(found[2]) - 1]

    def _of_page(self, found: re.Match[str]) -> str:
        if found[3] not in self.numbers:
            self.numbers.append(found[3])
        number = str(self.numbers.index(found[3]) + 1)
        return f"{found[1]}{number:>{len(found[2])}}"


def test_every_command_of_the_tutorial_does_what_the_page_shows(environment: Path) -> None:
    terminal = Terminal(environment)
    for step in typed(ENGLISH):
        shown, wanted = outcome(step, terminal, TOLD, VISIBLE_SECONDS)
        assert shown == wanted, step.command


def test_both_languages_have_the_same_commands_and_outputs() -> None:
    assert steps(VIETNAMESE) == steps(ENGLISH)


@pytest.mark.parametrize("page", [ENGLISH, VIETNAMESE], ids=lambda page: page.stem)
def test_the_tutorial_has_its_real_input(page: Path) -> None:
    """An object, an array, a bad field, a stranger, read back over HTTP, taken in by a replay."""
    commands = "\n".join(step.command for step in steps(page))
    for part in ("-m '{", "-m '[{", "-999", "/latest", "/series", "/dead-letters?", "/ledger?", "replay", "discard"):
        assert part in commands
