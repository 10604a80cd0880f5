"""Stands between an owner and one server: when the owner is gone, however it went, the server is stopped.

Run as a script of its own (`python -I -S guard.py SPECIFICATION`), so it imports the standard library only and
starts in some 20 ms. Its standard input is a pipe whose other end the owner holds and nobody else:

- the line `stop`: stop the server in order, and keep its files;
- end of file: the owner is gone (it ended, crashed, or got SIGKILL): stop the server and remove its files;
- the server ends by itself: end with its exit status (128 + signal when a signal ended it).

Its standard output tells the owner `started PID`, or `failed REASON`. Should the guard itself get SIGKILL, Linux
delivers `death_signal` to the server. The guard has a session of its own: Ctrl-C in a terminal does not reach it,
so that servers are stopped in the owner's order.

The specification is a JSON object:
    argv, env               what to run, with exactly which environment
    log                     file that takes what it writes; null: the guard's standard error
    chroot, uid, gid        null, or the root directory to enter and the account to become
    stop_signal             number of the signal that asks the server to end in order
    stop_seconds            how long it may take before SIGKILL
    death_signal            number of the signal that Linux sends it when the guard dies
    pid_file                where to write the pids and start times of server and guard
    remove                  directories that go when the owner is gone
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 1.0


def start_ticks(pid: int) -> int | None:
    """Return when the process started, in clock ticks since boot; None without /proc, or when it is gone.

    A pid is used again; a pid with its start time is not. (proc(5): field 22 of /proc/PID/stat.)
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(text.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None


def confine(specification: dict[str, Any], guard_pid: int) -> None:
    """Become what the server is to be; runs in the child between fork and exec (the guard has one thread only)."""
    if specification["chroot"] is not None:
        os.chroot(specification["chroot"])
        os.chdir("/")
    if specification["uid"] is not None:
        os.setgroups([])
        os.setgid(specification["gid"])
        os.setuid(specification["uid"])
    # After the change of account, because that change clears it.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, specification["death_signal"], 0, 0, 0)
        if os.getppid() != guard_pid:  # it died between the fork and the line above
            os.kill(os.getpid(), signal.SIGKILL)


def launch(specification: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the server in a process group of its own."""
    guard_pid = os.getpid()
    log = Path(specification["log"]).open("ab") if specification["log"] else None  # noqa: SIM115
    try:
        return subprocess.Popen(
            specification["argv"],
            env=specification["env"],
            stdin=subprocess.DEVNULL,
            stdout=log or sys.stderr,
            stderr=log or sys.stderr,
            start_new_session=True,
            preexec_fn=lambda: confine(specification, guard_pid),  # noqa: PLW1509
        )
    finally:
        if log:
            log.close()


def watch(server: subprocess.Popen[bytes], owner_pid: int, woken: int) -> str:
    """Wait until something happens, and say what: `ended`, `stop` or `orphan`."""
    while True:
        readable, _, _ = select.select([0, woken], [], [], POLL_SECONDS)
        if server.poll() is not None:
            return "ended"
        if 0 in readable:
            word = os.read(0, 64)
            return "stop" if word.startswith(b"stop") else "orphan"
        if woken in readable and signal.SIGTERM in os.read(woken, 64):
            return "stop"
        # A copy of the pipe's end in a forked child of the owner would hide the owner's death from us.
        if os.getppid() != owner_pid:
            return "orphan"


def end(server: subprocess.Popen[bytes], stop_signal: int, stop_seconds: float) -> None:
    """Ask the server to end, wait, then end its whole group with SIGKILL."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.send_signal(stop_signal)
        server.wait(stop_seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def main(text: str) -> int:
    """Run one server until it ends, is asked to end, or has lost its owner."""
    specification = json.loads(text)
    owner_pid = os.getppid()
    os.setsid()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    try:
        server = launch(specification)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stdout.write(f"failed {error}\n")
        return 127
    pids = {"server": [server.pid, start_ticks(server.pid)], "guard": [os.getpid(), start_ticks(os.getpid())]}
    Path(specification["pid_file"]).write_text(json.dumps(pids), encoding="utf-8")
    sys.stdout.write(f"started {server.pid}\n")
    sys.stdout.flush()
    happened = watch(server, owner_pid, woken)
    end(server, specification["stop_signal"], specification["stop_seconds"])
    Path(specification["pid_file"]).unlink(missing_ok=True)
    if happened == "orphan":
        for directory in specification["remove"]:
            shutil.rmtree(directory, ignore_errors=True)
    return server.returncode if server.returncode >= 0 else 128 - server.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
