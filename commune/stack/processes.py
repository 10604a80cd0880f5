"""Processes that never outlive what started them.

Each runs under a guard (see `guard`), which stops it when its owner ends for any reason, SIGKILL included.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commune.stack import guard
from commune.stack.errors import DeadlineError, ServerFailedError

POLL_SECONDS = 0.02
LAST_WORDS_BYTES = 2_000


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as `condition` holds; raise DeadlineError that names `what` when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DeadlineError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the machine (or of the root directory) that a server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """What to run and how to end it.

    `argv[0]` is an absolute path, inside `root` if there is one. `lend` is a capability that a process keeps when it
    becomes another account: see `accounts.capability_to_lend`.
    `remove` are directories that go when the owner dies without a word.
    """

    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    root: Path | None = None
    lend: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    death_signal: signal.Signals = signal.SIGKILL
    remove: Sequence[Path] = ()

    def under_account(self) -> list[str]:
        """Return the argv, with setpriv before it where a capability is to survive the change of account."""
        if not (self.lend and self.account):
            return list(self.argv)
        ids = [f"--reuid={self.account.uid}", f"--regid={self.account.gid}", "--clear-groups"]
        # Without this bit access(2), by which PostgreSQL finds its own programs, takes no notice of a capability.
        bits = "--securebits=+no_setuid_fixup"
        caps = [f"--inh-caps=+{self.lend}", f"--ambient-caps=+{self.lend}", f"--pdeathsig={self.death_signal.name[3:]}"]
        return ["/usr/bin/setpriv", *ids, bits, *caps, *self.argv]

    def specification(self, log: Path | None, pid_file: Path) -> dict[str, Any]:
        """Return what `guard` reads."""
        changes = self.account is not None and not self.lend
        return {
            "argv": self.under_account(),
            "env": dict(self.environment),
            "log": str(log.resolve()) if log else None,
            "chroot": str(self.root.resolve()) if self.root else None,
            "uid": self.account.uid if self.account and changes else None,
            "gid": self.account.gid if self.account and changes else None,
            "stop_signal": int(self.stop_signal),
            "stop_seconds": self.stop_seconds,
            "death_signal": int(self.death_signal),
            "pid_file": str(pid_file.resolve()),
            "remove": [str(directory) for directory in self.remove],
        }


class Process:
    """One running process under its guard.

    `directory` takes `<name>.log` and, while it runs, `<name>.pids`. Start it with `Process.start`.
    """

    def __init__(
        self, name: str, log: Path | None, log_start: int, guard_process: subprocess.Popen[bytes], pid: int
    ) -> None:
        self.name = name
        self.log = log
        self._log_start = log_start
        self.pid = pid
        self._guard = guard_process

    @classmethod
    def start(cls, name: str, command: Command, directory: Path, *, log: bool = True) -> Process:
        """Start `command`; raise ServerFailedError when it cannot be executed at all."""
        log_file = directory / f"{name}.log" if log else None
        log_start = log_file.stat().st_size if log_file and log_file.exists() else 0
        specification = command.specification(log_file, directory / f"{name}.pids")
        interpreter = [sys.executable, "-I", "-S", str(Path(guard.__file__).resolve())]
        process = subprocess.Popen(
            [*interpreter, json.dumps(specification)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/"
        )
        assert process.stdout
        with process.stdout:
            word, _, rest = process.stdout.readline().decode().strip().partition(" ")
        if word != "started":
            close_quietly(process)
            process.wait()
            raise ServerFailedError(f"{name}: {command.argv[0]} could not be started: {rest or 'its guard ended'}")
        return cls(name, log_file, log_start, process, int(rest))

    @property
    def guard_pid(self) -> int:
        """The pid of the guard."""
        return self._guard.pid

    def running(self) -> bool:
        """Say whether it still runs."""
        return self.exit_status() is None

    def exit_status(self) -> int | None:
        """Return its exit status, 128 + signal if a signal ended it, or None while it runs."""
        status = self._guard.poll()
        if status is not None:
            close_quietly(self._guard)
        return status

    def last_words(self) -> str:
        """Return the end of what it wrote into its log since it was started."""
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - LAST_WORDS_BYTES))
            return log.read().decode(errors="replace").strip()

    def wait_ready(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when `ready` holds; raise ServerFailedError with its last words if it ends, or is late."""
        try:
            wait_until(lambda: not self.running() or ready(), seconds, f"{self.name} to be ready")
        except DeadlineError as error:
            raise ServerFailedError(f"{error}\n{self.last_words()}") from None
        if not self.running():
            status = self.exit_status()
            raise ServerFailedError(f"{self.name} ended with status {status} as it started\n{self.last_words()}")

    def wait(self, seconds: float) -> int:
        """Wait until it ends by itself and return its exit status; raise DeadlineError when it does not."""
        try:
            return self._guard.wait(seconds)
        except subprocess.TimeoutExpired:
            raise DeadlineError(f"waited {seconds:g} s in vain: {self.name} to end") from None
        finally:
            self.exit_status()

    def interrupt(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the process itself a signal, if it still runs."""
        if self.running():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would, and wait until it is gone."""
        self.interrupt(signal.SIGKILL)
        self.stop()

    def stop(self) -> int:
        """Stop it in order (SIGKILL after the command's deadline), wait until it is gone, return its exit status."""
        if self.running():
            assert self._guard.stdin
            with contextlib.suppress(BrokenPipeError):  # it may end by itself at this very moment
                self._guard.stdin.write(b"stop\n")
                self._guard.stdin.flush()
        status = self._guard.wait()
        close_quietly(self._guard)
        return status


def close_quietly(process: subprocess.Popen[bytes]) -> None:
    """Close our end of the pipe; the other may be gone already."""
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def kill_recorded(pid_file: Path) -> None:
    """End the server and the guard that a pid file names, unless their pids belong to other processes by now."""
    try:
        pids = json.loads(pid_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # it ended in order between our listing and our reading
    for pid, started in (pids["guard"], pids["server"]):
        if started is not None and guard.start_ticks(pid) == started:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            wait_until(lambda pid=pid, started=started: gone(pid, started), 10, f"process {pid} to be gone")  # type: ignore[misc]


def gone(pid: int, started: int) -> bool:
    """Say whether the process of that pid and start time is gone; a zombie is."""
    if guard.start_ticks(pid) != started:
        return True
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
