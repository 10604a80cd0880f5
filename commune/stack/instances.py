"""Directories under `.local/run/`, one for each demo or test run, so that several run beside each other.

The owner of an instance holds a lock on a file in it for as long as it lives; the kernel drops the lock however the
owner ends. The next start takes whatever is no longer locked, ends what may still run in it, and removes it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType

from commune.stack.processes import kill_recorded

LOCK = "owner.lock"
OUTSIDE = "outside.paths"


class Instance:
    """A directory of our own for private servers; removed on `close`, or by the next start after a crash."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, local_directory: Path, purpose: str) -> Instance:
        """Remove what dead owners left, then make `<local_directory>/run/<purpose>-<random>` and own it."""
        run = local_directory / "run"
        run.mkdir(parents=True, exist_ok=True)
        sweep(local_directory)
        path = (run / f"{purpose}-{secrets.token_hex(4)}").resolve()
        # Made and locked under a name that the sweep of another start does not look at.
        unborn = path.with_name(f".{path.name}")
        unborn.mkdir(mode=0o711)
        lock = os.open(unborn / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        unborn.rename(path)
        return cls(path, lock)

    def close(self) -> None:
        """Remove the directory; call it after its servers are stopped."""
        remove(self.path)
        os.close(self._lock)

    def __enter__(self) -> Instance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(local_directory: Path) -> list[Path]:
    """Stop and remove every instance whose owner is dead; return their directories."""
    swept = []
    for path in sorted((local_directory / "run").glob("[!.]*")):
        try:
            lock = os.open(path / LOCK, os.O_RDWR)
        except FileNotFoundError:
            continue  # it was removed by its owner, or by another sweep, since we looked
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its owner lives
        else:
            remove(path)
            swept.append(path)
        finally:
            os.close(lock)
    return swept


def note_outside(directory: Path, outside: Path) -> None:
    """Record that `outside` (data in a root directory) belongs to the servers of `directory` and goes with them."""
    with (directory / OUTSIDE).open("a", encoding="utf-8") as notes:
        notes.write(f"{outside}\n")


def remove(path: Path) -> None:
    """End whatever the pid files below `path` name, then remove it and all that belongs to it."""
    for pid_file in path.rglob("*.pids"):
        kill_recorded(pid_file)
    for notes in path.rglob(OUTSIDE):
        for line in notes.read_text(encoding="utf-8").splitlines():
            shutil.rmtree(line, ignore_errors=True)
    # The lock goes last: a removal that was itself cut off is finished by the next sweep.
    for child in path.iterdir() if path.exists() else ():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child, ignore_errors=True)
        elif child.name != LOCK:
            child.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
