"""How much faster history is written straight into the tables than by way of MQTT, the same devices, one machine.

What is compared is a reading, from the simulator until it is stored. By way of MQTT it comes as in a live run, but as
fast as it goes: at QoS 1, and what a device says at one time in one message. The two ways take turns, so that whatever
else the machine has to do meets both, and medians count. Beside the clock on the wall stands the processors' time, of
simulators, servers and ingest together: it says the same on a busy machine. What a world needs once is made before the
first round, of both ways: it is nothing beside a year.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from broker.publisher import Publisher
from commune.bench.endurance import ingesting
from commune.bench.servers import Progress, bench_servers
from commune.sample import Backfilling, backfilling, register
from simulators.calendar import DAY_SECONDS
from simulators.communes import load
from simulators.devices import Simulator
from simulators.history import history
from simulators.messages import simulators_of
from simulators.run import FASTEST, Simulation
from storage.arrivals import now
from storage.connect import Session, connect
from storage.editions import describe
from storage.ledger import totals

COMMUNE = "gia-loc"
SEED = 1
HOUR_SECONDS = 3600
MQTT_SECONDS = 0.5
"""A run of so long at the greatest speed covers half a day."""
SETTLE_SECONDS = 600.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Way:
    """One way once: readings, seconds by the clock, seconds of the processors, and the messages that it took."""

    readings: int
    seconds: float
    processor_seconds: float
    messages: int = 0

    @property
    def rate(self) -> float:
        """Readings a second."""
        return self.readings / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the processors for a reading."""
        return self.processor_seconds / self.readings * 1e6


@dataclass(frozen=True, slots=True)
class BackfillBench:
    """Readings a second of both ways, and the median of their ratios; `year_minutes` is what a year would take.

    The microseconds are those of all processors for one reading.
    """

    edition: str
    devices: int
    days: float
    processes: int
    rounds: int
    readings: int
    readings_per_second: float
    processor_microseconds: float
    mqtt_readings: int
    mqtt_readings_per_message: float
    mqtt_readings_per_second: float
    mqtt_processor_microseconds: float
    ratio_to_mqtt: float
    ratio_of_processor_time: float
    year_minutes: float


def run_backfill_bench(
    local_directory: Path, days: float, processes: int, progress: Progress, *, rounds: int = 3
) -> BackfillBench:
    """Write history of the sample commune both ways in turn, into tables of private servers that were empty of it.

    Each round writes `days` of its own straight into the tables, and half a day after them by way of MQTT.
    """
    sample = load(COMMUNE)
    straight, by_mqtt = [], []
    with bench_servers(local_directory) as bench, closing(connect(bench.url, autocommit=True)) as session:
        register(session, sample)
        end = int(now().timestamp()) - 2 * DAY_SECONDS
        simulators = simulators_of(sample, SEED)
        for _ in history(simulators, end - HOUR_SECONDS, end):
            pass
        with (
            ingesting(bench),
            Publisher(bench.publishing, "bench-backfill") as publisher,
            backfilling(bench.url, COMMUNE, SEED, processes) as workers,
        ):
            first = end - round(rounds * days * DAY_SECONDS)
            workers.write(simulators, (first - DAY_SECONDS, first))
            for number in range(rounds):
                last = first + round((number + 1) * days * DAY_SECONDS)
                straight.append(_straight(workers, simulators, (last - round(days * DAY_SECONDS), last)))
                by_mqtt.append(_by_mqtt(session, simulators, publisher, rounds - number))
                progress(
                    f"round {number + 1} of {rounds}: {straight[-1].rate:,.0f} readings a second straight into the "
                    f"tables, {by_mqtt[-1].rate:,.0f} by way of MQTT"
                )
        edition = describe(session)
    pairs = list(zip(straight, by_mqtt, strict=True))
    rate = median(way.rate for way in straight)
    return BackfillBench(
        edition=edition,
        devices=len(sample.devices),
        days=days,
        processes=processes,
        rounds=rounds,
        readings=sum(way.readings for way in straight),
        readings_per_second=round(rate, 1),
        processor_microseconds=round(median(way.cost for way in straight), 2),
        mqtt_readings=sum(way.readings for way in by_mqtt),
        mqtt_readings_per_message=round(sum(way.readings for way in by_mqtt) / sum(way.messages for way in by_mqtt), 2),
        mqtt_readings_per_second=round(median(way.rate for way in by_mqtt), 1),
        mqtt_processor_microseconds=round(median(way.cost for way in by_mqtt), 2),
        ratio_to_mqtt=round(median(one.rate / other.rate for one, other in pairs), 1),
        ratio_of_processor_time=round(median(other.cost / one.cost for one, other in pairs), 1),
        year_minutes=round(straight[0].readings / days * 365 / rate / 60, 1),
    )


def _straight(workers: Backfilling, simulators: list[Simulator], span: tuple[int, int]) -> Way:
    began, before = time.perf_counter(), _processor_seconds()
    written = workers.write(simulators, span)
    return Way(written.stored, time.perf_counter() - began, _processor_seconds() - before)


def _by_mqtt(session: Session, simulators: list[Simulator], publisher: Publisher, before_last: int) -> Way:
    """A run as fast as it goes, from its first message until all of its readings are stored.

    It is of the half day that lies so many half days before the present.
    """
    stored = totals(session).readings_stored
    length = round(MQTT_SECONDS * FASTEST)
    start = int(now().timestamp()) - before_last * (length + 1)
    simulation = Simulation(simulators, speed=FASTEST, seconds=MQTT_SECONDS, start=start)
    began, before = time.perf_counter(), _processor_seconds()
    statistics = simulation.run(publisher)
    sent = statistics.readings
    deadline = time.monotonic() + SETTLE_SECONDS
    while totals(session).readings_stored - stored < sent and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    way = Way(sent, time.perf_counter() - began, _processor_seconds() - before, statistics.telemetry)
    assert totals(session).readings_stored - stored == sent
    return way


def _processor_seconds() -> float:
    """What this process, the servers and all that they have started have used of the processors so far."""
    here = psutil.Process(os.getpid())
    spent = 0.0
    for process in (here, *here.children(recursive=True)):
        times = process.cpu_times()
        spent += times.user + times.system + times.children_user + times.children_system
    return spent
