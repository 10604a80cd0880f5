"""A database with a commune in it, and a session that judges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from storage.connect import Session, connect
from tests.api.world import world

__all__ = ["world"]


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session as maintenance has it."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        yield session
