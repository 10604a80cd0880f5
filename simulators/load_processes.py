"""Load from one or several processes: dealt out, begun together, watched, summed up; refused where it cannot be."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from broker.address import BrokerAddress
from broker.errors import BrokerError
from simulators.errors import BadLoad, SimulatorError
from simulators.load import Counts, Part, run

MOST_DEVICES = 1_000_000
MOST_CONNECTIONS_A_PROCESS = 1000
"""A process waits for its connections with select(2), which knows file descriptors below 1,024 only."""
MOST_PROCESSES_A_PROCESSOR = 8
SPARE_FILES = 24
"""File descriptors that a process needs besides its connections."""
REACHED = 0.98
"""A rate counts as reached from this share of it on."""
START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: so many devices, messages a second (0: as many as go), seconds, processes, connections."""

    devices: int
    rate: float
    seconds: float
    processes: int = 1
    connections: int | None = None

    def parts(self) -> list[Part]:
        """What each process is to do. Raises BadLoad, in words, for what this machine cannot do."""
        connections = self.connections or self.processes
        self._check(connections)
        devices, links = _dealt(self.devices, self.processes), _dealt(connections, self.processes)
        firsts = [sum(devices[:place]) for place in range(self.processes)]
        return [
            Part(first, count, link, self.rate * count / self.devices, self.seconds)
            for first, count, link in zip(firsts, devices, links, strict=True)
        ]

    def _check(self, connections: int) -> None:
        processors = os.cpu_count() or 1
        most = min(MOST_CONNECTIONS_A_PROCESS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES)
        if not 1 <= self.devices <= MOST_DEVICES:
            raise BadLoad(f"{self.devices} devices are not possible; give 1 to {MOST_DEVICES:,}")
        if not 0 <= self.rate < float("inf") or not 0 < self.seconds < float("inf"):
            raise BadLoad("give a rate of 0 or more and a time above 0 seconds")
        if self.processes > processors * MOST_PROCESSES_A_PROCESSOR:
            raise BadLoad(
                f"{self.processes} processes would only wait for each other on {processors} processors; "
                f"give at most {processors * MOST_PROCESSES_A_PROCESSOR}"
            )
        if not self.processes <= connections <= self.devices:
            raise BadLoad(
                f"{connections} connections cannot be shared by {self.processes} processes and {self.devices} devices: "
                "each process needs one, and each connection a device"
            )
        if -(-connections // self.processes) > most:
            raise BadLoad(
                f"{connections} connections are {-(-connections // self.processes)} a process; a process of this "
                f"machine can hold {most}: give more processes or fewer connections"
            )


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What came of a load. `rate_per_second` is what was acknowledged a second, until the last answer."""

    devices: int
    processes: int
    connections: int
    asked_per_second: float
    rate_per_second: float
    seconds: float
    published: int
    acknowledged: int
    refused: int
    unheard: int
    resent: int

    @property
    def is_reached(self) -> bool:
        """True when the rate that was asked for was held."""
        return self.rate_per_second >= REACHED * self.asked_per_second

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self) | {"reached": self.is_reached}


def run_load(
    load: Load,
    address: BrokerAddress,
    client_id: str,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Counts], None] = lambda _: None,
) -> LoadResult:
    """Send a load and wait for the last answer. `progress` is told the sum of all processes about twice a second.

    Raises BadLoad for what cannot be done, and BrokerError for a broker that is not there or does not answer.
    """
    parts = load.parts()
    if len(parts) == 1:
        found = [run(parts[0], address, client_id, stop=stop, progress=progress)]
    else:
        found = _together(parts, address, client_id, stop, progress)
    total = Counts()
    for counts, _ in found:
        total.add(counts)
    seconds = max(took for _, took in found)
    return LoadResult(
        devices=load.devices,
        processes=len(parts),
        connections=sum(part.connections for part in parts),
        asked_per_second=load.rate,
        rate_per_second=round(total.acknowledged / seconds, 1),
        seconds=round(seconds, 3),
        **asdict(total),
    )


def _dealt(what: int, over: int) -> list[int]:
    """`what` in `over` parts that differ by one at most."""
    return [what // over + (place < what % over) for place in range(over)]


def _together(
    parts: Sequence[Part],
    address: BrokerAddress,
    client_id: str,
    stop: Callable[[], bool],
    progress: Callable[[Counts], None],
) -> list[tuple[Counts, float]]:
    context = get_context("spawn")
    begin, ending = context.Barrier(len(parts)), context.Event()
    processes: list[BaseProcess] = []
    pipes: list[Connection] = []
    for number, part in enumerate(parts):
        here, there = context.Pipe(duplex=False)
        process: BaseProcess = context.Process(
            target=_work, args=(there, begin, ending, part, address, f"{client_id}-{number}"), daemon=True
        )
        process.start()
        there.close()
        processes.append(process)
        pipes.append(here)
    try:
        return _watch(pipes, ending, stop, progress)
    finally:
        ending.set()
        begin.abort()
        for process in processes:
            process.join()


def _watch(
    pipes: Sequence[Connection], ending: Event, stop: Callable[[], bool], progress: Callable[[Counts], None]
) -> list[tuple[Counts, float]]:
    """Take in what the processes say until each has ended."""
    newest: dict[Connection, Counts] = {pipe: Counts() for pipe in pipes}
    ended: dict[Connection, tuple[Counts, float]] = {}
    failures: list[Exception] = []
    while len(ended) < len(pipes):
        if stop():
            ending.set()
        for ready in wait([pipe for pipe in pipes if pipe not in ended], 0.5):
            assert isinstance(ready, Connection)
            try:
                said = ready.recv()
            except EOFError:
                said = SimulatorError("a process of the load ended without a word")
            if isinstance(said, Exception):
                failures.append(said)
                ended[ready] = newest[ready], 0.0
                ending.set()
            elif isinstance(said, Counts):
                newest[ready] = said
            else:
                ended[ready] = said
                newest[ready] = said[0]
        total = Counts()
        for counts in newest.values():
            total.add(counts)
        progress(total)
    if failures:
        # When one cannot connect the others say that they could not begin: the broker's word says more.
        raise next((failure for failure in failures if isinstance(failure, BrokerError)), failures[0])
    return [ended[pipe] for pipe in pipes]


def _work(pipe: Connection, begin: Barrier, ending: Event, part: Part, address: BrokerAddress, client_id: str) -> None:
    """One process of several: it waits for the others once it is connected, and tells how it gets on."""
    # The terminal's Ctrl-C reaches every process; the first one ends the others in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def ready() -> None:
        begin.wait(START_SECONDS)

    try:
        pipe.send(run(part, address, client_id, ready=ready, stop=ending.is_set, progress=pipe.send))
    except threading.BrokenBarrierError:
        pipe.send(SimulatorError("not every process of the load could start"))
    except BrokerError as error:
        begin.abort()
        pipe.send(error)
