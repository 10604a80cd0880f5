"""The private servers end to end: two stacks beside each other, and what is left when their owner is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from commune.stack.installations import Flavour
from commune.stack.instances import sweep
from commune.stack.servers import accepts
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
OWNER = """
import json, signal, sys
from pathlib import Path
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer

def leave(*_):
    raise SystemExit(0)

signal.signal(signal.SIGTERM, leave)
signal.signal(signal.SIGINT, leave)
local, flavour, root = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
with (
    Instance.create(local, "demo") as instance,
    PostgresServer.start(instance.path / "postgres", flavour=flavour, durable=False, local_directory=root) as database,
    MosquittoServer.start(instance.path / "mosquitto", local_directory=root) as broker,
):
    sys.stdout.write(json.dumps({
        "directory": str(instance.path),
        "ports": [database.port, broker.port],
        "pids": [database.pid, broker.pid],
        "guards": [server._process.guard_pid for server in (database, broker)],
        "data": [str(database.data), str(broker.data)],
    }) + "\\n")
    sys.stdout.flush()
    signal.pause()
"""


@dataclass
class Stack:
    """A process that owns a private PostgreSQL and a private Mosquitto."""

    owner: subprocess.Popen[str]
    directory: Path
    ports: list[int]
    pids: list[int]
    guards: list[int]
    data: list[Path]

    def serving(self) -> bool:
        """Whether both servers accept connections."""
        return all(accepts(port) for port in self.ports)

    def silent(self) -> bool:
        """Whether neither does, and no process of theirs is left."""
        return not any(accepts(port) for port in self.ports) and not any(
            alive(pid) for pid in [*self.pids, *self.guards]
        )


def alive(pid: int) -> bool:
    """Whether a process runs under that pid."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@contextmanager
def started(local: Path, flavour: Flavour, roots: Path) -> Iterator[Stack]:
    """Start a stack whose instance lies under `local`."""
    argv = [sys.executable, "-c", OWNER, str(local), flavour, str(roots)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT) as owner:
        assert owner.stdout
        told = json.loads(owner.stdout.readline())
        data = [Path(path) for path in told["data"]]
        try:
            yield Stack(owner, Path(told["directory"]), told["ports"], told["pids"], told["guards"], data)
        finally:
            owner.terminate()


def test_two_stacks_run_beside_each_other_and_go_one_by_one(
    tmp_path: Path, flavour: Flavour, local_directory: Path
) -> None:
    with started(tmp_path, flavour, local_directory) as first, started(tmp_path, flavour, local_directory) as second:
        assert first.serving()
        assert second.serving()
        assert not set(first.ports) & set(second.ports)
        first.owner.terminate()
        assert first.owner.wait(60) == 0
        assert first.silent()
        assert second.serving()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stack_that_is_asked_to_end_leaves_nothing(
    tmp_path: Path, flavour: Flavour, local_directory: Path, number: signal.Signals
) -> None:
    with started(tmp_path, flavour, local_directory) as stack:
        stack.owner.send_signal(number)
        assert stack.owner.wait(60) == 0
    assert stack.silent()
    assert not any(path.exists() for path in [stack.directory, *stack.data])


def test_when_the_owner_is_killed_its_servers_go_and_so_does_their_data(
    tmp_path: Path, flavour: Flavour, local_directory: Path
) -> None:
    with started(tmp_path, flavour, local_directory) as stack:
        stack.owner.kill()
        wait_until(stack.silent, "the servers of the dead owner are gone", 60)
        wait_until(lambda: not any(path.exists() for path in stack.data), "their data is gone", 60)
    assert sweep(tmp_path) == [stack.directory]
    assert not stack.directory.exists()


def test_when_owner_and_guards_are_killed_at_once_the_servers_still_go(
    tmp_path: Path, flavour: Flavour, local_directory: Path
) -> None:
    with started(tmp_path, flavour, local_directory) as stack:
        for pid in (stack.owner.pid, *stack.guards):
            os.kill(pid, signal.SIGKILL)
        wait_until(stack.silent, "the servers are gone", 60)
        assert stack.data[0].exists(), "nobody was left to remove it"
    assert sweep(tmp_path) == [stack.directory]
    assert not any(path.exists() for path in [stack.directory, *stack.data])
