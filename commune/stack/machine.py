"""What the machine itself must have, and its installation where we may: `python3 -m commune.stack.machine`.

`--tests` adds what only tests need. Needs the standard library only. As root on Debian and its relatives it installs
what is missing with apt-get, and no package may start a service meanwhile. Otherwise it says exactly what to install.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OLDEST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POLICY = Path("usr/sbin/policy-rc.d")
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin:/opt/homebrew/sbin:/opt/homebrew/bin"
NO_SERVICE = "#!/bin/sh\n# No package may start its service while `make system` runs.\nexit 101\n"


def has(program: str) -> bool:
    """Say whether a program is on this machine."""
    return shutil.which(program) is not None or shutil.which(program, path=SYSTEM_PATH) is not None


def browser() -> str | None:
    """Return the path of a browser that the tests of the pages can drive, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path is not None), None)


def missing_packages(*, root: bool, for_another: bool, for_tests: bool = False) -> list[str]:
    """Return Debian's names of the packages that are missing.

    `root`: servers come from a Debian root of our own, which debootstrap makes. Anyone else, among them the person
    who typed `sudo make system` (`for_another`), needs the machine's own mosquitto. `for_tests`: the tests of the
    pages drive a browser, and those of clocks that jump set the clock of a single process with libfaketime.
    """
    missing = []
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if root and not has("debootstrap"):
        missing += ["debootstrap", "debian-archive-keyring", "ca-certificates"]
    if not has("curl"):
        missing.append("curl")  # the tutorial asks the API with it
    if (for_another or not root) and not has("mosquitto"):
        missing += ["mosquitto", "mosquitto-clients"]
    if for_tests and not any(map(has, BROWSERS)):
        missing.append("chromium")
    if for_tests and not has("faketime"):
        missing.append("faketime")
    return missing


@contextlib.contextmanager
def no_service_starts(slash: Path = Path("/")) -> Iterator[None]:
    """While it lasts no package starts a service: Debian's packages ask policy-rc.d, and 101 forbids it.

    A policy that the machine has already is left as it is.
    """
    policy = slash / POLICY
    ours = not policy.exists()
    if ours:
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(NO_SERVICE, encoding="utf-8")
        policy.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            policy.unlink(missing_ok=True)


def install(packages: list[str]) -> None:
    """Install packages; those that bring a service do not start it, now or with the machine."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with no_service_starts():
        apt("update", environment)
        apt("install", environment, "--yes", "--no-install-recommends", *packages)
    if "mosquitto" in packages and has("systemctl"):
        subprocess.run(["systemctl", "disable", "mosquitto"], check=False, capture_output=True)


def apt(verb: str, environment: dict[str, str], *arguments: str) -> None:
    """Run apt-get; raise CalledProcessError when it fails. It tells its progress on standard error."""
    subprocess.run(["apt-get", "--quiet", verb, *arguments], check=True, env=environment, stdout=sys.stderr)


def advice(packages: list[str]) -> str:
    """Return what a person without our rights is to do."""
    lines = [f"missing on this machine: {', '.join(packages)}"]
    if has("apt-get"):
        lines.append(f"  run:  sudo apt-get update && sudo apt-get install --yes {' '.join(packages)}")
        if "mosquitto" in packages:
            lines.append(
                "  then: sudo systemctl disable --now mosquitto   (we start a private one; this one need not run)"
            )
        lines.append("  or:   sudo make system   (the same, without the service being started at all)")
    elif has("dnf"):
        lines.append("  run:  sudo dnf install mosquitto python3" + _for_tests(packages))
    elif has("brew"):
        lines.append("  run:  brew install mosquitto python@3.11" + _for_tests(packages))
    else:
        lines.append("  install them with this system's package manager, then run make again")
    return "\n".join(lines)


def _for_tests(packages: list[str]) -> str:
    """The packages among these that only tests need, by the names of Fedora and Homebrew, for a command line."""
    names = {"chromium": "chromium", "faketime": "libfaketime"}
    return "".join(f" {names[package]}" for package in packages if package in names)


def say(line: str) -> None:
    """Write a line of progress at once."""
    sys.stderr.write(f"system: {line}\n")
    sys.stderr.flush()


def main(*arguments: str) -> int:
    """Install or name what is missing; return 1 when something still is."""
    if sys.version_info < OLDEST_PYTHON:
        say(f"Python {sys.version.split()[0]} is too old; 3.11 or later is needed. Use: make PYTHON=python3.11 ...")
        return 1
    root = os.geteuid() == 0
    packages = missing_packages(root=root, for_another="SUDO_USER" in os.environ, for_tests="--tests" in arguments)
    if not packages:
        return 0
    if not (root and has("apt-get")):
        say(advice(packages))
        # Without debootstrap root still has the plain edition, if the machine has a mosquitto.
        return 0 if root and has("mosquitto") and "python3-venv" not in packages else 1
    say(f"installing {' '.join(packages)}")
    try:
        install(packages)
    except subprocess.CalledProcessError as error:
        say(f"{' '.join(error.cmd)} failed with status {error.returncode}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
