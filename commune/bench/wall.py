"""How long the statements of every panel and variable take as Grafana sends them, over a month of a large commune.

The stations of `commune bench query` report every minute; the sample commune stands beside them, so that every kind has
readings. Grafana itself is not needed: its macros and variables are expanded as its data source does it, and the
statements run under its role.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from commune.bench import query_world
from commune.bench.query import DATABASE, Progress, load_history, roll_up
from commune.bench.query_world import World
from commune.sample import backfill, register
from commune.stack.instances import Instance
from commune.stack.postgres import PostgresServer
from dashboards.board import Board, to_json
from dashboards.boards import boards
from dashboards.macros import Chosen, expand
from devices.catalogue import KINDS
from simulators.calendar import unix
from simulators.communes import load
from simulators.messages import simulators_of
from storage.connect import Session, connect
from storage.editions import describe
from storage.migrate import migrate
from storage.roles import Role
from storage.upkeep import analyse

BUDGET_MILLISECONDS = 200.0
RANGES = {"6 hours": timedelta(hours=6), "14 days": timedelta(days=14), "30 days": timedelta(days=30)}
"""The last range of each sort that a trend reads: readings, hours, days."""
WARM_UP = 1
SAMPLE = "gia-loc"


@dataclass(frozen=True, slots=True)
class Timed:
    """A statement of a board over a range: the median of its times, and how many rows it gave."""

    board: str
    panel: str
    range: str
    milliseconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class WallBench:
    """The result. `slowest` are the slowest statements of all, each once."""

    edition: str
    devices: int
    days: int
    readings: int
    load_seconds: float
    rollup_seconds: float
    budget_milliseconds: float
    statements: int
    over_budget: int
    p50_milliseconds: float
    slowest: list[Timed]


def run_wall_bench(
    local_directory: Path, devices: int, days: int, repeats: int, processes: int, progress: Progress
) -> WallBench:
    """Load a private server and run every statement; the server is gone afterwards."""
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
            readings = world.readings + _add_sample(session, world, progress)
            rollup_seconds = roll_up(session, progress)
            analyse(session)
            edition = describe(session)
        with closing(connect(url, role=Role.GRAFANA, autocommit=True)) as session:
            found = list(time_statements(session, world.end, repeats, progress))
    slowest = sorted(found, key=lambda timed: timed.milliseconds, reverse=True)
    return WallBench(
        edition=edition,
        devices=devices,
        days=days,
        readings=readings,
        load_seconds=load_seconds,
        rollup_seconds=rollup_seconds,
        budget_milliseconds=BUDGET_MILLISECONDS,
        statements=len(found),
        over_budget=sum(timed.milliseconds > BUDGET_MILLISECONDS for timed in found),
        p50_milliseconds=round(statistics.median(timed.milliseconds for timed in found), 1),
        slowest=slowest[:20],
    )


def _add_sample(session: Session, world: World, progress: Progress) -> int:
    """The history of the sample commune over the same days; returns its readings."""
    progress("the sample commune beside them")
    sample = load(SAMPLE)
    numbers = register(session, sample)
    start = world.end - timedelta(days=world.days)
    written = backfill(session, simulators_of(sample, 1), numbers, int(unix(start)), int(unix(world.end)))
    return written.stored


def time_statements(session: Session, end: datetime, repeats: int, progress: Progress) -> Iterator[Timed]:
    """Time every statement of every board, as the role of the session."""
    for board in boards(KINDS):
        progress(board.uid)
        yield from time_board(session, board, end, repeats)


def time_board(session: Session, board: Board, end: datetime, repeats: int) -> Iterator[Timed]:
    """Time the variables of a board and, with the first or all of their choices, its panels over every range."""
    chosen: dict[str, str | list[str]] = {}
    for variable in board.variables:
        span = RANGES["30 days"]
        timed, rows = _time(session, variable.query, chosen, (end - span, end), repeats)
        yield Timed(board.uid, f"${variable.name}", "–", timed, len(rows))
        values = [str(row["__value"]) for row in rows]
        chosen[variable.name] = (values or [""]) if variable.several else (values or [""])[0]
    yield from _panels(session, board, chosen, end, repeats)


def _panels(session: Session, board: Board, chosen: Chosen, end: datetime, repeats: int) -> Iterator[Timed]:
    for panel in to_json(board)["panels"]:
        for target in panel.get("targets", ()):
            for name, span in RANGES.items():
                timed, rows = _time(session, target["rawSql"], chosen, (end - span, end), repeats)
                yield Timed(board.uid, panel["title"], name, timed, len(rows))


def _time(
    session: Session, sql: str, chosen: Chosen, span: tuple[datetime, datetime], repeats: int
) -> tuple[float, list[dict[str, Any]]]:
    """Milliseconds at the median, and the rows by the names of their columns."""
    statement = expand(sql, chosen, *span).encode()
    took, rows = [], []
    for turn in range(-WARM_UP, repeats):
        began = time.perf_counter()
        cursor = session.execute(statement)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if turn >= 0:
            took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 1), rows
