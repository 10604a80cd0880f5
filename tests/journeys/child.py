"""`commune ingest` as a real child process, in a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from commune.settings import PREFIX
from commune.stack.servers import free_port
from tests.waiting import wait_until

PROGRAM = (sys.executable, "-c", "from commune.cli import main; main()", "ingest")
ROOT = Path(__file__).resolve().parents[2]
CONNECTED = "connected to the MQTT broker"
STOP_SECONDS = 30.0


class Child:
    """One run of `commune ingest`. Its context ends it with SIGKILL if it still runs."""

    def __init__(
        self,
        settings: Mapping[str, str],
        log: Path,
        *,
        prefix: Sequence[str] = (),
        others: Mapping[str, str] | None = None,
    ) -> None:
        self.metrics_port = free_port()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        ours = {**settings, f"{PREFIX}INGEST_METRICS_PORT": str(self.metrics_port)}
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*prefix, *PROGRAM],
                env={**inherited, **ours, **(others or {})},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd=ROOT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """What it has said so far, and whoever wrote into the same file."""
        return self._log.read_text(encoding="utf-8")

    @property
    def exit_status(self) -> int | None:
        """Its exit status; None while it runs, -9 after SIGKILL."""
        return self._process.poll()

    def connected(self) -> Self:
        """Wait until it is connected to the broker."""
        wait_until(lambda: self._alive() and CONNECTED in self.log, "ingest is connected to the broker")
        return self

    def _alive(self) -> bool:
        assert self.exit_status is None, f"ingest ended with {self.exit_status}: {self.log}"
        return True

    def kill(self) -> None:
        """End it, and whatever it started, with SIGKILL."""
        if self.exit_status is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, which it must do in order."""
        self._process.send_signal(signal.SIGTERM)
        assert self.wait() == 0, self.log

    def wait(self) -> int:
        """Wait for its end and return its exit status."""
        return self._process.wait(STOP_SECONDS)

    def metric(self, name: str) -> float:
        """A counter or gauge of its metrics; 0 where it is not there yet."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return next((float(line.split()[1]) for line in lines if line.startswith(f"commune_ingest_{name} ")), 0.0)
