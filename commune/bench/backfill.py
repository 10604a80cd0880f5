"""How much faster history is written straight into the tables than by way of MQTT, the same devices, one machine."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from broker.publisher import Publisher
from commune.bench.endurance import ingesting
from commune.bench.servers import Bench, Progress, bench_servers
from commune.sample import Written, backfill, backfill_in_processes, register
from simulators.calendar import DAY_SECONDS
from simulators.communes import SampleCommune, load
from simulators.messages import simulators_of
from simulators.run import FASTEST, Simulation
from storage.arrivals import now
from storage.connect import Session, connect
from storage.editions import describe
from storage.ledger import totals

COMMUNE = "gia-loc"
SEED = 1
MQTT_SECONDS = 0.5
"""A run of so long at the greatest speed covers half a day."""
SETTLE_SECONDS = 600.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class BackfillBench:
    """Readings and seconds of both ways, and their ratio; `year_minutes` is what a year of the commune would take."""

    edition: str
    devices: int
    days: float
    processes: int
    readings: int
    seconds: float
    readings_per_second: float
    mqtt_readings: int
    mqtt_seconds: float
    mqtt_readings_per_second: float
    ratio_to_mqtt: float
    year_minutes: float


def run_backfill_bench(local_directory: Path, days: float, processes: int, progress: Progress) -> BackfillBench:
    """Write `days` of the sample commune both ways, each into tables of private servers that were empty of them."""
    sample = load(COMMUNE)
    with bench_servers(local_directory) as bench, closing(connect(bench.url, autocommit=True)) as session:
        numbers = register(session, sample)
        end = int(now().timestamp()) - 2 * DAY_SECONDS
        began = time.perf_counter()
        written = _write(bench, session, sample, numbers, (end - round(days * DAY_SECONDS), end), processes, progress)
        took = time.perf_counter() - began
        progress(f"{written.stored:,} readings straight into the tables in {took:.1f} s; now by way of MQTT")
        sent, by_mqtt = _by_mqtt(bench, session, sample)
        edition = describe(session)
    rate, mqtt_rate = written.stored / took, sent / by_mqtt
    return BackfillBench(
        edition=edition,
        devices=len(sample.devices),
        days=days,
        processes=processes,
        readings=written.stored,
        seconds=round(took, 2),
        readings_per_second=round(rate, 1),
        mqtt_readings=sent,
        mqtt_seconds=round(by_mqtt, 2),
        mqtt_readings_per_second=round(mqtt_rate, 1),
        ratio_to_mqtt=round(rate / mqtt_rate, 1),
        year_minutes=round(written.stored / days * 365 / rate / 60, 1),
    )


def _write(
    bench: Bench,
    session: Session,
    sample: SampleCommune,
    numbers: dict[str, int],
    span: tuple[int, int],
    processes: int,
    progress: Progress,
) -> Written:
    told = time.monotonic()

    def tell(written: Written) -> None:
        nonlocal told
        if time.monotonic() - told > 10:
            told = time.monotonic()
            progress(f"{written.readings:,} readings written")

    if processes > 1:
        return backfill_in_processes(bench.url, COMMUNE, SEED, list(numbers), span, processes=processes, progress=tell)
    return backfill(session, simulators_of(sample, SEED), numbers, *span, tell)


def _by_mqtt(bench: Bench, session: Session, sample: SampleCommune) -> tuple[int, float]:
    """Readings of a run as fast as it goes, and the seconds from its first message until all of them are stored."""
    before = totals(session).readings_stored
    with ingesting(bench), Publisher(bench.publishing, "bench-backfill") as publisher:
        simulation = Simulation(simulators_of(sample, SEED), speed=FASTEST, seconds=MQTT_SECONDS)
        began = time.perf_counter()
        sent = simulation.run(publisher).readings
        deadline = time.monotonic() + SETTLE_SECONDS
        while totals(session).readings_stored - before < sent and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        took = time.perf_counter() - began
        assert totals(session).readings_stored - before == sent
    return sent, took
