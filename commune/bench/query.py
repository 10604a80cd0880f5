"""How fast the API answers what a wall asks, through HTTP, over a month of a commune that reports every minute.

The history is written by backfill and rolled up as `commune maintain` does it. The hour that runs is not over and so
not rolled up: as in life, the API computes it from its readings for each answer.
"""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commune.bench import query_world
from commune.bench.query_world import COMMUNE, KIND, World
from commune.demo.services import start, wait_for_api
from commune.stack.instances import Instance
from commune.stack.postgres import PostgresServer
from commune.stack.servers import HOST, free_port
from devices.people import Role
from storage.connect import Session, connect
from storage.editions import describe
from storage.migrate import migrate
from storage.rollups import compute_noted
from storage.tokens import add_token
from storage.upkeep import analyse

DATABASE = "bench"
FIELD = "pm25"
WARM_UP = 3
TELL_SECONDS = 10.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: milliseconds of its answers at the median and at the 95th percentile, its budget, its size."""

    name: str
    p50_milliseconds: float
    p95_milliseconds: float
    budget_milliseconds: float
    points: int

    @property
    def is_within(self) -> bool:
        """Whether it keeps its budget."""
        return self.p95_milliseconds <= self.budget_milliseconds


@dataclass(frozen=True, slots=True)
class QueryBench:
    """The result; seconds of loading and of rolling up besides."""

    edition: str
    devices: int
    days: int
    readings: int
    load_seconds: float
    rollup_seconds: float
    repeats: int
    questions: list[Asked]


def run_query_bench(
    local_directory: Path, devices: int, days: int, repeats: int, processes: int, progress: Progress
) -> QueryBench:
    """Load a private server and ask; the servers are gone afterwards."""
    world = World(devices, days, datetime.now(UTC))
    with (
        Instance.create(local_directory, "bench") as instance,
        PostgresServer.start(instance.path / "postgres", local_directory=local_directory) as postgres,
    ):
        postgres.create_database(DATABASE)
        url = postgres.url(DATABASE)
        with closing(connect(url, autocommit=True)) as session:
            migrate(session)
            query_world.register(session, world)
            load_seconds = load_history(url, world, processes, progress)
            rollup_seconds = roll_up(session, progress)
            analyse(session)
            edition = describe(session)
            secret = add_token(session, "bench", Role.VIEWER, timedelta(hours=6)).secret
        with _api(url, instance.path / "api") as port:
            questions = ask_all(port, secret, world, repeats, progress)
    return QueryBench(
        edition=edition,
        devices=devices,
        days=days,
        readings=world.readings,
        load_seconds=load_seconds,
        rollup_seconds=rollup_seconds,
        repeats=repeats,
        questions=questions,
    )


def load_history(url: str, world: World, processes: int, progress: Progress) -> float:
    """Write the history of the stations; returns the seconds that it took."""
    began = told = time.perf_counter()

    def tell(written: int) -> None:
        nonlocal told
        if time.perf_counter() - told > TELL_SECONDS:
            told = time.perf_counter()
            progress(f"{written:,} of {world.readings:,} readings written")

    query_world.load(url, world, processes, tell)
    return round(time.perf_counter() - began, 1)


def roll_up(session: Session, progress: Progress) -> float:
    """Roll everything up that was written; returns the seconds that it took."""
    began = told = time.perf_counter()
    hours = 0
    for computed in compute_noted(session, datetime.now(UTC)):
        hours += computed.hours
        if time.perf_counter() - told > TELL_SECONDS:
            told = time.perf_counter()
            progress(f"{hours:,} hours rolled up")
    return round(time.perf_counter() - began, 1)


@contextmanager
def _api(url: str, directory: Path) -> Iterator[int]:
    """`commune api` as a process of its own; yields its port."""
    port = free_port()
    directory.mkdir(parents=True, exist_ok=True)
    process = start("api", directory, {"database_url": url, "api_host": HOST, "api_port": port})
    try:
        wait_for_api(process, port)
        yield port
    finally:
        process.stop()


def ask_all(port: int, secret: str, world: World, repeats: int, progress: Progress) -> list[Asked]:
    """Ask every question so often, each time of another device or hamlet."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    asked = []
    with closing(connection):
        for name, budget, path_of in _questions(world):
            progress(name)
            took, points = [], 0
            for turn in range(-WARM_UP, repeats):
                began = time.perf_counter()
                body = _get(connection, path_of(turn % max(world.devices, 1)), secret)
                if turn >= 0:
                    took.append((time.perf_counter() - began) * 1000)
                points = body.count(b'"time"')
            ordered = sorted(took)
            p95 = ordered[min(round(len(ordered) * 0.95), len(ordered) - 1)]
            asked.append(Asked(name, round(statistics.median(took), 1), round(p95, 1), budget, points))
    return asked


def _questions(world: World) -> Iterator[tuple[str, float, Callable[[int], str]]]:
    """Name, budget in milliseconds, and the path of a turn."""
    series = f"fields={FIELD}&aggregate=mean"
    month = f"{series}&bucket=1h&from={_iso(world.end - timedelta(days=30))}&to={_iso(world.end)}"
    year = f"{series}&bucket=1d&from={_iso(world.end - timedelta(days=365))}&to={_iso(world.end)}"
    whole = f"/api/v1/communes/{COMMUNE}/series?kind={KIND.name}"
    codes, hamlets = world.codes(), world.hamlets()
    yield (
        f"latest of {min(world.devices, 1000):,} devices",
        50,
        lambda _: f"/api/v1/latest?kind={KIND.name}&commune={COMMUNE}&limit=1000",
    )
    yield (
        "30 days hourly of one device",
        50,
        lambda turn: f"/api/v1/devices/{COMMUNE}/{codes[turn % len(codes)]}/series?{month}",
    )
    yield (
        "30 days hourly of one hamlet",
        150,
        lambda turn: f"{whole}&hamlet={hamlets[turn % len(hamlets)]}&by=hamlet&{month}",
    )
    yield "a year daily of the commune", 150, lambda _: f"{whole}&by=commune&{year}"


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _get(connection: http.client.HTTPConnection, path: str, secret: str) -> bytes:
    connection.request("GET", path, headers={"Authorization": f"Bearer {secret}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")
    return body
