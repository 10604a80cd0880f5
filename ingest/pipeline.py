"""From the window to the commit: read, write, settle; again while the database is away; set aside what it refuses."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broker.session import Delivery
from devices.readings import Fault
from devices.reasons import Reason
from ingest.incident import Incident
from ingest.metrics import Metrics
from ingest.numbers import BatchNumbers
from ingest.reader import Reader
from ingest.receipt import ReceiptTimes
from ingest.window import SECONDS_AN_HOUR, Redeliveries, Window
from storage.arrivals import Arrival, Outcome
from storage.books import Worker
from storage.errors import DatabaseUnavailable, NotAcceptable, SessionTaken, TooMuchAtOnce
from storage.sink import Sink

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 5.0
HEARTBEAT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Shared:
    """What all writers of a process have in common."""

    window: Window
    worker: Worker
    metrics: Metrics
    numbers: BatchNumbers = field(default_factory=BatchNumbers)
    receipt_times: ReceiptTimes = field(default_factory=ReceiptTimes)
    incident: Incident = field(default_factory=Incident)


class Pipeline:
    """Writes what is in a lane of the window, batch after batch, in the thread that calls `run`.

    `settle` is called with deliveries after their commit, `told` with every arrival of which something was set aside.
    """

    def __init__(
        self,
        shared: Shared,
        sink: Sink,
        *,
        lane: int = 0,
        settle: Callable[[Sequence[Delivery]], None],
        told: Callable[[Arrival, Fault], None],
    ) -> None:
        self._window = shared.window
        self._lane = lane
        self._sink = sink
        self._metrics = shared.metrics
        self._settle = settle
        self._told = told
        self._receipt_times = shared.receipt_times
        self._reader = Reader(shared.receipt_times)
        self._generation = 0
        self._worker = shared.worker
        self._numbers = shared.numbers
        self._incident = shared.incident
        self._stopping = threading.Event()
        self._session_began = 0
        self._recorded = 0.0

    def start(self, patience_seconds: float) -> tuple[str, ...] | None:
        """Take over what was settled before, and return the topic filters of then.

        None when told to stop before the database has answered: without it a redelivery would pass for a new message.
        Raises SessionTaken when another process stays on.
        """
        deadline = time.monotonic() + patience_seconds
        delay = FIRST_DELAY_SECONDS
        while not self._stopping.is_set():
            try:
                last_batch, packets = self._sink.settled_before()
                self._numbers.rise_above(last_batch)
                self._window.remember_settled(packets)
                self._refresh()
                filters = self._sink.known_filters()
                self._record(force=True)
            except SessionTaken:
                if time.monotonic() > deadline:
                    raise
                self._stopping.wait(FIRST_DELAY_SECONDS)
            except (DatabaseUnavailable, TooMuchAtOnce) as error:
                self._note(str(error))
                delay = self._pause(delay)
            else:
                self._recovered()
                return filters
        return None

    def write_all(self) -> None:
        """Write batches until `stop`, and then what is in hand."""
        self.run()
        self.drain()

    def run(self) -> None:
        """Write batches until `stop`."""
        while not self._stopping.is_set():
            batch, again = self._window.take(HEARTBEAT_SECONDS, self._lane)
            if batch or again:
                self._take_in_hand(batch, again)
            else:
                self._heartbeat()

    def stop(self) -> None:
        """Let `run` end after the batch that is being written."""
        self._stopping.set()
        self._window.close()

    def drain(self) -> None:
        """Write what is left in the window; while the database is away it is left to the broker instead."""
        while True:
            batch, again = self._window.take(0.0, self._lane)
            if not batch and not again:
                break
            self._take_in_hand(batch, again)
        self._heartbeat(force=True)

    def _take_in_hand(self, batch: list[Delivery], again: Redeliveries) -> None:
        self._metrics.lag.taken(self, batch)
        try:
            self._write(batch, again)
        finally:
            self._metrics.lag.done(self)

    def _heartbeat(self, *, force: bool = False) -> None:
        self._metrics.tally.say(force=force)
        try:
            self._forget_lost_session()
            if self._record(force=force):
                self._recovered()
        except (DatabaseUnavailable, SessionTaken, TooMuchAtOnce) as error:
            self._note(str(error))

    def _record(self, *, force: bool = False) -> bool:
        """Record what the session has seen, if it is time to; True when it was."""
        is_due = force or time.monotonic() - self._recorded >= HEARTBEAT_SECONDS
        if is_due:
            self._sink.record(self._present())
            self._recorded = time.monotonic()
        return is_due

    def _present(self, settled: int = 0) -> Worker:
        self._worker.received = self._window.received
        self._worker.in_hand = self._window.in_hand - settled
        self._worker.lag_seconds = self._metrics.lag.seconds(without=self) or None
        return self._worker

    def _forget_lost_session(self) -> None:
        """Before the next batch: what was settled in a session that the broker has lost is no redelivery in the new."""
        began = self._numbers.session_began
        if began != self._session_began:
            self._sink.forget_session(began)
            self._session_began = began

    def _refresh(self) -> None:
        """Ask the registry whether what we know of it is still true; a cheap question before each batch."""
        news = self._sink.devices_if_changed(self._generation)
        if news is not None:
            self._generation, devices = news
            self._reader.know(devices)

    def _write(self, batch: list[Delivery], again: Redeliveries, refused: str | None = None) -> None:
        """Write one batch for certain: the same one, until the database takes it or the process is told to stop.

        With `refused`, why the database does not accept it, the batch is set aside instead of read.
        """
        number = self._numbers.next()
        delay = FIRST_DELAY_SECONDS
        began = time.monotonic()
        while True:
            try:
                self._forget_lost_session()
                self._refresh()
                arrivals = self._read(batch, refused)
                repeated = [
                    (self._reader.route(topic).device_id, datetime.fromtimestamp(hour * SECONDS_AN_HOUR, UTC), count)
                    for (topic, hour), count in again.items()
                ]
                outcome = self._sink.write(arrivals, self._present(len(batch)), number, repeated)
            except NotAcceptable as error:
                if refused is None:
                    self._divide(batch, again, str(error))
                    return
                delay = self._failed(error, delay)
            except TooMuchAtOnce as error:
                # Readings of many years in one array need more locks than the server has. Less is tried at once; but
                # of one message alone the cause may lie elsewhere, and pass.
                if refused is None and (len(batch) > 1 or (batch and delay >= LONGEST_DELAY_SECONDS)):
                    self._divide(batch, again, str(error))
                    return
                delay = self._failed(error, delay)
            except (DatabaseUnavailable, SessionTaken) as error:
                delay = self._failed(error, delay)
            else:
                self._recovered()
                self._committed(batch, arrivals, outcome, time.monotonic() - began)
                self._metrics.redelivered.inc(again.total())
                return
            if self._stopping.is_set():
                return

    def _read(self, batch: list[Delivery], refused: str | None) -> list[Arrival]:
        arrivals = [self._reader.read(delivery) for delivery in batch]
        if refused is not None:
            for arrival in arrivals:
                self._refuse(arrival, refused)
        return arrivals

    def _refuse(self, arrival: Arrival, why: str) -> None:
        """Set aside the readings that the database does not accept; the whole message when it is none of them."""
        bad = set(self._sink.refused_readings(arrival))
        if bad:
            faults = [Fault(Reason.REFUSED, why, index=arrival.readings[place].index) for place in sorted(bad)]
            arrival.readings = [reading for place, reading in enumerate(arrival.readings) if place not in bad]
            arrival.faults = [*arrival.faults, *faults]
        else:
            arrival.readings, arrival.status, arrival.event = [], None, None
            arrival.faults = [Fault(Reason.REFUSED, why)]

    def _divide(self, batch: list[Delivery], again: Redeliveries, why: str) -> None:
        """Find the message that the database refuses, by halves, so that the rest of the batch is stored."""
        if len(batch) > 1:
            middle = len(batch) // 2
            self._write(batch[:middle], again)
            self._write(batch[middle:], Redeliveries())
        else:
            self._metrics.tally.refused(batch[0].topic, why)
            self._write(batch, again, refused=why.replace("\x00", "\\0")[:500])

    def _failed(self, error: Exception, delay: float) -> float:
        """Note a failed try and wait before the next, unless the process is told to stop."""
        self._note(str(error))
        return self._pause(delay)

    def _committed(
        self, batch: list[Delivery], arrivals: list[Arrival], outcome: Outcome | None, seconds: float
    ) -> None:
        self._window.release(batch, (arrival.checksum for arrival in arrivals))
        self._receipt_times.settled(map(id, batch))
        self._settle(batch)
        self._recorded = time.monotonic()
        if outcome is None:
            self._metrics.found_committed.inc(len(batch))
        else:
            self._metrics.committed(outcome, seconds)
            for arrival, fault in outcome.set_aside:
                self._told(arrival, fault)

    def _pause(self, delay: float) -> float:
        self._stopping.wait(delay * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        return min(delay * 2, LONGEST_DELAY_SECONDS)

    def _note(self, what: str) -> None:
        self._incident.strikes(id(self), what)
        self._metrics.database_errors.inc()

    def _recovered(self) -> None:
        self._incident.is_over_for(id(self))
