"""A private PostgreSQL server: with TimescaleDB where the machine can have it, else the plain one of a wheel."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from commune.settings import read_settings
from commune.stack.accounts import account_in, capability_to_lend, unprivileged
from commune.stack.errors import ServerFailedError
from commune.stack.installations import Flavour, Installation, find
from commune.stack.processes import Account, Command, Process
from commune.stack.servers import HOST, Server, data_directory, seen_from_inside

SUPERUSER = "postgres"
PROGRAM_SECONDS = 120

# For a small machine that also runs the broker and our processes. What is acknowledged to the broker was committed,
# so synchronous_commit stays on; jit costs more than it saves on our short statements.
SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    "checkpoint_completion_target": "0.9",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    # There may be no /dev/shm, in a chroot above all.
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_directories": "",
    "listen_addresses": HOST,
}
TIMESCALEDB_SETTINGS: Mapping[str, str] = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "8",
    "max_worker_processes": "20",
    "max_locks_per_transaction": "256",
}
# A power cut may destroy such a cluster, a crash of the server may not: for tests.
FLEETING_SETTINGS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}
# A scheduler of TimescaleDB connects to every database, and would keep one from being used as a template. The Apache
# edition has no policies for it to run.
NO_SCHEDULER: Mapping[str, str] = {"timescaledb.max_background_workers": "0"}


class PostgresServer(Server):
    """A running private PostgreSQL server. Start it with `PostgresServer.start`; leaving its context stops it."""

    name = "postgresql"
    ready_seconds = 60.0

    def __init__(self, directory: Path, data: Path, installation: Installation, account: Account | None) -> None:
        super().__init__(directory, data)
        self.installation = installation
        self._account = account
        self._lend = None if installation.root else capability_to_lend(account, (installation.bin / "postgres", data))
        self._password = secrets.token_urlsafe(24)

    @classmethod
    def start(
        cls, directory: Path, *, flavour: Flavour = "auto", durable: bool = True, local_directory: Path | None = None
    ) -> Self:
        """Make a new cluster in `directory` and run it on a free port of loopback.

        The password of the superuser `postgres` is random, and kept in `directory/password` for its owner only.
        `durable=False` gives up safety against a power cut for speed. `local_directory` is where `debian` is looked
        for (None: from the settings). Raises ServerMissingError, ServerFailedError.
        """
        installation = find(flavour, local_directory or read_settings().local_directory)
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        root = installation.root
        account = account_in(root.path, SUPERUSER) if root else unprivileged(SUPERUSER)
        server = cls(directory, data_directory(directory, root, account, "postgresql"), installation, account)
        try:
            server._initialise(durable)
            server._start_on_free_port()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def edition(self) -> str:
        """What runs, in words: `TimescaleDB 2.19.3 (Apache) on PostgreSQL 17.6`."""
        return self.installation.edition

    def url(self, database: str = "postgres") -> str:
        """Return the connection URL of `database` for the superuser, password included."""
        return f"postgresql://{SUPERUSER}:{self._password}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database, as a copy of `template` if given (to which nobody may be connected)."""
        # Files are copied in a quarter of the time that the write-ahead log of the same pages takes.
        copy = [f"--template={template}", "--strategy=file_copy"] if template else []
        self._client("createdb", *copy, name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, ending the sessions that use it."""
        self._client("dropdb", "--force", "--if-exists", name)

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    def _client(self, program: str, *arguments: str) -> str:
        """Run one of the server's own client programs against it."""
        where = [f"--host={HOST}", f"--port={self.port}", f"--username={SUPERUSER}"]
        return self._run(program, *where, *arguments, environment={"PGPASSWORD": self._password})

    def _run(self, program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a program of the installation as ourselves; raise ServerFailedError with what it said when it fails."""
        result = subprocess.run(
            self.installation.argv(program, *arguments),
            env={**self._environment(), **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=PROGRAM_SECONDS,
            cwd="/",
        )
        if result.returncode != 0:
            raise ServerFailedError(f"{program}: {result.stderr.strip() or result.stdout.strip()}")
        return result.stdout

    def _initialise(self, durable: bool) -> None:
        """Make the cluster and write its settings."""
        password_file = self.directory / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(f"{self._password}\n", encoding="utf-8")
        words = self.data / "words"
        words.touch(mode=0o600)
        words.write_text(f"{self._password}\n", encoding="utf-8")
        if self._account:
            os.chown(words, self._account.uid, self._account.gid)
        inside = seen_from_inside(self.data, self.installation.root)
        arguments = [f"--pgdata={inside}/cluster", f"--username={SUPERUSER}", f"--pwfile={inside}/words"]
        arguments += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        status = self._as_account("initdb", *arguments)
        words.unlink()
        if status:
            raise ServerFailedError(f"initdb: {status}")
        self._write_settings(durable)

    def _as_account(self, program: str, *arguments: str) -> str | None:
        """Run a program that refuses to run as root; return what it said when it fails."""
        process = Process.start(program, self._server_command(program, *arguments), self.directory)
        return process.last_words() if process.wait(PROGRAM_SECONDS) else None

    def _write_settings(self, durable: bool) -> None:
        settings = {**SETTINGS, **({} if durable else FLEETING_SETTINGS)}
        if self.installation.timescaledb_version:
            policies = durable and self.installation.timescaledb_licence == "Community"
            settings |= {**TIMESCALEDB_SETTINGS, **({} if policies else NO_SCHEDULER)}
        with (self.data / "cluster" / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def _server_command(self, program: str, *arguments: str) -> Command:
        return Command(
            argv=[str(self.installation.bin / program), *arguments],
            environment=self._environment(),
            account=self._account,
            root=self.installation.root.path if self.installation.root else None,
            lend=self._lend,
            stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, writes a checkpoint
            stop_seconds=30.0,
            death_signal=signal.SIGQUIT,  # immediate shutdown: no backend survives
            remove=[self.data],
        )

    def _command(self) -> Command:
        cluster = f"{seen_from_inside(self.data, self.installation.root)}/cluster"
        return self._server_command("postgres", "-D", cluster, "-p", str(self.port))

    def _ready(self) -> bool:
        """Say whether this very server has written `ready` into postmaster.pid; a crash leaves an old one."""
        try:
            lines = (self.data / "cluster" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
