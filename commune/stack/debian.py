"""The Debian 13 root under `.local/debian`: PostgreSQL 17 with TimescaleDB, and Mosquitto, for machines without either.

Made by debootstrap from the distribution's own archive; nothing of it is installed on the machine, and nothing in it
is ever started but by us.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commune.stack.errors import ServerMissingError, StackError

SUITE = "trixie"
PACKAGES = ("postgresql-17", "postgresql-17-timescaledb", "mosquitto", "mosquitto-clients")
LIBRARY = "usr/lib/postgresql/17/lib/timescaledb.so"
PROGRAMS = ("usr/lib/postgresql/17/bin/postgres", "usr/sbin/mosquitto", "usr/bin/mosquitto_pub", LIBRARY)

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DebianRoot:
    """A root directory that servers run in by chroot."""

    path: Path

    def complete(self) -> bool:
        """Say whether every program that we take from it is there."""
        return all((self.path / program).exists() for program in PROGRAMS)

    def usable(self) -> bool:
        """Say whether it is complete and we may enter it."""
        return os.geteuid() == 0 and self.complete()

    def prefix(self) -> list[str]:
        """Return the argv that precedes a command which is to run in it."""
        return [shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin") or "chroot", str(self.path.resolve())]


def make(path: Path, report: Report, *, mirror: str | None = None) -> DebianRoot:
    """Make the root at `path` unless it is there, reporting progress a line at a time.

    `mirror` is the archive to take it from; None: debootstrap's own default. It is built under another name and
    renamed when it is whole, so a root at `path` is always a complete one. Takes about half a minute. Raises
    ServerMissingError without root's rights or debootstrap, StackError with the last lines of its log when it fails.
    """
    root = DebianRoot(path)
    if root.complete():
        report(f"{path} is there already: {versions(root)}")
        return root
    if os.geteuid() != 0:
        raise ServerMissingError(
            f"{path} is made with debootstrap and entered with chroot, and both need root. Run as root: "
            "make timescaledb. Or install PostgreSQL with TimescaleDB, and Mosquitto, by your package manager; "
            "without them the plain PostgreSQL of the embedded wheel is used."
        )
    if shutil.which("debootstrap") is None:
        raise ServerMissingError("debootstrap is not installed. Run as root: make system")
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_unfinished(path)
    unfinished = path.with_name(f"{path.name}.unfinished-{os.getpid()}-{secrets.token_hex(3)}")
    try:
        bootstrap(unfinished, report, mirror)
        finish(unfinished)
        if path.exists() and not root.complete():
            shutil.rmtree(path)
        unfinished.rename(path)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    report(f"made {path}: {versions(root)}")
    return root


def clear_unfinished(path: Path) -> None:
    """Remove what a run that was killed left; that of a run which lives is kept."""
    for leftover in path.parent.glob(f"{path.name}.unfinished-*"):
        pid = int(leftover.name.rpartition("unfinished-")[2].split("-")[0])
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(leftover, ignore_errors=True)


def bootstrap(path: Path, report: Report, mirror: str | None) -> None:
    """Run debootstrap, turning its some hundred lines into a progress line now and then."""
    arguments = ["--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(path)]
    command = ["debootstrap", *arguments, *([mirror] if mirror else [])]
    report(f"unpacking Debian 13 with {', '.join(PACKAGES)} (about 700 MB, a minute)")
    lines: list[str] = []
    began = told = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.rstrip())
            if time.monotonic() - told > 3:
                told = time.monotonic()
                report(f"  {told - began:3.0f} s  {re.sub(r'^I: ', '', lines[-1])}")
    if process.returncode != 0:
        log = path / "debootstrap" / "debootstrap.log"
        details = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:] if log.exists() else []
        raise StackError("\n".join(["debootstrap failed:", *lines[-8:], *details]))


def finish(path: Path) -> None:
    """Make the root ready for our servers: no cluster of its own, no package archives, and a place for our data."""
    shutil.rmtree(path / "var/lib/postgresql/17", ignore_errors=True)
    for archive in (path / "var/cache/apt/archives").glob("*.deb"):
        archive.unlink()
    (path / "var/lib/commune").mkdir(parents=True, exist_ok=True)
    if not DebianRoot(path).complete():
        raise StackError(f"debootstrap ended well, but {path} lacks one of {', '.join(PROGRAMS)}")


def versions(root: DebianRoot) -> str:
    """Return what the root carries, such as `postgresql-17 17.6-0+deb13u1, ...`, from its package records."""
    status = (root.path / "var/lib/dpkg/status").read_text(encoding="utf-8")
    found = dict(re.findall(r"^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$", status, flags=re.MULTILINE))
    return ", ".join(f"{name} {found[name]}" for name in PACKAGES[:3] if name in found)


def main() -> int:
    """Make the root that the command line names: `python3 -m commune.stack.debian .local/debian`.

    It needs the standard library only, so that it runs beside the installation of everything else. The archive is
    taken from DEBIAN_MIRROR, if that is set.
    """
    try:
        make(
            Path(sys.argv[1]), lambda line: say(f"timescaledb: {line}"), mirror=os.environ.get("DEBIAN_MIRROR") or None
        )
    except StackError as error:
        say(f"timescaledb: {error}")
        return 1
    return 0


def say(line: str) -> None:
    """Write a line of progress at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
