"""The demonstration under chaos: whatever is killed and cut, the sum holds, and each message ends as it must."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from commune.demo.services import command_of
from simulators.faults import FAULTS


def demo(*words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run a demonstration of its own; what it came to."""
    done = subprocess.run(
        command_of("demo", *words, "--json"), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return done, result


def test_the_sum_holds_while_processes_and_servers_are_killed_at_random(tmp_path: Path) -> None:
    manifest = tmp_path / "chaos.manifest"
    done, result = demo(
        *("--chaos", "--fleet", "all-faults", "--seconds", "25", "--speed", "300", "--manifest", str(manifest))
    )
    assert done.returncode == 0, done.stderr
    assert result["differences"] == []
    least = result["published"] + result["wills"]
    assert least <= result["received"] <= least + result["resent"] + result["reopened"]
    assert result["received"] == result["stored"] + result["duplicate"] + result["dead_lettered"]
    assert sum(result["chaos"].values()) >= 3
    witness = result["witness"]
    assert witness["messages"] == least
    assert witness["faults"].keys() == FAULTS.keys()
    assert witness["compared"]["readings"] > 10_000
    assert manifest.is_file()


def test_a_demonstration_refuses_what_would_contradict_itself(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    for words, why in (
        (("--fleet", "all-faults", "--days", "3"), "a history has no faults"),
        (("--manifest", str(taken)), "is there already"),
        (("--fleet", "no-such", "--seconds", "5"), "there is no fleet 'no-such'"),
    ):
        done = subprocess.run(command_of("demo", *words), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
        assert why in done.stderr
