"""The demonstration under chaos: whatever is killed and cut, the sum holds."""

from __future__ import annotations

import json
import subprocess

from commune.demo.services import command_of


def test_the_sum_holds_while_processes_and_servers_are_killed_at_random() -> None:
    command = command_of("demo", "--chaos", "--seconds", "25", "--days", "0", "--devices", "27", "--json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["differences"] == []
    assert result["published"] <= result["received"] <= result["published"] + result["resent"]
    assert result["received"] == result["stored"] + result["duplicate"] + result["dead_lettered"]
    assert result["stored"] == result["published"]
    assert sum(result["chaos"].values()) >= 4
