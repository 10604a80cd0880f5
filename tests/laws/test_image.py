"""The Dockerfile: pinned, locked, unprivileged, and with every package of the project in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Instruction and arguments of every line of the Dockerfile, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [
        (word.upper(), rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())
    ]


def of(instruction: str) -> list[str]:
    """The arguments of every instruction of one name."""
    return [rest for word, rest in instructions() if word == instruction]


def copied() -> set[str]:
    """What is copied from the repository into the image."""
    return {source for line in of("COPY") if not line.startswith("--from") for source in line.split()[:-1]}


def test_every_stage_starts_from_a_full_version_of_a_slim_image() -> None:
    assert len(of("FROM")) == 2
    for line in of("FROM"):
        assert re.match(r"python:3\.\d+\.\d+-slim-[a-z]+\b", line), line


def test_the_python_of_the_image_is_one_that_the_project_supports() -> None:
    version = re.match(r"python:(3\.\d+)", of("FROM")[-1])
    assert version and f"Programming Language :: Python :: {version[1]}" in PROJECT["project"]["classifiers"]


def test_everything_installed_is_locked_with_hashes_or_is_this_project() -> None:
    commands = [part.strip() for line in of("RUN") for part in line.split("&&")]
    installs = [command for command in commands if "pip install" in command]
    assert len(installs) == 3
    for command in installs:
        assert "--require-hashes" in command or command.endswith("--no-deps --no-build-isolation ."), command
    assert not any("apt-get" in command or "curl" in command for command in commands)


def test_no_development_tool_is_in_the_image() -> None:
    assert "requirements-dev.lock" not in copied()


def test_the_build_tools_have_a_lock_that_satisfies_the_project() -> None:
    lock = (ROOT / "requirements-build.lock").read_text(encoding="utf-8")
    assert PROJECT["build-system"]["requires"] == ["setuptools>=77"]
    version = re.search(r"^setuptools==(\d+)", lock, re.MULTILINE)
    assert version and int(version[1]) >= 77
    assert "--hash=sha256:" in lock


def test_the_process_is_not_root() -> None:
    assert of("USER") == ["10001:10001"]
    last_copy = max(number for number, (word, _) in enumerate(instructions()) if word == "COPY")
    assert instructions().index(("USER", "10001:10001")) > last_copy


def test_the_image_says_what_it_is() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', of("LABEL")[0]))
    assert labels["version"] == PROJECT["project"]["version"]
    assert labels["licenses"] == PROJECT["project"]["license"]
    assert labels["title"] and labels["description"]


def test_health_is_left_to_compose() -> None:
    assert of("HEALTHCHECK") == []


@pytest.mark.parametrize("package", [name for name in PROJECT["tool"]["setuptools"]["packages"] if "." not in name])
def test_every_package_of_the_project_is_in_the_image(package: str) -> None:
    assert package in copied()


@pytest.mark.parametrize("source", sorted(copied()))
def test_what_is_copied_exists_and_is_let_through(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_nothing_else_is_sent_to_the_builder() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel that is built from what the Dockerfile copies, and from nothing else."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-c", "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])", str(target)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_every_file_of_every_package_is_installed(wheel: set[str]) -> None:
    rooms = [name for name in PROJECT["tool"]["setuptools"]["packages"] if "." not in name]
    present = {
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(present) > 100
    assert present - wheel == set()
