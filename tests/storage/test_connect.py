"""Connections and pools."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from commune.stack.servers import free_port
from storage.connect import connect, open_pool
from storage.errors import DatabaseUnavailable, StorageError, driver_errors

SHOWN = "SELECT current_setting('search_path'), current_setting('TimeZone'), current_user"


def test_every_session_has_our_search_path_utc_and_its_role(database_url: str) -> None:
    with closing(connect(database_url, role="commune_read")) as connection:
        assert connection.execute(SHOWN).fetchone() == ("commune, public", "UTC", "commune_read")
        assert not connection.autocommit
    with closing(connect(database_url, autocommit=True)) as connection:
        assert connection.execute(SHOWN).fetchone() == ("commune, public", "UTC", "postgres")
        assert connection.autocommit


def test_a_rolled_back_transaction_keeps_the_role(database_url: str) -> None:
    with closing(connect(database_url, role="commune_read")) as connection:
        connection.execute("SELECT 1")
        connection.rollback()
        assert connection.execute(SHOWN).fetchone() == ("commune, public", "UTC", "commune_read")


def test_a_pool_gives_sessions_like_it_and_replaces_one_that_was_dropped(database_url: str) -> None:
    with open_pool(database_url, role="commune_read", max_size=1) as pool:
        with pool.connection() as connection:
            assert connection.execute(SHOWN).fetchone() == ("commune, public", "UTC", "commune_read")
            pid = connection.info.backend_pid
        with closing(connect(database_url, autocommit=True)) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        with pool.connection() as connection:
            assert connection.info.backend_pid != pid
            assert connection.execute(SHOWN).fetchone() == ("commune, public", "UTC", "commune_read")


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable, match="Connection refused"):
        connect(f"postgresql://postgres@127.0.0.1:{free_port()}/commune")


def test_an_address_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(StorageError, match="missing"):
        connect("commune is over there")


def test_an_unknown_role_is_refused(database_url: str) -> None:
    with pytest.raises(StorageError, match='role "nobody_here" does not exist'):
        connect(database_url, role="nobody_here")


def test_a_lost_connection_is_unavailable_and_any_other_fault_is_not(database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as connection:
        with pytest.raises(StorageError) as raised, driver_errors():
            connection.execute("SELECT 1 / 0")
        assert not isinstance(raised.value, DatabaseUnavailable)
        assert "\n" not in str(raised.value)
        assert isinstance(raised.value.__cause__, psycopg.Error)
        with pytest.raises(DatabaseUnavailable), driver_errors():
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
