"""Our services of docker-compose.yml, each run natively by its very command in its very environment."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import httpx
import pytest
from psycopg.errors import InsufficientPrivilege

from broker.publisher import Publisher
from commune.stack.errors import DeadlineError
from commune.stack.instances import Instance
from commune.stack.processes import Process, wait_until
from commune.stack.servers import data_directory
from storage.connect import connect
from storage.errors import DatabaseUnavailable
from storage.roles import Role
from tests.commune.deployment import PROGRAMS, BrokerContainer, Deployment, program_and_account

ROLES = {
    "COMMUNE_DATABASE_ADMIN_PASSWORD": Role.ADMIN,
    "COMMUNE_DATABASE_INGEST_PASSWORD": Role.INGEST,
    "COMMUNE_DATABASE_READ_PASSWORD": Role.READ,
    "COMMUNE_DATABASE_REPAIR_PASSWORD": Role.REPAIR,
    "COMMUNE_DATABASE_REGISTRY_PASSWORD": Role.REGISTRY,
    "COMMUNE_DATABASE_GRAFANA_PASSWORD": Role.GRAFANA,
}
READY_SECONDS = 30


@pytest.fixture
def deployment(empty_database_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment whose database is new. Its roles belong to the whole server: they lose their passwords again."""
    directory, logs = tmp_path / "container", tmp_path / "logs"
    directory.mkdir()
    logs.mkdir()
    yield Deployment(directory, logs, empty_database_url)
    with closing(connect(empty_database_url, autocommit=True)) as connection:
        for role in Role:
            connection.execute(f"ALTER ROLE {role.value} NOLOGIN PASSWORD NULL")


@pytest.fixture
def migrated(deployment: Deployment) -> Deployment:
    """A deployment after its one-shot service."""
    result = deployment.run("migrate")
    assert result.returncode == 0, result.stdout + result.stderr
    return deployment


@pytest.fixture
def broker(migrated: Deployment, instance: Instance, local_directory: Path) -> Iterator[BrokerContainer]:
    """The broker's service, running."""
    program, account = program_and_account(local_directory)
    data = data_directory(instance.path, program.root, account, "compose-services")
    container = BrokerContainer(migrated, program, data, account)
    container.prepare()
    container.start()
    yield container
    container.stop()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def start(migrated: Deployment) -> Iterator[Callable[[str], Process]]:
    """Starts a service, and at the end stops it and asks whether it ended in order."""
    with ExitStack() as running:

        def one(name: str) -> Process:
            process = migrated.start(name)
            running.callback(lambda: ended_in_order(name, process))
            return process

        yield one


def ended_in_order(name: str, process: Process) -> None:
    """Stop a process and hold it to an end in order: 0, or the signal that uvicorn raises again once all is closed."""
    assert process.running(), f"{name} ended by itself: {process.last_words()}"
    assert process.stop() == (128 + SIGTERM if name == "api" else 0), f"{name}: {process.last_words()}"


def ask(deployment: Deployment, path: str, headers: dict[str, str] | None = None, data: bytes | None = None) -> Any:
    """What the API answers, to a POST where there is `data`."""
    asked = Request(f"http://127.0.0.1:{deployment.api_port}{path}", data=data, headers=headers or {})
    with urlopen(asked, timeout=10) as response:  # noqa: S310 - http, as written above
        return json.loads(response.read())


def credential(deployment: Deployment, role: str = "viewer") -> dict[str, str]:
    """The header of a token, made as the how-to has it: in the service that keeps house."""
    made = deployment.run("maintain", "users", "tokens", "add", "test", "--role", role)
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {made.stdout.strip()}"}


def healthy(deployment: Deployment, name: str, process: Process) -> None:
    """Wait until the service's health check says that it is well."""
    try:
        wait_until(lambda: not process.running() or deployment.is_healthy(name), READY_SECONDS, f"{name} to be well")
    except DeadlineError as error:
        pytest.fail(f"{error}\n{process.last_words()}")
    assert process.running(), process.last_words()


def url_as(deployment: Deployment, role: str, password: str) -> str:
    """The deployment's database as seen by an account."""
    here = urlsplit(deployment.database_url)
    return f"host={here.hostname} port={here.port} dbname={here.path[1:]} user={role} password='{password}'"


def register(deployment: Deployment) -> None:
    """Register a commune and a device as docs/how-to/deploy-with-docker.md says: with commands in `maintain`."""
    place = ("--name", "Gia Lộc", "--province", "Hải Phòng", "--latitude", "20.87", "--longitude", "106.29")
    for arguments in (
        ("communes", "add", "gia-loc", *place),
        ("devices", "add", "env-01", "--commune", "gia-loc", "--kind", "environment"),
    ):
        result = deployment.run("maintain", *arguments)
        assert result.returncode == 0, result.stderr


def test_the_command_is_what_the_image_starts() -> None:
    dockerfile = (Path(__file__).parents[2] / "Dockerfile").read_text(encoding="utf-8")
    assert 'ENTRYPOINT ["commune"]' in dockerfile
    assert (PROGRAMS / "commune").exists()


def test_migrate_makes_each_role_an_account_with_the_password_of_the_environment(migrated: Deployment) -> None:
    for name, role in ROLES.items():
        with closing(connect(url_as(migrated, role, migrated.variables[name]))) as connection:
            assert connection.info.user == role
        with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
            connect(url_as(migrated, role, "guessed"))


def test_migrate_runs_again_with_every_start_and_changes_a_password(migrated: Deployment) -> None:
    migrated.variables["COMMUNE_DATABASE_READ_PASSWORD"] = "another"
    assert migrated.run("migrate").returncode == 0
    connect(url_as(migrated, Role.READ, "another")).close()


def test_grafana_reads_the_wall_and_nothing_else(migrated: Deployment) -> None:
    password = migrated.variables["COMMUNE_DATABASE_GRAFANA_PASSWORD"]
    url = url_as(migrated, Role.GRAFANA, password)
    with closing(connect(url, autocommit=True)) as connection:
        views = connection.execute(
            "SELECT format('%I.%I', schemaname, viewname) FROM pg_views WHERE schemaname = 'wall'"
        ).fetchall()
        assert views
        for (view,) in views:
            connection.execute(f"SELECT * FROM {view} LIMIT 0")
        for table in ("commune.device", "commune.dead_letter"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(f"SELECT * FROM {table} LIMIT 0")


def test_migrate_fails_and_says_why_when_the_owners_password_is_wrong(deployment: Deployment) -> None:
    deployment.variables["POSTGRES_PASSWORD"] = "guessed"
    result = deployment.run("migrate")
    assert result.returncode == 1
    assert "password authentication failed" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_message_goes_from_a_device_through_all_services_to_an_outsider(
    migrated: Deployment, broker: BrokerContainer, start: Callable[[str], Process]
) -> None:
    admin = url_as(migrated, Role.ADMIN, migrated.variables["COMMUNE_DATABASE_ADMIN_PASSWORD"])
    register(migrated)
    services = {name: start(name) for name in ("ingest", "api", "maintain")}
    for name, process in services.items():
        healthy(migrated, name, process)

    reading = {"ts": datetime.now(UTC).isoformat(), "pm25": 31.4, "temperature": 24.6}
    with Publisher(migrated.address("simulator"), "env-01") as device:
        device.publish("xa/gia-loc/environment/env-01/telemetry", json.dumps(reading).encode())
    path = "/api/v1/devices/gia-loc/env-01/latest"
    token = credential(migrated)
    wait_until(lambda: "31.4" in json.dumps(ask(migrated, path, token)), READY_SECONDS, "the value to be visible")

    def lifecycle() -> Any:
        with closing(connect(admin, autocommit=True)) as connection:
            row = connection.execute("SELECT state FROM device").fetchone()
        return row and row[0]

    wait_until(lambda: lifecycle() == "active", READY_SECONDS, "maintenance to see that the device is active")
    assert list(migrated.directory.iterdir()) == [], "the containers' file systems are read only"


def test_the_api_repairs_dead_letters_as_an_account_of_its_own(
    migrated: Deployment, start: Callable[[str], Process]
) -> None:
    healthy(migrated, "api", start("api"))
    sent = {"Content-Type": "application/json", **credential(migrated, "operator")}
    answer = ask(migrated, "/api/v1/dead-letters/discard", sent, b'{"ids": [1], "dry_run": true}')
    assert answer == {"dry_run": True, "discarded": 0, "next_after": None}


def test_the_first_administrator_is_made_in_the_deployment_and_signs_in(
    migrated: Deployment, start: Callable[[str], Process]
) -> None:
    made = migrated.run("maintain", "users", "add", "lan", "--role", "administrator", "--generate", "--json")
    assert made.returncode == 0, made.stderr
    healthy(migrated, "api", start("api"))
    form = {"username": "lan", "password": json.loads(made.stdout)["password"]}
    with httpx.Client(base_url=f"http://127.0.0.1:{migrated.api_port}", timeout=10) as client:
        assert client.post("/sign-in", data=form).status_code == 303
        assert client.get("/api/v1/people").json()["items"][0]["username"] == "lan"


def test_ingest_is_ill_while_the_broker_is_away_and_well_when_it_is_back(
    migrated: Deployment, broker: BrokerContainer, start: Callable[[str], Process]
) -> None:
    process = start("ingest")
    healthy(migrated, "ingest", process)
    broker.stop()
    wait_until(lambda: not migrated.is_healthy("ingest"), READY_SECONDS, "ingest to notice that the broker is away")
    broker.start()
    healthy(migrated, "ingest", process)


def test_simulators_speak_for_their_account_as_registered_devices_and_are_well(
    migrated: Deployment, broker: BrokerContainer, start: Callable[[str], Process]
) -> None:
    result = migrated.run("register-simulated")
    assert result.returncode == 0, result.stdout + result.stderr
    start("ingest")
    healthy(migrated, "simulators", start("simulators"))
    with closing(connect(migrated.database_url, autocommit=True)) as connection:

        def count(column: str) -> int:
            row = connection.execute(f"SELECT coalesce(sum({column}), 0)::int FROM ledger").fetchone()
            return int(row[0]) if row else 0

        wait_until(lambda: count("stored") > 0, READY_SECONDS, "messages of simulated devices to be stored")
        assert count("dead_lettered") == 0


@pytest.mark.parametrize("name", ["api", "maintain", "ingest"])
def test_a_service_of_ours_may_not_change_the_schema(migrated: Deployment, name: str) -> None:
    environment = migrated.environment(name)
    role = urlsplit(environment["COMMUNE_DATABASE_URL"]).username or ""
    with (
        closing(connect(url_as(migrated, role, environment["PGPASSWORD"]), autocommit=True)) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("ALTER TABLE device ADD COLUMN mischief text")


def test_a_service_without_its_database_says_it_is_away_and_is_ill(deployment: Deployment) -> None:
    deployment.database_url = deployment.database_url.replace(str(urlsplit(deployment.database_url).port), "9")
    assert not deployment.is_healthy("maintain")


def test_a_health_check_fails_for_an_api_that_is_not_there(deployment: Deployment) -> None:
    assert not deployment.is_healthy("api")
    with pytest.raises(URLError):
        ask(deployment, "/healthz")
