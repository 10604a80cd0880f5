"""The API as a real server on a free port, over a real database."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.provider import Provider
from api.provider_config import ProviderConfig
from devices.accounts import BrokerEndpoint
from devices.catalogue import KINDS
from ingest.again import interpreter
from reports.rules import OpenDataRules, ReportRules
from storage.registrar import Registrar
from storage.repairs import Repairs
from tests.api.entering import Entrance
from tests.api.oidc import CLIENT_ID, CLIENT_SECRET, OidcProvider, provider_over_http
from tests.api.signing import person, signed_in
from tests.api.world import NOW, ClearSealer, World, token, world
from tests.conftest import Databases

__all__ = ["world"]

DEADLINE_SECONDS = 30


PUBLISHED = ReportRules(open_data=OpenDataRules(is_published=True))


class Clock:
    """The clock of the API under test, which a test may move."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fail with `what` when it does not come true in time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    wake = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {DEADLINE_SECONDS} s"
        wake.wait(0.01)


class PromptServer(uvicorn.Server):
    """A server that ends when it is told to, and not at its next look at the clock."""

    async def main_loop(self) -> None:
        """Serve until told otherwise."""
        while not await self.on_tick(0):
            await asyncio.sleep(0.01)


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Run an application on a free port of loopback; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does this for sockets that it opens itself; without it every small answer waits 40 ms for a delayed ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = PromptServer(uvicorn.Config(app, log_level="warning", lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the start of the API")
        assert server.started, "the API did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(DEADLINE_SECONDS)
        listener.close()


@pytest.fixture
def clock() -> Clock:
    """The clock that states and ages refer to."""
    return Clock()


def application(database_url: str, clock: Clock, **others: Any) -> FastAPI:
    """The application over a test's database, with `others` of its parts."""
    return create_app(
        database_url,
        pool_connections=4,
        now=clock,
        repairs=Repairs(database_url, interpreter),
        registrar=Registrar(database_url, pool_connections=2),
        **others,
    )


def equipped(database_url: str, clock: Clock) -> FastAPI:
    """The application with a key for passwords of devices, and an address of the broker to tell them."""
    return application(database_url, clock, sealer=ClearSealer(), broker=BrokerEndpoint("mqtt.example", 1883, 8883))


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application over the test's database."""
    return application(database_url, clock, ready_lag_seconds=60)


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The address of the running API."""
    with serve(app) as address:
        yield address


@pytest.fixture
def administrator(database_url: str) -> dict[str, str]:
    """The header of a token of an administrator."""
    return token(database_url)


@pytest.fixture
def client(address: str, administrator: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of the running API that carries a token of an administrator."""
    with httpx.Client(base_url=address, timeout=DEADLINE_SECONDS, headers=administrator) as client:
        yield client


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    """A client of the running API that carries nothing."""
    with httpx.Client(base_url=address, timeout=DEADLINE_SECONDS) as client:
        yield client


@pytest.fixture(scope="module")
def module_world(module_database_url: str) -> Iterator[World]:
    """A database that the tests of a module share, with one commune in it and no devices."""
    world = World(module_database_url)
    world.commune()
    yield world
    world.leave()


@pytest.fixture(scope="module")
def module_client(module_world: World) -> Iterator[httpx.Client]:
    """A client of the API over the database that the tests of a module share, with a token of an administrator."""
    url = module_world.url
    with (
        serve(application(url, Clock())) as address,
        httpx.Client(base_url=address, timeout=DEADLINE_SECONDS, headers=token(url)) as client,
    ):
        yield client


@pytest.fixture
def lan(database_url: str) -> str:
    """A database with a technician, Lan."""
    person(database_url, "lan")
    return database_url


@pytest.fixture
def browser(lan: str, address: str) -> Iterator[httpx.Client]:
    """A client that signed in as Lan."""
    with signed_in(address, "lan") as client:
        yield client


@pytest.fixture
def oidc() -> Iterator[OidcProvider]:
    """A provider through which people may sign in."""
    with provider_over_http() as provider:
        yield provider


@pytest.fixture
def entrance(database_url: str, oidc: OidcProvider) -> Iterator[Entrance]:
    """Makes an API that trusts the provider, and a browser in front of it."""
    with ExitStack() as stack:

        def make(**settings: Any) -> httpx.Client:
            config = ProviderConfig(oidc.issuer, CLIENT_ID, CLIENT_SECRET, **{"name": "Tỉnh", **settings})
            app = create_app(database_url, registrar=Registrar(database_url), provider=Provider(config))
            address = stack.enter_context(serve(app))
            return stack.enter_context(httpx.Client(base_url=address, timeout=DEADLINE_SECONDS))

        yield make


@pytest.fixture(scope="session")
def shared_url(databases: Databases) -> Iterator[str]:
    """The database of tests which only ask: one commune, one device of each kind, something set aside."""
    with databases.migrated() as url:
        world = World(url)
        world.commune()
        for kind in KINDS:
            world.device(f"{kind}-01", kind)
        world.photo("environment-01")
        world.send("environment-01", {"temperature": 21.5, "pm25": 9000})
        world.strange(b"{}")
        world.alert("environment-01")
        person(url, "lan", password=None)
        yield url


@pytest.fixture(scope="session")
def shared_address(shared_url: str) -> Iterator[str]:
    """The API over the database that tests share."""
    with serve(application(shared_url, Clock(), report_rules=PUBLISHED)) as address:
        yield address


@pytest.fixture(scope="session")
def shared_client(shared_address: str, shared_url: str) -> Iterator[httpx.Client]:
    """A client of the API that tests share, which carries a token of an administrator."""
    with httpx.Client(base_url=shared_address, timeout=DEADLINE_SECONDS, headers=token(shared_url)) as client:
        yield client
