"""What `commune bench query` asks of: a commune of stations that report every minute, with a history of weeks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

import numpy as np

from devices.catalogue import KINDS
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType
from storage.connect import Session, connect
from storage.history import HistoryWriter, Series
from storage.places import add_commune
from storage.registry import add_device, add_hamlet, all_devices

COMMUNE = "bench"
KIND = KINDS["environment"]
FIELDS = (*(field.name for field in KIND.own_fields[:11]), "battery")
HAMLETS = 20
DEVICES_AT_ONCE = 40
DAY_MICROSECONDS = 86_400 * 1_000_000
MINUTE_MICROSECONDS = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class World:
    """The size of the commune: stations, days, and the moment at which its history ends."""

    devices: int
    days: int
    end: datetime

    @property
    def readings(self) -> int:
        """How many readings the history has."""
        return self.devices * self.days * 1440

    def codes(self) -> list[str]:
        """The codes of the stations."""
        return [f"station-{number:05d}" for number in range(self.devices)]

    def hamlets(self) -> list[str]:
        """The codes of the hamlets, in which the stations lie in turns."""
        return [f"thon-{number:02d}" for number in range(HAMLETS)]


def register(session: Session, world: World) -> None:
    """Register commune, hamlets and stations."""
    add_commune(session, Commune(COMMUNE, "Bench", "-", 20.9, 106.3, is_sample=True))
    for number, code in enumerate(world.hamlets(), 1):
        add_hamlet(session, COMMUNE, Hamlet(code, f"Thôn {number}", HamletType.THON))
    with session.transaction():
        for number, code in enumerate(world.codes()):
            hamlet = world.hamlets()[number % HAMLETS]
            add_device(session, Device(COMMUNE, code, KIND.name, hamlet=hamlet, state=DeviceState.ACTIVE))


def load(url: str, world: World, processes: int, progress: Callable[[int], None]) -> None:
    """Write the history; `progress` gets the number of readings written so far."""
    written = 0
    with ProcessPoolExecutor(processes, get_context("spawn"), _open_worker, (url,)) as executor:
        tasks = [executor.submit(_write, share, day) for day, share in _shares(url, world)]
        try:
            for task in as_completed(tasks):
                written += task.result()
                progress(written)
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise


def _shares(url: str, world: World) -> Iterator[tuple[int, list[int]]]:
    """Days, oldest first, and within each the stations in parts, as a day comes in: Unix microseconds and numbers."""
    with closing(connect(url)) as session:
        numbers = [device.device_id for device in all_devices(session)]
    start = world.end - timedelta(days=world.days)
    first = int(start.timestamp()) // 60 * MINUTE_MICROSECONDS
    for day in range(world.days):
        for place in range(0, len(numbers), DEVICES_AT_ONCE):
            yield first + day * DAY_MICROSECONDS, numbers[place : place + DEVICES_AT_ONCE]


_writers: list[HistoryWriter] = []
"""What this process writes with, when it is one of several that load."""


def _open_worker(url: str) -> None:
    # The terminal's Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _writers.append(HistoryWriter(connect(url, autocommit=True)))


def _write(numbers: list[int], begin: int) -> int:
    batch = [_series(number, begin) for number in numbers]
    return _writers[0].write(KIND, batch).stored


def _series(number: int, begin: int) -> Series:
    """A day of a station: twelve fields that go up and down with the hour, each with a ripple of its own."""
    minutes = np.arange(1440)
    hour = np.sin((minutes + number) * (2 * np.pi / 1440))
    ripple = (minutes * 7 + number * 13) % 100 / 10
    values = {
        name: np.round(base + scale * hour + ripple, 1)
        for name, base, scale in zip(
            FIELDS,
            (25, 70, 1005, 12, 25, 45, 420, 33, 14, 70, 52, 80),
            (5, 15, 3, 4, 9, 12, 80, 9, 4, 20, 6, 9),
            strict=True,
        )
    }
    return Series(
        device_id=number,
        times=begin + minutes * MINUTE_MICROSECONDS + number % 60 * 1_000_000,
        seqs=begin // MINUTE_MICROSECONDS + minutes,
        keys=(),
        values=tuple(values.get(field.name) for field in KIND.values),
    )
