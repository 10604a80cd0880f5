"""Sessions in a registry of one commune."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from devices.registry import Commune
from storage.connect import Session, connect
from storage.places import add_commune

GIA_LOC = Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3)


@pytest.fixture
def connection(database_url: str) -> Iterator[Session]:
    """A session of the owner, in a registry of one commune."""
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, GIA_LOC)
        yield connection


@pytest.fixture
def admin(database_url: str) -> Iterator[Session]:
    """A session of `commune maintain`, in a registry of one commune."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, GIA_LOC)
        yield connection
