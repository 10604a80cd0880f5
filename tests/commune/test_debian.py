"""The Debian root: made whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commune.stack import debian
from commune.stack.debian import PROGRAMS, DebianRoot
from commune.stack.errors import ServerMissingError, StackError

ROOT = Path(__file__).parents[2]
FAILING = """\
#!/bin/sh
mkdir -p "$4/debootstrap"
echo "E: no such archive: $5"
exit 1
"""
STATUS = """\
Package: postgresql-17
Status: install ok installed
Version: 17.6-0+deb13u1

Package: mosquitto
Version: 2.0.21-1
"""


def ignore(_line: str) -> None:
    """Take a line of progress and do nothing with it."""


def pretend(path: Path) -> None:
    """Put what we look for into a root."""
    for program in PROGRAMS:
        (path / program).parent.mkdir(parents=True, exist_ok=True)
        (path / program).write_text("")
    (path / "var/lib/dpkg").mkdir(parents=True)
    (path / "var/lib/dpkg/status").write_text(STATUS)


def test_a_root_that_is_there_is_kept_and_its_versions_are_told(tmp_path: Path) -> None:
    pretend(tmp_path / "debian")
    told: list[str] = []
    debian.make(tmp_path / "debian", told.append)
    assert told == [f"{tmp_path}/debian is there already: postgresql-17 17.6-0+deb13u1, mosquitto 2.0.21-1"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_root_that_lacks_a_program_is_not_complete(tmp_path: Path, program: str) -> None:
    pretend(tmp_path)
    assert DebianRoot(tmp_path).complete()
    (tmp_path / program).unlink()
    assert not DebianRoot(tmp_path).complete()


def test_only_root_may_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not DebianRoot(tmp_path).usable()


def test_one_who_is_not_root_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServerMissingError, match="Run as root: make timescaledb"):
        debian.make(tmp_path / "debian", ignore)


def test_a_machine_without_debootstrap_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissingError, match="Run as root: make system"):
        debian.make(tmp_path / "debian", ignore)


def test_a_failure_of_debootstrap_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "debootstrap").write_text(FAILING)
    (programs / "debootstrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    with pytest.raises(StackError, match="no such archive: file:///nowhere"):
        debian.make(tmp_path / "local" / "debian", ignore, mirror="file:///nowhere")
    assert list((tmp_path / "local").iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_a_living_one_is_spared(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    for pid in (int(dead.stdout), os.getpid()):
        (tmp_path / f"debian.unfinished-{pid}-abc").mkdir()
    debian.clear_unfinished(tmp_path / "debian")
    assert [path.name for path in tmp_path.iterdir()] == [f"debian.unfinished-{os.getpid()}-abc"]


def test_finishing_removes_the_cluster_and_archives_of_the_packages(tmp_path: Path) -> None:
    pretend(tmp_path)
    for useless in ("var/lib/postgresql/17/main", "var/cache/apt/archives"):
        (tmp_path / useless).mkdir(parents=True)
    (tmp_path / "var/cache/apt/archives/x.deb").write_text("")
    debian.finish(tmp_path)
    assert not (tmp_path / "var/lib/postgresql/17").exists()
    assert list((tmp_path / "var/cache/apt/archives").iterdir()) == []
    assert (tmp_path / "var/lib/commune").is_dir()


def test_a_root_without_what_it_was_made_for_is_refused(tmp_path: Path) -> None:
    pretend(tmp_path)
    (tmp_path / PROGRAMS[0]).unlink()
    with pytest.raises(StackError, match=PROGRAMS[0]):
        debian.finish(tmp_path)


def test_the_command_needs_the_standard_library_only(tmp_path: Path) -> None:
    pretend(tmp_path / "debian")
    shutil.copytree(ROOT / "commune" / "stack", tmp_path / "commune" / "stack")
    (tmp_path / "commune" / "__init__.py").write_text("")
    result = subprocess.run(
        [sys.executable, "-S", "-m", "commune.stack.debian", "debian"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "timescaledb: debian is there already" in result.stderr
