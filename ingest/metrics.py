"""What ingest tells Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from ingest.lag import Lag
from ingest.tally import Tally
from ingest.window import Window
from storage.arrivals import Outcome


class Metrics:
    """The counters and gauges of one ingest process, in a registry of their own."""

    def __init__(self, window: Window) -> None:
        self.lag = Lag(window)
        self.tally = Tally()
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.stored = self._counter("stored", "Messages stored")
        self.duplicate = self._counter("duplicate", "Messages recognised as duplicates")
        self.dead_lettered = self._counter("dead_lettered", "Messages kept as dead letters")
        self.redelivered = self._counter("redelivered", "Deliveries of messages that had been settled before")
        self.found_committed = self._counter(
            "found_committed", "Messages of batches whose commit was learnt of late: in the ledger, in no other counter"
        )
        self.database_errors = self._counter("database_errors", "Failed tries to write to the database")
        self.reasons = Counter("commune_ingest_set_aside", "Dead letters by reason", ["reason"], registry=self.registry)
        self.readings = Counter("commune_ingest_readings", "Readings stored by kind", ["kind"], registry=self.registry)
        self.commit_seconds = Histogram(
            "commune_ingest_commit_seconds", "Seconds to write and commit a batch", registry=self.registry
        )
        self.batch_messages = Histogram(
            "commune_ingest_batch_messages",
            "Messages in a batch",
            buckets=(1, 10, 100, 500, 1000, 2000, 5000, 10_000, 20_000),
            registry=self.registry,
        )
        self._gauge("received", "Deliveries from the broker since the start").set_function(lambda: window.received)
        self._gauge("in_hand", "Messages received and not yet committed").set_function(lambda: window.in_hand)
        self._gauge("in_hand_bytes", "Their payload in bytes").set_function(lambda: window.bytes_in_hand)
        self._gauge("lag_seconds", "Age of the oldest message in hand").set_function(self.lag.seconds)
        self.connected = self._gauge("connected", "1 while connected to the broker")
        self.reconnects = self._gauge("reconnects", "Connections to the broker after the first")

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"commune_ingest_{name}", meaning, registry=self.registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"commune_ingest_{name}", meaning, registry=self.registry)

    def total(self, counter: Counter) -> int:
        """The present value of a counter without labels."""
        return int(next(iter(counter.collect())).samples[0].value)

    def committed(self, outcome: Outcome, seconds: float) -> None:
        """Count one committed batch."""
        self.stored.inc(outcome.stored)
        self.duplicate.inc(outcome.duplicate)
        self.dead_lettered.inc(outcome.dead_lettered)
        for kind, count in outcome.readings_by_kind.items():
            self.readings.labels(kind).inc(count)
        for reason, count in outcome.reasons.items():
            self.reasons.labels(reason).inc(count)
        self.tally.add(outcome.reasons)
        self.batch_messages.observe(outcome.messages)
        self.commit_seconds.observe(seconds)
