"""`commune maintain`: the regular work beside the stream of messages, job by job, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from alerts.drops import judge_drops
from alerts.judging import USUAL
from alerts.landslide import LandslideRules
from alerts.outbox import Channel
from alerts.watching import judge_restart
from broker.address import BrokerAddress
from broker.watch import Condition, Watch
from commune.accounts import Accounts, AccountsConfig
from commune.alert_delivery import Delivery
from commune.alerting import judge_books, judge_devices
from commune.coverage_alerts import judge_coverage_losses
from commune.coverage_upkeep import count_coverage
from commune.refusals import Refusals
from commune.rollup_upkeep import compress_old_readings, compute_rollups, delete_old_readings
from commune.sealing import PasswordSealer
from commune.strangers import FormerStrangers
from commune.targets_upkeep import keep_targets
from reports.rules import ReportRules
from storage.broker_watch import Seen
from storage.connect import Session, connect
from storage.errors import DatabaseUnavailable, StorageError, driver_errors
from storage.reading_retention import Horizon
from storage.retention import Deleted, delete_old_letters
from storage.upkeep import activate_devices

logger = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
RETENTION_SECONDS = 3600.0
LEDGER_SECONDS = 300.0
REGRESSION_SECONDS = 86_400.0
COVERAGE_SECONDS = 600.0
"""The day that runs is counted anew each time."""
TARGETS_SECONDS = 6 * 3600.0
"""Their values of a day are kept with the last of these rounds."""
MOST_CHUNKS = 50
"""So many chunks are deleted at a time; the rest waits for the next hour."""


@dataclass(frozen=True, slots=True)
class MaintenanceConfig:
    """What maintenance needs to know; see the settings of the same names."""

    database_url: str
    broker: BrokerAddress
    dead_letter_retention_days: int = 180
    replay_unknown_devices: bool = True
    database_role: str | None = None
    horizons: dict[str, Horizon] = field(default_factory=dict)
    columnstore_after_days: int = 0
    sealer: PasswordSealer | None = None
    channels: tuple[Channel, ...] = ()
    """By which ways alerts are told."""
    landslide: LandslideRules = USUAL
    """By which rules rain becomes a risk of landslides."""
    report_rules: ReportRules = field(default_factory=ReportRules)
    """By which coverage is counted."""


@dataclass(slots=True)
class Job:
    """One piece of regular work, done at most every so many seconds; `incident` is why it fails at present."""

    name: str
    every_seconds: float
    work: Callable[[Session], None]
    is_long: bool = False
    """Whether it may take minutes on a large database; it is then done beside the others, so that no alert waits."""
    due_at: float = field(default=0.0)
    incident: str = ""


def _long_job(name: str, every_seconds: float, work: Callable[[Session], None]) -> Job:
    return Job(name, every_seconds, work, is_long=True)


class Maintenance:
    """Does the regular work of a database and its broker."""

    def __init__(self, config: MaintenanceConfig) -> None:
        self._config = config
        self._stopping = threading.Event()
        self._watch = Watch(config.broker)
        self._accounts = Accounts(
            AccountsConfig(config.database_url, config.broker, config.sealer, database_role=config.database_role)
        )
        self._refusals = Refusals(config.broker, config.database_url, database_role=config.database_role)
        self._strangers = FormerStrangers()
        self._delivery = Delivery(config.database_url, config.channels, config.database_role)
        self._is_away = False
        self.jobs = [
            Job("activate devices", ROUND_SECONDS, self._activate),
            Job("watch the broker", ROUND_SECONDS, self._judge_broker),
            Job("judge devices", ROUND_SECONDS, self._judge_devices),
            Job("judge the ledger", LEDGER_SECONDS, judge_books),
            _long_job("compute rollups", ROUND_SECONDS, self._compute_rollups),
            _long_job("count coverage", COVERAGE_SECONDS, self._count_coverage),
            _long_job("keep targets", TARGETS_SECONDS, self._keep_targets),
            _long_job("judge coverage", REGRESSION_SECONDS, self._judge_coverage),
        ]
        if config.replay_unknown_devices:
            self.jobs.append(_long_job("replay former strangers", ROUND_SECONDS, self._replay))
        if config.horizons:
            self.jobs.append(_long_job("delete old readings", RETENTION_SECONDS, self._delete_readings))
        if config.columnstore_after_days:
            self.jobs.append(_long_job("make columns of old readings", RETENTION_SECONDS, self._compress))
        if config.dead_letter_retention_days:
            self.jobs.append(_long_job("delete old dead letters", RETENTION_SECONDS, self._delete))

    def stop(self) -> None:
        """Let `run` end after the statement that it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Do rounds until `stop`. While the database is away, say so once and try again."""
        threads = [
            threading.Thread(target=part.run, args=(self._stopping,), name=name, daemon=True)
            for name, part in (
                ("watch", self._watch),
                ("accounts", self._accounts),
                ("refusals", self._refusals),
                ("alerts", self._delivery),
            )
        ]
        long = [job for job in self.jobs if job.is_long]
        threads.append(threading.Thread(target=self._rounds, args=(long,), name="long jobs", daemon=True))
        for thread in threads:
            thread.start()
        self._rounds([job for job in self.jobs if not job.is_long])
        for thread in threads:
            thread.join(timeout=10)

    def _rounds(self, jobs: Sequence[Job]) -> None:
        while not self._stopping.is_set():
            self.round(jobs)
            self._stopping.wait(ROUND_SECONDS)

    def round(self, jobs: Sequence[Job] | None = None) -> None:
        """Do every job that is due, of these or of all, with a session of its own.

        One that fails, for whatever reason, is tried again in the next round, and does not stop the others.
        """
        try:
            with closing(
                connect(self._config.database_url, role=self._config.database_role, autocommit=True)
            ) as session:
                for job in self.jobs if jobs is None else jobs:
                    self._do(job, session)
        except DatabaseUnavailable as error:
            if not self._is_away:
                logger.error("the database is away: %s; trying again", error)
            self._is_away = True
        else:
            if self._is_away:
                logger.info("the database is back")
            self._is_away = False

    def _do(self, job: Job, session: Session) -> None:
        if self._stopping.is_set() or time.monotonic() < job.due_at:
            return
        try:
            with driver_errors():
                job.work(session)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if str(error) != job.incident:  # one line an incident, not one a try
                traced = None if isinstance(error, StorageError) else error
                logger.error("cannot %s: %s; trying again", job.name, error, exc_info=traced)
            job.incident = str(error)
        else:
            if job.incident:
                logger.info("can %s again", job.name)
            job.incident = ""
            job.due_at = time.monotonic() + job.every_seconds - ROUND_SECONDS / 2

    def _activate(self, session: Session) -> None:
        activated = activate_devices(session)
        if activated:
            logger.info("%d devices became active with their first message", activated)

    def _judge_devices(self, session: Session) -> None:
        judge_devices(session, self._config.landslide)

    def _judge_broker(self, session: Session) -> None:
        condition = self._watch.condition()
        if condition is not None:
            seen = seen_of(self._config.broker, condition)
            judge_restart(session, seen)
            judge_drops(session, seen)

    def _replay(self, session: Session) -> None:
        done = self._strangers.round(session, self._stopping)
        if done.settled:
            logger.info(
                "%d messages of devices that were registered since became %d readings", done.settled, done.readings
            )

    def _compute_rollups(self, session: Session) -> None:
        compute_rollups(session, self._stopping)

    def _count_coverage(self, session: Session) -> None:
        count_coverage(session, self._config.report_rules, self._stopping, datetime.now(UTC))

    def _judge_coverage(self, session: Session) -> None:
        judge_coverage_losses(session, self._config.report_rules, datetime.now(UTC))

    def _keep_targets(self, session: Session) -> None:
        keep_targets(session, self._config.report_rules, datetime.now(UTC))

    def _delete_readings(self, session: Session) -> None:
        delete_old_readings(session, self._config.horizons, self._stopping)

    def _compress(self, session: Session) -> None:
        compress_old_readings(session, self._config.columnstore_after_days, self._stopping)

    def _delete(self, session: Session) -> None:
        days = self._config.dead_letter_retention_days
        total = Deleted()
        before = datetime.now(UTC) - timedelta(days=days)
        for total in islice(delete_old_letters(session, before), MOST_CHUNKS):  # noqa: B007 - the sum after the last
            if self._stopping.is_set():
                break
        if total.letters:
            logger.info(
                "deleted %d dead letters older than %d days, %d of them still open", total.letters, days, total.open
            )


def seen_of(broker: BrokerAddress, condition: Condition) -> Seen:
    """What a broker says of itself, as it is recorded."""
    return Seen(
        broker=f"{broker.host}:{broker.port}",
        observed_at=condition.observed_at,
        started_at=condition.started_at,
        dropped=condition.dropped,
        queued_messages=condition.queued_messages,
        queued_bytes=condition.queued_bytes,
        heap_bytes=condition.heap_bytes,
        sessions_away=condition.sessions_away,
    )
