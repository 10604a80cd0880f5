"""Clocks that jump: the devices', ahead, behind and never set; the receiver's, set back and forward while it works."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices.readings import TimeSource
from tests.journeys.chamber import Chamber
from tests.journeys.messages import STATIONS, Message, Mix
from tests.journeys.proxy import Way

COPY = (Way.UP, b"COPY ")
COMMITTED = (Way.DOWN, b"COMMIT\0")
HOUR = 3600
DAY = 24 * HOUR


def told_by_wrong_clocks(mix: Mix, now: datetime) -> list[Message]:
    """Readings of clocks that are ahead a little, ahead too far, and behind by any time."""
    messages = []
    for number in range(60):
        step = timedelta(seconds=number)
        messages += [
            mix.at(STATIONS[0], now + timedelta(seconds=30) + step / 2),
            mix.at(STATIONS[1], now + timedelta(hours=7) + step, TimeSource.NOT_BELIEVED),
            mix.at(STATIONS[1], datetime(2099, 12, 31, 23, tzinfo=UTC) + step, TimeSource.NOT_BELIEVED),
            mix.at(STATIONS[2], datetime(2000, 1, 1, tzinfo=UTC) + step),
            mix.never_set(STATIONS[2], datetime(1970, 1, 1, tzinfo=UTC) + step),
        ]
    return messages


def test_the_clocks_of_devices_are_ahead_and_behind(chamber: Chamber) -> None:
    with chamber.trial(seed=81) as trial:
        child = trial.ingest().connected()
        messages = told_by_wrong_clocks(trial.mix, datetime.now(UTC))
        trap = trial.database_proxy.when(COPY, COMMITTED, act=child.kill, cut=True)
        trial.say_all([*messages, *trial.mix.take(500)])
        trial.wait_for(child, trap.sprung.is_set, "it is killed, so that some of it comes again")
        result = trial.reckon(trial.ingest())
        moved = (
            "SELECT count(*), bool_and(device_time > time AND time - received_at BETWEEN '0 s' AND '1 s') "
            "FROM environment WHERE time_source = 2"
        )
        assert trial.rows(moved) == [(120, True)]
        ((unset,),) = trial.rows("SELECT count(*) FROM dead_letter WHERE detail LIKE %s", "%clock was never set")
        assert unset >= 60
    assert result.extra == 0


def test_the_clock_of_the_receiver_is_set_back_and_forward(chamber: Chamber, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    with chamber.trial(seed=82, ingest_writers="1") as trial:
        set_clock(offset, 0)
        child = trial.ingest(others=faked(offset)).connected()
        for seconds in (0, -HOUR, DAY, -DAY):
            set_clock(offset, seconds)
            trial.say_all(300)
            trial.wait_for(child, lambda: trial.received() == len(trial.said), "all of it is settled")
        set_clock(offset, -2 * DAY)
        trap = trial.database_proxy.when(COPY, COMMITTED, act=child.kill, cut=True)
        trial.say_all(300)
        trial.wait_for(child, trap.sprung.is_set, "it is killed, and starts with a clock that is behind its last batch")
        result = trial.reckon(trial.ingest(others=faked(offset)))
        days = trial.rows("SELECT count(DISTINCT day) FROM ledger")[0][0]
        batches = [batch for (batch,) in trial.rows("SELECT batch FROM delivery ORDER BY settled_at")]
    assert (result.extra, result.sums.redelivered > 0) == (0, True)
    assert days >= 3, "the ledger's days are those of the clock as it stood"
    assert batches == sorted(batches), "the numbers of batches rise whatever the clock does"


def set_clock(offset: Path, seconds: int) -> None:
    """Set the clock of the processes that read this file, so many seconds from the true time."""
    offset.with_suffix(".new").write_text(f"{seconds:+d}\n", encoding="utf-8")
    offset.with_suffix(".new").rename(offset)


def faked(offset: Path) -> dict[str, str]:
    """The environment of a process whose clock can be set: libfaketime (faketime(1)), but for the steady clock."""
    assert shutil.which("faketime"), "faketime is not installed: make system-for-tests"
    given = subprocess.run(["faketime", "-m", "-f", "+0", "env"], capture_output=True, text=True, check=True).stdout
    return {
        "LD_PRELOAD": next(line for line in given.splitlines() if line.startswith("LD_PRELOAD=")).partition("=")[2],
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
