"""The demonstration itself: start everything, tell where to look, simulate, and add up at the end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commune.certificates import make
from commune.demo import services
from commune.demo.chaos import Chaos, Disturbance
from commune.demo.database import Database, open_database
from commune.demo.disturbances import of_stack
from commune.demo.ending import Ending
from commune.demo.entrance import let_in
from commune.demo.plan import Plan
from commune.demo.reckoning import Books, Reckoning
from commune.sample import Written, backfill, register
from commune.settings import Settings
from commune.stack.errors import DeadlineError
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.processes import Process, wait_until
from commune.stack.servers import HOST, free_port
from commune.stack.terminal import write_environment
from commune.witness import compare_settled, in_words, recorded, report_of
from simulators.communes import load
from simulators.devices import Simulator
from simulators.fleet import Fleet, load_fleet
from simulators.history import expected_readings
from simulators.lines import Lines
from simulators.manifest import Record
from simulators.messages import simulators_of
from simulators.run import Simulation, Statistics
from storage.connect import Session
from storage.ledger import totals
from storage.roles import Role

DAY_SECONDS = 86_400
DRAIN_SECONDS = 60.0
TELL_SECONDS = 5.0
BACKFILL_TELL_SECONDS = 2.0

Tell = Callable[[str], None]


@dataclass(slots=True)
class Demonstration:
    """One demonstration, from nothing to nothing. `tell` takes what people are to read while it runs."""

    plan: Plan
    settings: Settings
    tell: Tell
    ending: Ending
    _processes: list[Process] = field(default_factory=list)
    _told: float = 0.0
    _ingest_port: int = 0
    _ingest_settings: dict[str, object] = field(default_factory=dict)
    _fleet: Fleet = field(default_factory=Fleet)

    def run(self) -> Reckoning:
        """Show it, stop everything, and return the sum.

        Raises StackError, StorageError and BrokerError when a part fails, KeyboardInterrupt when it is told to stop
        before it began.
        """
        sample = load(self.plan.commune)
        simulators = simulators_of(sample, self.plan.seed, self.plan.devices)
        if self.plan.fleet is not None:
            self._fleet = load_fleet(self.plan.fleet)
            self._fleet.check(simulators)
        with ExitStack() as stack:
            with self.ending.at_once():
                instance = stack.enter_context(Instance.create(self.settings.local_directory, "demo"))
                database = stack.enter_context(open_database(self.settings, instance.path, self.plan.flavour))
                self.tell(f"database: {database.edition}")
                broker = stack.enter_context(self._start_broker(instance))
                self.tell(f"broker:   Mosquitto {broker.version}")
                session = stack.enter_context(closing(database.connect()))
                numbers = register(session, sample)
                self.tell(f"commune:  {sample.commune.name} (a sample), {len(numbers)} devices of all kinds")
                self._start_processes(stack, instance, database, broker)
                self._say_where(instance, database, broker)
                start = self.plan.starts_at(time.time())
                history = self._write_history(session, numbers, simulators, start)
                before = Books.read(session)
            chaos = Chaos(self._disturbances(instance, database, broker), self.plan.seed, self.tell)
            return self._show(database, broker, before, history, simulators, start, chaos)

    def _start_broker(self, instance: Instance) -> MosquittoServer:
        """Start the broker, if so planned with a TLS listener and an authority of its own."""
        certificates = instance.path / "certificates" if self.plan.tls else None
        if certificates is not None:
            make(certificates, [HOST, "localhost"], "Demonstration", now=datetime.now(UTC))
        local = self.settings.local_directory
        return MosquittoServer.start(instance.path / "broker", certificates=certificates, local_directory=local)

    def _disturbances(self, instance: Instance, database: Database, broker: MosquittoServer) -> dict[str, Disturbance]:
        """What may go away in this demonstration."""
        if not self.plan.chaos:
            return {}

        def ingest() -> Process:
            return self._processes[0]

        def ingest_again() -> None:
            self._processes[0] = services.start("ingest", instance.path, self._ingest_settings)
            services.wait_for_ingest(self._processes[0], self._ingest_port)

        return of_stack(ingest, ingest_again, broker, database)

    def _write_history(
        self, session: Session, numbers: dict[str, int], simulators: list[Simulator], start: int
    ) -> Written:
        """Give the devices a past, up to where the live part starts."""
        first = start - round(self.plan.days * DAY_SECONDS)
        expected = max(1, expected_readings(simulators, first, start))
        began = self._told = time.monotonic()

        def progress(written: Written) -> None:
            if time.monotonic() - self._told >= BACKFILL_TELL_SECONDS:
                self._told = time.monotonic()
                self.tell(f"history:  {min(99, 100 * written.readings // expected)} %")

        written = backfill(session, simulators, numbers, first, start, progress)
        self.tell(f"history:  {written.stored} readings of {self.plan.days:g} days in {time.monotonic() - began:.1f} s")
        return written

    def _start_processes(
        self, stack: ExitStack, instance: Instance, database: Database, broker: MosquittoServer
    ) -> None:
        """Start ingest, API and maintenance with the settings that a deployment would give them."""
        self._ingest_port = free_port()
        api_port = self.plan.api_port or free_port()
        secret_key = secrets.token_hex(24)
        wanted: dict[str, dict[str, object]] = {
            "ingest": {
                "database_url": database.roles[Role.INGEST],
                **services.broker_settings(broker.address("ingest")),
                "ingest_client_id": f"commune-{instance.path.name}",
                "ingest_metrics_port": self._ingest_port,
            },
            "api": {
                "database_url": database.roles[Role.READ],
                "api_host": HOST,
                "api_port": api_port,
                "secret_key": secret_key,
                **database.api_settings,
            },
            "maintain": {
                "database_url": database.roles[Role.ADMIN],
                "secret_key": secret_key,
                "replay_unknown_devices": False,  # the tutorial replays by hand, beside a demonstration
                **services.broker_settings(broker.address("maintain")),
            },
        }
        self._ingest_settings = wanted["ingest"]
        stack.callback(lambda: [process.stop() for process in self._processes])
        for name, settings in wanted.items():
            self._processes.append(services.start(name, instance.path, settings))
        services.wait_for_ingest(self._processes[0], self._ingest_port)
        services.wait_for_api(self._processes[1], api_port)
        page = f"http://{HOST}:{api_port}"
        self.tell(f"page:     {page}/")
        self.tell(f"API:      {page}/api/v1/docs")
        entrance = let_in(database)
        self.tell(f"sign in:  {entrance.username} / {entrance.password}")
        environment = write_environment(
            instance.path, broker, database.roles[Role.ADMIN], page, entrance.token, secret_key=secret_key
        )
        self.tell(f"terminal: . {shown(environment)}")

    def _say_where(self, instance: Instance, database: Database, broker: MosquittoServer) -> None:
        self.tell(f"MQTT:     {HOST}:{broker.port}, accounts and passwords in {shown(broker.accounts_file)}")
        if self.plan.tls:
            secure = broker.secure_address("simulator")
            assert secure.ca_file is not None, "a broker with certificates has an authority"
            self.tell(f"MQTT TLS: {secure.host}:{secure.port}, CA certificate in {shown(secure.ca_file)}")
        if database.private:
            self.tell(f"database: {database.roles[Role.READ]}")
        self.tell(f"logs:     {shown(instance.path)}/{{ingest,api,maintain}}.log")

    def _show(
        self,
        database: Database,
        broker: MosquittoServer,
        before: Books,
        history: Written,
        simulators: list[Simulator],
        start: int,
        chaos: Chaos,
    ) -> Reckoning:
        """Simulate until the end, let ingest finish, and add up."""
        began = time.monotonic()
        statistics, lines = self._simulate(simulators, start, database, broker, before, chaos)
        self._drain(database, before, statistics.acknowledged + statistics.wills)
        with closing(database.connect()) as session:
            witness = None if self.plan.manifest is None else self._hear_witness(session, self.plan.manifest)
            after = Books.read(session).since(before)
        in_hand = services.metric(self._ingest_port, "commune_ingest_in_hand")
        return Reckoning(
            edition=database.edition,
            sent=statistics.published,
            published=statistics.acknowledged,
            received=after.received,
            stored=after.stored,
            duplicate=after.duplicate,
            dead_lettered=after.dead_lettered,
            in_hand=-1 if in_hand is None else int(in_hand),
            redelivered=after.redelivered,
            resent=lines.resent,
            kinds=after.kinds,
            history_readings=history.stored,
            devices=len(simulators),
            seconds=round(time.monotonic() - began, 3),
            chaos=chaos.done,
            wills=statistics.wills,
            reopened=lines.reopened,
            witness=witness,
        )

    def _simulate(
        self,
        simulators: list[Simulator],
        start: int,
        database: Database,
        broker: MosquittoServer,
        before: Books,
        chaos: Chaos,
    ) -> tuple[Statistics, Lines]:
        """Simulate until the end; returns what was published and the lines that it went over."""
        until = "until Ctrl-C" if self.plan.seconds is None else f"for {self.plan.seconds:g} s"
        self.tell(f"simulating {len(simulators)} devices {until}, {self.plan.speed:g} times as fast as life")
        simulation = Simulation(
            simulators, speed=self.plan.speed, seconds=self.plan.seconds, start=start, fleet=self._fleet
        )

        def progress(statistics: Statistics) -> None:
            if not chaos.quiet.acquire(blocking=False):
                return  # something is away on purpose
            try:
                services.check(self._processes)
                if time.monotonic() - self._told >= TELL_SECONDS:
                    self._told = time.monotonic()
                    self._say_how_far(database, before, statistics)
            finally:
                chaos.quiet.release()

        with (
            recorded(self.plan.manifest, simulation, load(self.plan.commune)) as record,
            Lines(
                broker.address("simulator"),
                "commune-demo-simulator",
                own=self._fleet.own_lines(simulators),
                manifest=record,
            ) as lines,
            chaos if self.plan.chaos else nullcontext(),
        ):
            return simulation.run(lines, stop=lambda: self.ending.asked, progress=progress), lines

    def _hear_witness(self, session: Session, manifest: Path) -> dict[str, Any]:
        """Compare the manifest with the database."""
        with Record(manifest) as record:
            report = report_of(record, compare_settled(session, record, DRAIN_SECONDS))
        self.tell(in_words(report))
        return report

    def _say_how_far(self, database: Database, before: Books, statistics: Statistics) -> None:
        with closing(database.connect()) as session:
            sums = totals(session)
        line = f"published {statistics.published}, stored {sums.stored - before.stored}"
        line += f", set aside {sums.dead_lettered - before.dead_lettered}"
        if statistics.kinds:
            line += f"; readings: {', '.join(f'{name} {count}' for name, count in statistics.kinds.items())}"
        self.tell(line)

    def _drain(self, database: Database, before: Books, published: int) -> None:
        """Wait until ingest has settled what was published; the sum tells if it did not in time."""

        def drained() -> bool:
            services.check(self._processes)
            with closing(database.connect()) as session:
                received = totals(session).received - before.received
            return received >= published and services.metric(self._ingest_port, "commune_ingest_in_hand") == 0

        try:
            wait_until(drained, DRAIN_SECONDS, f"ingest to settle {published} messages")
        except DeadlineError as error:
            self.tell(str(error))


def shown(path: Path) -> str:
    """Return a path as people read it: relative to where they are, if it is below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
