"""Chambers for the fault tests: one a module, because its servers are killed and filled and cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune.stack.installations import Flavour
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer
from tests.journeys.chamber import Chamber


@pytest.fixture(scope="module")
def chamber(local_directory: Path, flavour: Flavour) -> Iterator[Chamber]:
    """A durable PostgreSQL and a Mosquitto that no other module uses."""
    with (
        Instance.create(local_directory, "chamber") as instance,
        PostgresServer.start(instance.path / "postgres", flavour=flavour, local_directory=local_directory) as database,
        MosquittoServer.start(
            instance.path / "mosquitto", settings={"sys_interval": "1"}, local_directory=local_directory
        ) as broker,
    ):
        made = Chamber(instance.path, database, broker)
        made.prepare()
        yield made
