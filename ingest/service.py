"""The ingest process: one thread owns the broker's socket, one writes to the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import start_http_server

from broker.address import BrokerAddress
from broker.session import Delivery, Session
from devices.topics import Channel, subscription
from ingest.answers import Answers
from ingest.metrics import Metrics
from ingest.numbers import BatchNumbers
from ingest.pipeline import Pipeline, Shared
from ingest.window import Limits, Window
from storage.books import Worker
from storage.sink import Sink

CHANNELS = (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS)
PATIENCE_SECONDS = 15.0
"""How long another holder of the client id is waited for: a killed process holds its name until the server notices."""


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """What an ingest process needs to know; see docs/reference/settings.md for how to choose."""

    database_url: str
    broker: BrokerAddress
    client_id: str
    database_role: str | None = None
    limits: Limits = field(default_factory=Limits)
    writers: int = 2
    metrics_port: int = 0
    commune: str = "+"
    """The code of the one commune to listen to, or + for all."""
    share: str | None = None
    """The name under which several processes share the messages of one subscription; each has its own client id."""


def filters_of(config: IngestConfig) -> tuple[str, ...]:
    """The topic filters of a configuration."""
    shared = f"$share/{config.share}/" if config.share else ""
    return tuple(shared + subscription(channel, config.commune) for channel in CHANNELS)


class Ingest:
    """Everything between the broker and the commit, put together: one session, one or more writers behind it."""

    def __init__(self, config: IngestConfig) -> None:
        self._config = config
        self._filters = filters_of(config)
        self.window = Window(config.limits, config.writers)
        self.metrics = Metrics(self.window)
        self.session = Session(
            config.broker,
            config.client_id,
            self._filters,
            receive_maximum=config.limits.window_messages,
            on_delivery=self._put,
            has_room=self.window.has_room,
            on_open=self._opened,
        )
        self.metrics.connected.set_function(self.session.connected.is_set)
        self.metrics.reconnects.set_function(lambda: self.session.reconnects)
        self._sinks = [
            Sink(config.database_url, config.client_id, role=config.database_role, slot=slot)
            for slot in range(config.writers)
        ]
        self._failure: Exception | None = None
        worker = Worker(config.client_id, datetime.now(UTC), filters=self._filters)
        self._numbers = BatchNumbers()
        shared = Shared(self.window, worker, self.metrics, self._numbers)
        answers = Answers(self.session.tell)
        self._pipelines = [
            Pipeline(
                shared,
                sink,
                lane=lane,
                settle=self.session.settle,
                told=answers.answer,
            )
            for lane, sink in enumerate(self._sinks)
        ]

    def run(self) -> None:
        """Run until `stop`. Raises SessionTaken when another process ingests under this client id."""
        if self._config.metrics_port:
            start_http_server(self._config.metrics_port, "127.0.0.1", self.metrics.registry)
        owner = threading.Thread(target=self._guarded, args=(self.session.run,), name="session", daemon=True)
        writers = [
            threading.Thread(target=self._guarded, args=(pipeline.write_all,), name=f"writer-{slot}", daemon=True)
            for slot, pipeline in enumerate(self._pipelines)
        ]
        try:
            before = self._pipelines[0].start(PATIENCE_SECONDS)
            if before is not None:
                self.session.unsubscribe_from = tuple(name for name in before if name not in self._filters)
                for thread in (owner, *writers):
                    thread.start()
                for thread in writers:
                    thread.join()
        finally:
            self.session.stop()
            if owner.is_alive():
                owner.join(timeout=10)
            self.session.close()
            for sink in self._sinks:
                sink.close()
        if self._failure is not None:
            raise self._failure

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do the work of a thread. The one broad except of this process: a thread that ends by a mistake of ours must
        end the process too, or the others would go on without it; what is in hand stays with the broker."""
        try:
            work()
        except Exception as error:
            self._failure = error
            self.stop()

    def stop(self) -> None:
        """Let `run` end: what is in hand is written and acknowledged, the rest stays with the broker."""
        for pipeline in self._pipelines:
            pipeline.stop()

    def _put(self, delivery: Delivery) -> None:
        if not self.window.put(delivery):
            self.session.settle([delivery])

    def _opened(self, session_present: bool) -> None:
        if not session_present:
            self.window.forget_session()
            self._numbers.begin_session()
