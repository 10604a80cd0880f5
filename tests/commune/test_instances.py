"""Instance directories: beside each other while their owners live, swept when they are dead."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from commune.stack.guard import start_ticks
from commune.stack.instances import LOCK, Instance, note_outside, sweep

OWNER = """
import os, signal, sys
from pathlib import Path
from commune.stack.instances import Instance
instance = Instance.create(Path(sys.argv[1]), "dead")
sys.stdout.write(str(instance.path))
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def dead_instance(local: Path) -> Path:
    """An instance whose owner was killed with SIGKILL."""
    owner = subprocess.run(
        [sys.executable, "-c", OWNER, str(local)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert owner.returncode == -signal.SIGKILL, owner.stderr
    return Path(owner.stdout)


def test_an_instance_has_a_directory_of_its_own_that_goes_with_it(tmp_path: Path) -> None:
    with Instance.create(tmp_path, "demo") as instance:
        assert instance.path.parent == tmp_path / "run"
        assert instance.path.name.startswith("demo-")
        (instance.path / "server" / "data").mkdir(parents=True)
    assert list((tmp_path / "run").iterdir()) == []


def test_two_instances_live_beside_each_other(tmp_path: Path) -> None:
    with Instance.create(tmp_path, "demo") as first, Instance.create(tmp_path, "demo") as second:
        assert first.path != second.path
        assert sweep(tmp_path) == []
        assert first.path.is_dir()
        assert second.path.is_dir()


def test_the_instance_of_a_dead_owner_is_removed_by_the_next_start(tmp_path: Path) -> None:
    left = dead_instance(tmp_path)
    assert left.is_dir()
    with Instance.create(tmp_path, "demo") as instance:
        assert not left.exists()
        assert instance.path.is_dir()


def test_what_still_runs_for_a_dead_owner_is_ended(tmp_path: Path) -> None:
    left = dead_instance(tmp_path)
    with subprocess.Popen(["/bin/sleep", "300"]) as server:
        pair = [server.pid, start_ticks(server.pid)]
        (left / "broker").mkdir()
        (left / "broker" / "mosquitto.pids").write_text(json.dumps({"server": pair, "guard": pair}))
        assert sweep(tmp_path) == [left]
        assert server.wait(10) == -signal.SIGKILL


def test_data_outside_of_the_directory_goes_with_it(tmp_path: Path) -> None:
    outside = tmp_path / "root" / "data"
    outside.mkdir(parents=True)
    with Instance.create(tmp_path, "demo") as instance:
        (instance.path / "postgres").mkdir()
        note_outside(instance.path / "postgres", outside)
    assert not outside.exists()
    assert outside.parent.exists()


def test_a_removal_that_was_cut_off_is_finished_by_the_next_sweep(tmp_path: Path) -> None:
    left = dead_instance(tmp_path)
    assert [path.name for path in left.iterdir()] == [LOCK]
    (left / "rest").write_text("")
    assert sweep(tmp_path) == [left]
    assert not left.exists()


def test_a_sweep_of_nothing_is_harmless(tmp_path: Path) -> None:
    assert sweep(tmp_path) == []
