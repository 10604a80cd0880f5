"""How long coverage takes: from so many samples in the database to the report, and what a new day costs.

The samples are those of a quarter of drives in a simulated commune, retold: probes with four SIM cards drive the same
roads day after day, so that what a day adds is the same for each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from commune.bench.coverage_world import OPERATOR, SimulatedCommune
from commune.stack.instances import Instance
from commune.stack.postgres import PostgresServer
from devices.catalogue import KINDS
from devices.catalogue.signal_probe import OPERATORS, SURROUNDINGS, TECHNOLOGIES
from devices.profile import Places
from devices.registry import Commune, Device, DeviceState
from reports.coverage.assemble import Tallies, assemble
from reports.coverage.clean import clean, count_causes
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import COLUMNS, UNKNOWN, Samples
from reports.coverage.summary import Subject
from reports.coverage.tally import least, tally
from reports.coverage_counts import Counted, count_noted
from reports.coverage_report import read_coverage
from reports.periods import Period, midnight
from storage.connect import Session, connect
from storage.editions import describe
from storage.history import HistoryWriter, Series
from storage.migrate import migrate
from storage.places import add_commune
from storage.registry import add_device, all_devices
from storage.upkeep import analyse

COMMUNE = "do-song"
KIND = KINDS["signal_probe"]
SIDE_M = 5_500.0
DRIVEN_DAYS = 20
"""So many days are driven; the others retell them."""
BUDGET_SECONDS = 10.0
DAY_US = 86_400 * 1_000_000
FIRST_DAY = date(2026, 9, 28)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CoverageBench:
    """The result, in seconds.

    `arrays_seconds` is without a database: from samples in memory to a report; `arrays_processor_seconds` is for how
    long of it this process had a processor. `cold_seconds` is from samples in the database, of which nothing was
    counted before, to a report on any operator; `count_seconds` is to count all days and keep the result;
    `warm_seconds` a report from that. `day_seconds` is what a new day of `day_samples` costs to count, and
    `warm_after_seconds` the report after it.
    """

    edition: str
    samples: int
    days: int
    cells: int
    picks: int
    arrays_seconds: float
    arrays_processor_seconds: float
    cold_seconds: float
    count_seconds: float
    warm_seconds: float
    day_samples: int
    day_seconds: float
    warm_after_seconds: float
    budget_seconds: float = BUDGET_SECONDS

    @property
    def is_within(self) -> bool:
        """Whether the budget is kept."""
        return self.cold_seconds <= self.budget_seconds


def run_coverage_bench(
    local_directory: Path, samples: int, days: int, probes: int, progress: Progress
) -> CoverageBench:
    """Load a private server with samples, and report; the server is gone afterwards."""
    commune, rules = SimulatedCommune(3, SIDE_M), CoverageRules()
    a_day = samples // days
    progress(f"making {samples:,} samples of {days} days")
    everything = retell(commune.drive(DRIVEN_DAYS), a_day, days + 1, probes)
    history = everything.take(everything.time_us < _midnight_us(days))
    began = time.process_time()
    arrays = _timed(lambda: _from_arrays(commune, history, rules))
    processor = round(time.process_time() - began, 3)
    with (
        Instance.create(local_directory, "bench") as instance,
        PostgresServer.start(instance.path / "postgres", local_directory=local_directory) as postgres,
    ):
        postgres.create_database("bench")
        with closing(connect(postgres.url("bench"), autocommit=True)) as session:
            migrate(session)
            register(session, probes)
            progress("writing them")
            load(session, history)
            analyse(session)
            report = partial(_report, session, commune, days, rules)
            progress("reporting, counting, and reporting again")
            cold = _timed(report)
            counted: list[Counted] = []
            count_seconds = _timed(lambda: counted.extend(count_noted(session, rules)))
            warm = _timed(report)
            new_day = everything.take(everything.time_us >= _midnight_us(days))
            load(session, new_day)
            day_seconds = _timed(lambda: list(count_noted(session, rules)))
            return CoverageBench(
                edition=describe(session),
                samples=len(history),
                days=days,
                cells=int(commune.ground(rules).cells.size),
                picks=report(),
                arrays_seconds=arrays,
                arrays_processor_seconds=processor,
                cold_seconds=cold,
                count_seconds=count_seconds,
                warm_seconds=warm,
                day_samples=len(new_day),
                day_seconds=day_seconds,
                warm_after_seconds=_timed(report),
            )


def _report(session: Session, commune: SimulatedCommune, days: int, rules: CoverageRules) -> int:
    """Report as everybody does; returns how many samples count."""
    period = Period(midnight(FIRST_DAY), midnight(FIRST_DAY + timedelta(days=days + 1)))
    source = read_coverage(session, COMMUNE, period, rules, places=places_of(commune))
    source.report()
    return len(source.tallies.picks)


def retell(driven: Samples, a_day: int, days: int, probes: int) -> Samples:
    """So many samples a day, of four operators and so many probes, each from a sample that was driven: a few metres and
    decibels beside it.
    """
    random = np.random.default_rng(5)
    count = a_day * days
    chosen = random.integers(0, len(driven), count)
    day, number = np.divmod(np.arange(count), a_day)
    series, turn = number % (probes * len(OPERATORS)), number // (probes * len(OPERATORS))
    operator = (series % len(OPERATORS)).astype(np.int8)
    told = driven.take(chosen)
    level = told.ss_rsrp + random.normal(0, 2, count) - 4.0 * operator
    served = level >= -119
    spacing = 15 * 3600 * 1_000_000 // (a_day // (probes * len(OPERATORS)) + 1)
    return replace(
        told,
        operators=OPERATORS,
        time_us=_midnight_us(0) + day * DAY_US + 6 * 3600 * 1_000_000 + turn * spacing,
        terminal=series // len(OPERATORS),
        operator=operator,
        technology=np.where(served, 0, TECHNOLOGIES.index("LTE")).astype(np.int8),
        latitude=told.latitude + random.normal(0, 1e-4, count),
        longitude=told.longitude + random.normal(0, 1e-4, count),
        ss_rsrp=np.where(served, level, np.nan),
        ss_sinr=np.where(served, told.ss_sinr, np.nan),
        rsrp=np.where(served, np.nan, -100.0),
        download=random.gamma(3.0, 60.0, count),
        upload=random.gamma(3.0, 15.0, count),
        latency=random.gamma(4.0, 7.0, count),
    )


def _midnight_us(day: int) -> int:
    return round(midnight(FIRST_DAY + timedelta(days=day)).timestamp() * 1e6)


def _from_arrays(commune: SimulatedCommune, samples: Samples, rules: CoverageRules) -> None:
    cleaned = clean(samples, rules)
    picks, days = tally(cleaned.samples, rules)
    tallies = Tallies(least(picks), days, {OPERATOR: count_causes(cleaned.cause)})
    period = Period(midnight(FIRST_DAY), midnight(FIRST_DAY + timedelta(days=92)))
    assemble(Subject(COMMUNE, period), commune.ground(rules), tallies, rules)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


def register(session: Session, probes: int) -> None:
    """Register the commune and its probes."""
    add_commune(session, Commune(COMMUNE, "Đo sóng", "-", 20.87, 106.3, is_sample=True))
    for number in range(probes):
        add_device(session, Device(COMMUNE, f"probe-{number}", KIND.name, state=DeviceState.ACTIVE))


def places_of(commune: SimulatedCommune) -> Places:
    """The boundary of the commune, which no hamlet tells."""
    return Places(boundary=commune.boundary, is_sample=True)


def load(session: Session, samples: Samples) -> None:
    """Write samples as history, each terminal's to the probe of its number."""
    numbers = sorted(device.device_id for device in all_devices(session))
    writer = HistoryWriter(session)
    for terminal, device_id in enumerate(numbers):
        for operator in range(len(OPERATORS)):
            own = samples.take((samples.terminal == terminal) & (samples.operator == operator))
            if len(own):
                writer.write(KIND, [series_of(device_id, own.take(np.argsort(own.time_us)))])


def series_of(device_id: int, samples: Samples) -> Series:
    """Samples of one probe as rows of the catalogue's kind."""
    named = {"accuracy": "gnss_accuracy"}
    words = {"operator": samples.operators, "technology": TECHNOLOGIES, "surroundings": SURROUNDINGS}
    columns = {named.get(name, name): getattr(samples, name) for name in COLUMNS}
    for name, choices in words.items():
        columns[name] = [None if code == UNKNOWN else choices[code] for code in columns[name].tolist()]
    columns["access_ok"] = [None if code == UNKNOWN else bool(code) for code in samples.access_ok.tolist()]
    return Series(
        device_id=device_id,
        times=samples.time_us,
        seqs=None,
        keys=tuple(columns[field.name] for field in KIND.keys),
        values=tuple(columns.get(field.name) for field in KIND.values),
    )
