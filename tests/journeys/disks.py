"""Disks that fill up: a small one of memory where we may mount it, else a limit on the size of the server's files."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from commune.stack.accounts import own_capabilities
from commune.stack.postgres import PostgresServer
from commune.stack.servers import seen_from_inside
from storage.connect import connect

SYS_ADMIN = 21
"""The bit of the capability to mount (capabilities(7))."""
MEBIBYTE = 1024 * 1024
DISK_MEBIBYTES = 64
SEGMENT_BYTES = 16 * MEBIBYTE
"""Size of a WAL file, which a limit on the size of files must leave possible."""
BALLAST = """
INSERT INTO delivery (client_id, batch, count, messages)
SELECT 'ballast', n, 0, decode(repeat(md5(n::text), 48), 'hex') FROM generate_series(1, 22000) AS n
"""
"""17 MB of rows beside those of ingest, so that the next row of this table has to go beyond the limit."""


def may_mount() -> bool:
    """Whether this process may mount a disk of its own."""
    return os.geteuid() == 0 and bool(own_capabilities() >> SYS_ADMIN & 1)


class SmallDisk:
    """A tablespace on a disk of 64 MiB in memory; `fill` leaves not a byte of it."""

    tablespace: str | None = "small"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._place = server.data / "small"

    def mount(self) -> None:
        """Mount the disk and make the tablespace."""
        cluster = (self._server.data / "cluster").stat()
        self._place.mkdir()
        options = f"size={DISK_MEBIBYTES}m,mode=700,uid={cluster.st_uid},gid={cluster.st_gid}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self._place], check=True)
        inside = seen_from_inside(self._place, self._server.installation.root)
        self._execute(f"CREATE TABLESPACE {self.tablespace} LOCATION '{inside}'")

    def unmount(self) -> None:
        """Undo all of it."""
        try:
            self._execute(f"DROP TABLESPACE {self.tablespace}")
        finally:
            subprocess.run(["umount", "--lazy", self._place], check=True)

    def _execute(self, statement: str) -> None:
        with closing(connect(self._server.url(), autocommit=True)) as connection:
            connection.execute(statement)

    def fill(self, _database: str) -> None:
        """Leave no room."""
        descriptor = os.open(self._place / "ballast", os.O_CREAT | os.O_WRONLY)
        try:
            while True:
                os.write(descriptor, bytes(4096))
        except OSError:
            pass  # it is full
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Make room again."""
        (self._place / "ballast").unlink()


class SmallFiles:
    """A limit on the size of files for every process of the server, which PostgreSQL takes as a full disk.

    It ignores SIGXFSZ "so that ulimit violations work like disk full" (src/backend/postmaster/postmaster.c).
    """

    tablespace: str | None = None

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def mount(self) -> None:
        """Nothing to do."""

    def unmount(self) -> None:
        """Nothing to do."""

    def fill(self, database: str) -> None:
        """Let no file grow beyond one of the WAL; the table that every batch writes to is that large."""
        with closing(connect(self._server.url(database), autocommit=True)) as connection:
            connection.execute(BALLAST)
            connection.execute("CHECKPOINT")
        self._limit(SEGMENT_BYTES)

    def free(self) -> None:
        """Let files grow again."""
        self._limit("unlimited")

    def _limit(self, size: int | str) -> None:
        pid = self._server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        self._limit_one(pid, size)
        for child in map(int, children):
            with contextlib.suppress(subprocess.CalledProcessError):  # it may have ended since
                self._limit_one(child, size)

    def _limit_one(self, pid: int, size: int | str) -> None:
        command = ["prlimit", f"--pid={pid}", f"--fsize={size}:"]
        if os.geteuid() == 0:  # root may do so only with a capability that containers lack; the server's account may
            owner = (self._server.data / "cluster").stat()
            command[:0] = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        subprocess.run(command, check=True, cwd="/", capture_output=True)


DISKS: list[type[SmallDisk] | type[SmallFiles]] = [SmallFiles, *([SmallDisk] if may_mount() else [])]


@contextmanager
def disk_that_fills(
    disk: type[SmallDisk] | type[SmallFiles], server: PostgresServer
) -> Iterator[SmallDisk | SmallFiles]:
    """A disk of a server, for as long as the block lasts."""
    made = disk(server)
    made.mount()
    try:
        yield made
    finally:
        made.unmount()
