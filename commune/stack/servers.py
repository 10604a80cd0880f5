"""What the private servers have in common: a directory, a free port, and how to stop, kill and restart."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from commune.stack.debian import DebianRoot
from commune.stack.errors import ServerFailedError
from commune.stack.instances import note_outside
from commune.stack.processes import Account, Command, Process

HOST = "127.0.0.1"
PORT_TRIALS = 5
DATA_IN_ROOT = "var/lib/commune"


def free_port() -> int:
    """Return a port on loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Say whether something on loopback accepts connections at `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def data_directory(directory: Path, root: DebianRoot | None, account: Account | None, name: str) -> Path:
    """Make the directory for a server's data: in `directory`, or in its root, noted in `directory` to go with it."""
    if root is None:
        data = directory / name
    else:
        data = root.path.resolve() / DATA_IN_ROOT / f"{directory.parent.name}-{directory.name}-{secrets.token_hex(4)}"
        note_outside(directory, data)
    data.mkdir(mode=0o700, parents=True)
    if account is not None:
        os.chown(data, account.uid, account.gid)
    return data


def seen_from_inside(path: Path, root: DebianRoot | None) -> str:
    """Return `path` as a process in the root names it."""
    return str(path) if root is None else f"/{path.relative_to(root.path.resolve())}"


class Server:
    """A server on a port of loopback, its files in a directory of its own."""

    name = "server"
    ready_seconds = 30.0

    def __init__(self, directory: Path, data: Path) -> None:
        self.directory = directory
        self.data = data
        self.port = 0
        self._process: Process | None = None

    def _command(self) -> Command:
        raise NotImplementedError

    def _ready(self) -> bool:
        return accepts(self.port)

    @property
    def pid(self) -> int:
        """The pid of the server; raise ServerFailedError when it does not run."""
        if self._process is None or not self._process.running():
            raise ServerFailedError(f"{self.name} does not run")
        return self._process.pid

    def running(self) -> bool:
        """Say whether the server runs."""
        return self._process is not None and self._process.running()

    def log(self) -> str:
        """Return the end of what the server wrote."""
        return self._process.last_words() if self._process else ""

    def _start_on_free_port(self) -> None:
        """Start on a free port; another process may take it before the server does, so try another then."""
        for trial in range(PORT_TRIALS):
            self.port = free_port()
            try:
                self.resume()
            except ServerFailedError as error:
                if trial == PORT_TRIALS - 1 or "in use" not in str(error).lower():
                    raise
            else:
                return

    def resume(self) -> None:
        """Start it again after `halt` or `kill`, on the same port and data."""
        self._process = Process.start(self.name, self._command(), self.directory)
        try:
            self._process.wait_ready(self._ready, self.ready_seconds)
        except BaseException:
            self._process.stop()
            raise

    def halt(self) -> None:
        """Stop it in order and keep its files."""
        if self._process:
            self._process.stop()

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would, and keep its files."""
        if self._process:
            self._process.kill()

    def restart(self) -> None:
        """Stop it in order if it runs, and start it again on the same port and data."""
        self.halt()
        self.resume()

    def stop(self) -> None:
        """Stop it in order and remove its data."""
        self.halt()
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
