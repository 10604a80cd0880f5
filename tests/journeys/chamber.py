"""A chamber for fault tests: servers of its own, `commune ingest` as a child, a publisher with a list, a reckoning.

Every test is a `Trial` in a chamber: a database, a commune, devices, a client id and proxies that no other has.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from broker.address import BrokerAddress
from broker.baseline import forget_session, keep_session
from commune.cli import app
from commune.settings import PREFIX
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer
from devices.registry import Commune
from devices.topics import subscription
from ingest.service import CHANNELS
from storage.connect import connect
from storage.ledger import totals
from storage.ledger_view import in_hand
from storage.migrate import migrate
from storage.places import add_commune
from storage.registry import add_device
from storage.roles import set_passwords
from tests.journeys.child import Child
from tests.journeys.messages import Message, Mix, devices
from tests.journeys.proxy import HOST, Proxy
from tests.journeys.reckoning import Reckoned, accounts, reckon
from tests.journeys.speaker import Speaker
from tests.waiting import wait_until

TEMPLATE = "template_chamber"
ROLE = "commune_ingest"
PASSWORD = "only-for-this-test"
SETTLE_SECONDS = 60.0
BATCH_MESSAGES = 100
WINDOW_MESSAGES = 400
SMALL_BATCHES = {
    "INGEST_BATCH_MESSAGES": str(BATCH_MESSAGES),
    "INGEST_BATCH_AGE_MILLISECONDS": "20",
    "INGEST_WINDOW_MESSAGES": str(WINDOW_MESSAGES),
}
"""Many small batches, so that there are many moments at which a fault can strike."""
numbers = itertools.count(1)


@dataclass
class Chamber:
    """A PostgreSQL and a Mosquitto that tests may ill-treat."""

    directory: Path
    database: PostgresServer
    broker: MosquittoServer

    def prepare(self) -> None:
        """Make the database that every trial gets a copy of, and the account that ingest uses."""
        self.database.create_database(TEMPLATE)
        with closing(connect(self.database.url(TEMPLATE), autocommit=True)) as connection:
            migrate(connection)
            set_passwords(connection, {ROLE: PASSWORD})

    @contextmanager
    def trial(
        self, seed: int = 1, *, repeats: bool = True, tablespace: str | None = None, **settings: str
    ) -> Iterator[Trial]:
        """A trial of its own; `settings` are those of ingest, without their prefix and in any case."""
        name = f"trial_{next(numbers)}"
        with ExitStack() as stack:
            self._create(name, tablespace)
            stack.callback(self.database.drop_database, name)
            trial = Trial(self, name, stack, Mix(name.replace("_", "-"), seed, repeats=repeats))
            trial.settings = {key.upper(): value for key, value in settings.items()}
            add_commune(trial.connection, Commune(trial.commune, "Xã thử", "Hải Phòng", 20.87, 106.3, is_sample=True))
            for device in devices(trial.commune):
                add_device(trial.connection, device)
            trial.keep_session()
            yield trial
            if self.broker.running():
                forget_session(self.broker.address("ingest"), trial.client_id)

    def _create(self, name: str, tablespace: str | None) -> None:
        if tablespace is None:
            self.database.create_database(name, TEMPLATE)
            return
        with closing(connect(self.database.url(), autocommit=True)) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} TABLESPACE {tablespace}")


@dataclass
class Trial:
    """One test's part of a chamber."""

    chamber: Chamber
    name: str
    stack: ExitStack
    mix: Mix
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commune = self.name.replace("_", "-")
        self.client_id = f"ingest-{self.commune}"
        self.reconnect()
        self.database_proxy = self.stack.enter_context(Proxy(self.chamber.database.port))
        self.broker_proxy = self.stack.enter_context(Proxy(self.chamber.broker.port))
        self.speaker_proxy = self.stack.enter_context(Proxy(self.chamber.broker.port))
        self.log = self.chamber.directory / f"{self.name}.log"
        self.log.touch()
        self._speaker: Speaker | None = None

    def reconnect(self) -> None:
        """Take a new connection of the test's own to the database, as the superuser and not through the proxy."""
        url = self.chamber.database.url(self.name)
        self.connection = self.stack.enter_context(closing(connect(url, autocommit=True)))

    def keep_session(self) -> None:
        """Have the broker collect for ingest from now on, as if it had been connected once."""
        filters = [subscription(channel) for channel in CHANNELS]
        keep_session(self.chamber.broker.address("ingest"), self.client_id, filters)

    @property
    def speaker(self) -> Speaker:
        """The publisher; connected when it is first asked for."""
        if self._speaker is None:
            address = replace(self.chamber.broker.address("simulator"), port=self.speaker_proxy.port)
            self._speaker = self.stack.enter_context(Speaker(address, f"speaker-{self.commune}"))
        return self._speaker

    @property
    def said(self) -> list[Message]:
        """Everything that the broker has accepted."""
        return self.speaker.publisher.accepted

    def say(self, count: int) -> list[Message]:
        """Have the next messages of the mix published; does not wait."""
        messages = self.mix.take(count)
        self.speaker.give(messages)
        return messages

    def say_all(self, messages: Iterable[Message] | int) -> list[Message]:
        """Publish messages, or so many of the mix, and wait until the broker has answered them."""
        listed = self.mix.take(messages) if isinstance(messages, int) else list(messages)
        self.speaker.give(listed)
        self.speaker.finish()
        return listed

    def environment(self, **others: str) -> dict[str, str]:
        """The settings of an ingest process that reaches both servers through the proxies."""
        address = self.broker_address()
        database = f"postgresql://{ROLE}:{PASSWORD}@{HOST}:{self.database_proxy.port}/{self.name}"
        ours = {
            "DATABASE_URL": f"{database}?sslmode=disable&gssencmode=disable",
            "BROKER_HOST": address.host,
            "BROKER_PORT": str(address.port),
            "BROKER_USERNAME": address.username or "",
            "BROKER_PASSWORD": address.password or "",
            "INGEST_CLIENT_ID": self.client_id,
        }
        return {PREFIX + name: value for name, value in (ours | SMALL_BATCHES | {**self.settings, **others}).items()}

    def broker_address(self) -> BrokerAddress:
        """The broker as ingest reaches it."""
        return replace(self.chamber.broker.address("ingest"), port=self.broker_proxy.port)

    def ingest(self, *, prefix: Sequence[str] = (), others: Mapping[str, str] | None = None, **settings: str) -> Child:
        """Start `commune ingest`; it ends with the trial at the latest."""
        log = self.chamber.directory / f"{self.name}-{next(numbers)}.log"
        return self.stack.enter_context(Child(self.environment(**settings), log, prefix=prefix, others=others))

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a statement gives, over the test's own connection."""
        return self.connection.execute(statement, parameters).fetchall()

    def execute(self, statement: str) -> None:
        """Do something to the database, as the superuser."""
        self.connection.execute(statement)

    def received(self) -> int:
        """How many messages are in the ledger."""
        return totals(self.connection).received

    def wait_received(self, count: int, timeout_seconds: float = SETTLE_SECONDS) -> None:
        """Wait until so many messages are in the ledger."""
        wait_until(lambda: self.received() >= count, f"{count} messages are in the ledger", timeout_seconds)

    def wait_for(
        self, child: Child, condition: Callable[[], object], what: str, timeout_seconds: float = SETTLE_SECONDS
    ) -> None:
        """Wait until a condition holds; where it does not, say what ingest said."""
        try:
            wait_until(condition, what, timeout_seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; {totals(self.connection)}; ingest said: {child.log[-3000:]}") from None

    def wait_until_told(self, child: Child, *words: str) -> None:
        """Wait until ingest has said all of these words."""
        self.wait_for(child, lambda: all(word in child.log for word in words), f"ingest says {', '.join(words)}")

    def settle(self, child: Child, *, timeout_seconds: float = SETTLE_SECONDS) -> None:
        """Wait until everything is settled: a last message, which the broker brings after all others, is stored."""
        last = self.mix.reading()
        self.say_all([last])
        seq = last.facts[0][5]
        self.wait_for(
            child,
            lambda: self.rows("SELECT 1 FROM environment WHERE seq = %s", seq) and in_hand(self.connection) == 0,
            f"the last of {len(self.said)} messages is stored and nothing is in hand",
            timeout_seconds,
        )
        child.stop()

    def reckon(self, child: Child, **known: Iterable[Message]) -> Reckoned:
        """Settle, then hold the publisher's list against the database; `known` as for `reckoning.accounts`."""
        self.settle(child)
        publisher = self.speaker.publisher
        again = {"sent_again": list(publisher.sent_again.elements())}
        lost = [*known.pop("lost", ()), *publisher.unheard]
        assert in_hand(self.connection) == 0
        result = reckon(self.connection, accounts(self.said, **again, lost=lost, **known))
        self.check_ledger()
        return result

    def check_ledger(self) -> None:
        """`commune ledger check` must end in exit 0."""
        result = CliRunner().invoke(
            app, ["ledger", "check"], env={f"{PREFIX}DATABASE_URL": self.chamber.database.url(self.name)}
        )
        assert result.exit_code == 0, result.output
