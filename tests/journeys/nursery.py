"""Children by the dozen: a process that has imported `commune` once and forks an ingest process whenever it is asked.

A forked child is a process like any other, with a group, sockets and files of its own; it only need not spend a second
on imports. Run as `python -m tests.journeys.nursery`: a JSON object a line, {"settings": {...}, "log": path}, is
answered with the pid of the child, which runs `commune ingest`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from commune.cli import main
from commune.settings import PREFIX
from commune.stack.guard import start_ticks
from commune.stack.processes import gone
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


class Infant:
    """A forked ingest process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._started = start_ticks(pid)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self._started is None or gone(self.pid, self._started)

    def kill(self) -> None:
        """End it with SIGKILL and wait until it is gone."""
        if not self.is_gone:
            os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: self.is_gone, f"process {self.pid} is gone")


class Nursery:
    """The process that forks; its context ends it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._process.communicate(timeout=30)

    def ingest(self, settings: Mapping[str, str], log: Path) -> Infant:
        """Start an ingest process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"settings": dict(settings), "log": str(log)}) + "\n")
        self._process.stdin.flush()
        return Infant(int(self._process.stdout.readline()))


def serve() -> None:
    """Fork a child for every line of standard input."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if not pid:
            become(request["settings"], Path(request["log"]))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def become(settings: Mapping[str, str], log: Path) -> None:
    """Be `commune ingest` from here on; does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    with log.open("ab") as errors:
        for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(errors.fileno(), descriptor)
    os.environ.update(settings)
    sys.argv = ["commune", "ingest"]
    try:
        main()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()
