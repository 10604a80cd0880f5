"""Real servers for the tests: one PostgreSQL and one Mosquitto a test run, a fresh database a test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import cast, get_args

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from commune.stack.errors import StackError
from commune.stack.installations import Flavour, find
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer, find_mosquitto
from commune.stack.postgres import PostgresServer
from storage import password_hashes
from storage.connect import connect
from storage.migrate import migrate
from tests.api.browsing import chromium

__all__ = ["chromium"]

LOCAL = Path(__file__).resolve().parents[1] / ".local"
TEMPLATE = "template_commune"
# Properties are tried on fewer examples than Hypothesis would by itself: the suite is run before every commit. For a
# long search: make test TEST_ARGUMENTS="--hypothesis-profile thorough".
settings.register_profile("suite", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("suite")
numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller choose the edition; an edition that is asked for and absent fails the run."""
    parser.addoption(
        "--edition",
        choices=get_args(Flavour),
        default=None,
        help="PostgreSQL to test on: timescaledb, plain, or auto (the first of them that is there). "
        "Without it COMMUNE_TEST_EDITION counts, then auto.",
    )


def flavour_of(config: pytest.Config) -> Flavour:
    """Return the edition that was asked for, on the command line or in COMMUNE_TEST_EDITION."""
    asked = config.getoption("--edition") or os.environ.get("COMMUNE_TEST_EDITION") or "auto"
    if asked not in get_args(Flavour):
        raise pytest.UsageError(f"COMMUNE_TEST_EDITION={asked!r}: use one of {', '.join(get_args(Flavour))}")
    return cast(Flavour, asked)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the run at once when the edition that was asked for is not there."""
    flavour = flavour_of(config)
    if flavour != "auto":
        try:
            find(flavour, LOCAL)
        except StackError as error:
            raise pytest.UsageError(f"--edition {flavour}: {error}") from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """State what the tests run on."""
    lines = []
    try:
        database = find(flavour_of(config), LOCAL)
        lines.append(f"edition: {database.edition} (from {database.origin})")
    except StackError as error:
        lines.append(f"edition: NONE, tests that need a database will fail: {error}")
    try:
        lines.append(f"broker: Mosquitto {find_mosquitto(LOCAL).version()}")
    except StackError as error:
        lines.append(f"broker: NONE, tests that need a broker will fail: {error}")
    return lines


@pytest.fixture(scope="session")
def local_directory() -> Path:
    """Where the private servers of this checkout keep their files."""
    return LOCAL


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    """A directory of this test run's own for servers."""
    with Instance.create(LOCAL, "test") as instance:
        yield instance


@pytest.fixture(scope="session")
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """The edition under test."""
    return flavour_of(request.config)


@pytest.fixture(scope="session")
def postgres_server(instance: Instance, flavour: Flavour) -> Iterator[PostgresServer]:
    """A PostgreSQL server of the edition under test."""
    with PostgresServer.start(
        instance.path / "postgres", flavour=flavour, durable=False, local_directory=LOCAL
    ) as server:
        yield server


@pytest.fixture(scope="session")
def broker_server(instance: Instance) -> Iterator[MosquittoServer]:
    """A Mosquitto with the accounts ingest, maintain and simulator."""
    with MosquittoServer.start(instance.path / "mosquitto", local_directory=LOCAL) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords of tests are hashed in a millisecond; the real price is in tests/storage/test_password_hashes.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashes, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_trust() -> Iterator[None]:
    """The authorities of the machine are read once: each client of httpx would take 20 ms of the processor for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


class Databases:
    """Databases of tests, each made through one session: a program for each would take as long as the test."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._session = connect(server.url(), autocommit=True)
        self._used: list[str] = []

    @contextmanager
    def empty(self, template: str = "template1") -> Iterator[str]:
        """A database of its own, or a copy of `template`; yields its URL, and drops it after the next one.

        The server looks once in 100 ms whether those who were in a database have left it.
        """
        name = f"test_{next(numbers)}"
        self._session.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield self._server.url(name)
        self._used.append(name)
        for old in self._used[:-1]:
            self._session.execute(f"DROP DATABASE {old} WITH (FORCE)")
        del self._used[:-1]

    def migrated(self) -> AbstractContextManager[str]:
        """A database with the schema in it."""
        return self.empty(self._template)

    @cached_property
    def _template(self) -> str:
        self._session.execute(f"CREATE DATABASE {TEMPLATE}")
        with closing(connect(self._server.url(TEMPLATE))) as connection:
            migrate(connection)
            connection.commit()
        return TEMPLATE

    def close(self) -> None:
        """End the session."""
        self._session.close()


@pytest.fixture(scope="session")
def databases(postgres_server: PostgresServer) -> Iterator[Databases]:
    """Makes databases on the server of this test run."""
    with closing(Databases(postgres_server)) as databases:
        yield databases


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A fresh, migrated database, dropped afterwards."""
    with databases.migrated() as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(databases: Databases) -> Iterator[str]:
    """A migrated database that the tests of a module share, dropped afterwards."""
    with databases.migrated() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A fresh database that has not been migrated, dropped afterwards."""
    with databases.empty() as url:
        yield url
