"""The command line loads what is asked for and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from commune.cli import app
from commune.cli.words import WORDS

LOADED = "import sys; from commune.cli import main; sys.argv = ['commune', *sys.argv[1:]]\n"
AFTER = "try: main()\nexcept SystemExit: pass\nprint(*sorted(sys.modules), file=sys.stderr)"


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (("ledger", "show"), {"api.app", "simulators", "dashboards", "paho", "fastapi"}),
        (("ingest",), {"api.app", "simulators", "dashboards", "fastapi"}),
        (("maintain",), {"api.app", "simulators", "dashboards", "fastapi"}),
    ],
)
def test_a_command_loads_no_room_that_it_does_not_use(words: tuple[str, ...], unused: set[str]) -> None:
    command = (sys.executable, "-c", LOADED + AFTER, *words, "--help")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & unused
    assert "commune.cli" in loaded


def test_every_word_has_a_command_and_is_told_by_help() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    for word, command in get_group(app).commands.items():
        assert command.name == word
        assert f" {word} " in told
    assert [*get_group(app).commands] == [*WORDS]


def test_a_word_that_is_nearly_one_is_told_the_one_that_is_meant() -> None:
    done = CliRunner().invoke(app, ["devcies"])
    assert done.exit_code == 2
    assert "Did you mean 'devices'?" in done.output
