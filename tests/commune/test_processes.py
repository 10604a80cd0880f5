"""Processes under their guard, tried with real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from commune.stack.errors import DeadlineError, ServerFailedError
from commune.stack.guard import start_ticks
from commune.stack.processes import Account, Command, Process, gone, kill_recorded, wait_until

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def shell(script: str, stop_seconds: float = 20.0) -> Command:
    """A command that runs a line of shell."""
    return Command(["/bin/sh", "-c", script], ENVIRONMENT, stop_seconds=stop_seconds)


def is_gone(pid: int) -> bool:
    """Whether nothing runs under that pid."""
    started = start_ticks(pid)
    return started is None or gone(pid, started)


def test_what_it_writes_goes_into_its_log(tmp_path: Path) -> None:
    process = Process.start("talk", shell("echo out; echo err >&2"), tmp_path)
    assert process.wait(10) == 0
    assert (tmp_path / "talk.log").read_text() == "out\nerr\n"
    assert process.last_words() == "out\nerr"


def test_last_words_are_those_of_this_run_only(tmp_path: Path) -> None:
    Process.start("talk", shell("echo first"), tmp_path).wait(10)
    second = Process.start("talk", shell("echo second"), tmp_path)
    second.wait(10)
    assert second.last_words() == "second"


def test_the_environment_is_exactly_the_one_given(tmp_path: Path) -> None:
    command = Command(["/usr/bin/env"], {"ONE": "1"})
    process = Process.start("env", command, tmp_path)
    process.wait(10)
    assert process.last_words() == "ONE=1"


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("kill -9 $$", 137), ("true", 0)])
def test_the_exit_status_is_that_of_the_process(tmp_path: Path, script: str, status: int) -> None:
    assert Process.start("end", shell(script), tmp_path).wait(10) == status


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerFailedError, match=r"none: /no/such/program could not be started: .*No such file"):
        Process.start("none", Command(["/no/such/program"]), tmp_path)


def test_a_process_that_ends_as_it_starts_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = Process.start("poor", shell("echo no port >&2; exit 3"), tmp_path)
    with pytest.raises(ServerFailedError, match=r"status 3 as it started\nno port"):
        process.wait_ready(lambda: False, 10)


def test_a_process_that_is_never_ready_is_reported_with_the_deadline(tmp_path: Path) -> None:
    process = Process.start("slow", shell("echo thinking; exec sleep 60"), tmp_path)
    try:
        wait_until(lambda: process.last_words() == "thinking", 10, "its first line")
        with pytest.raises(ServerFailedError, match=r"waited 0.1 s in vain: slow to be ready\nthinking"):
            process.wait_ready(lambda: False, 0.1)
    finally:
        process.stop()


def test_it_is_asked_to_end_first_and_may_take_its_leave(tmp_path: Path) -> None:
    process = Process.start(
        "polite", shell("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.02; done"), tmp_path
    )
    wait_until(lambda: process.last_words() == "up", 10, "it to run")
    assert process.stop() == 5
    assert process.last_words() == "up\nbye"
    assert is_gone(process.pid)


def test_one_that_will_not_end_is_killed_with_all_its_children(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 300 & echo $!; while :; do sleep 0.02; done"
    process = Process.start("stubborn", shell(script, stop_seconds=0.2), tmp_path)
    wait_until(lambda: process.last_words() != "", 10, "it to run")
    child = int(process.last_words())
    assert process.stop() == 128 + signal.SIGKILL
    wait_until(lambda: is_gone(child), 10, "its child to be gone")


def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    process = Process.start("sleep", shell("exec sleep 300"), tmp_path)
    assert process.stop() == process.stop() == 128 + signal.SIGTERM


def test_kill_leaves_it_no_time(tmp_path: Path) -> None:
    process = Process.start("sleep", shell("trap 'echo bye' TERM; sleep 300"), tmp_path)
    process.kill()
    assert process.exit_status() == 128 + signal.SIGKILL
    assert process.last_words() == ""


def test_waiting_for_one_that_goes_on_ends_at_the_deadline(tmp_path: Path) -> None:
    process = Process.start("sleep", shell("exec sleep 300"), tmp_path)
    with pytest.raises(DeadlineError, match=r"waited 0.1 s in vain: sleep to end"):
        process.wait(0.1)
    process.stop()


def test_when_the_guard_itself_is_killed_the_process_goes_too(tmp_path: Path) -> None:
    process = Process.start("sleep", shell("exec sleep 300"), tmp_path)
    os.kill(process.guard_pid, signal.SIGKILL)
    wait_until(lambda: is_gone(process.pid), 10, "the process to follow its guard")
    assert process.stop() == -signal.SIGKILL


def test_its_pids_are_on_file_while_it_runs_and_not_after(tmp_path: Path) -> None:
    process = Process.start("sleep", shell("exec sleep 300"), tmp_path)
    pids = json.loads((tmp_path / "sleep.pids").read_text())
    assert pids["server"] == [process.pid, start_ticks(process.pid)]
    assert pids["guard"][0] == process.guard_pid
    process.stop()
    assert not (tmp_path / "sleep.pids").exists()


def test_what_a_pid_file_names_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as sleeper:
        pair = [sleeper.pid, start_ticks(sleeper.pid)]
        (tmp_path / "x.pids").write_text(json.dumps({"server": pair, "guard": pair}))
        kill_recorded(tmp_path / "x.pids")
        assert sleeper.wait(10) == -signal.SIGKILL


def test_a_process_that_got_the_pid_of_another_is_spared(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as bystander:
        ticks = start_ticks(bystander.pid)
        assert ticks is not None
        pair = [bystander.pid, ticks - 1]
        (tmp_path / "x.pids").write_text(json.dumps({"server": pair, "guard": pair}))
        kill_recorded(tmp_path / "x.pids")
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("content", ["", "not json"])
def test_a_pid_file_that_was_cut_off_is_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.pids").write_text(content)
    kill_recorded(tmp_path / "x.pids")


def test_a_missing_pid_file_is_passed_over(tmp_path: Path) -> None:
    kill_recorded(tmp_path / "x.pids")


def test_reading_is_lent_through_setpriv_only_where_it_is_needed() -> None:
    plain = Command(["/bin/true"], account=Account(1, 2))
    assert plain.under_account() == ["/bin/true"]
    lent = Command(["/bin/true"], account=Account(1, 2), lend="dac_override")
    assert lent.under_account()[:3] == ["/usr/bin/setpriv", "--reuid=1", "--regid=2"]
    assert lent.under_account()[-1] == "/bin/true"


def test_a_condition_that_does_not_come_true_is_named() -> None:
    with pytest.raises(DeadlineError, match=r"waited 0.05 s in vain: rain"):
        wait_until(lambda: False, 0.05, "rain")
