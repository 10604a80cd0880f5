"""A whole installation as a commune runs it: broker, database, and the three processes, with people who sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from broker.address import BrokerAddress
from commune.demo.services import broker_settings, start, wait_for_api, wait_for_ingest
from commune.stack.mosquitto import MosquittoServer
from commune.stack.processes import Process
from commune.stack.servers import HOST, free_port
from devices.people import Role
from storage.connect import connect
from storage.people import NewPerson, add_person

PASSWORD = "mưa rào trên mái tôn"
SECRET_KEY = "a key of these tests, longer than 32 signs"


@dataclass
class Installation:
    """What runs, and where."""

    address: str
    database_url: str
    broker: MosquittoServer
    processes: dict[str, Process]

    def as_device(self, username: str, password: str) -> BrokerAddress:
        """The broker under the account of a device."""
        return replace(self.broker.address("ingest"), username=username, password=password)


@contextmanager
def running(
    directory: Path, database_url: str, broker: MosquittoServer, *, roles: tuple[Role, ...] = (Role.TECHNICIAN,)
) -> Iterator[Installation]:
    """Run ingest, maintenance and the API over a database and a broker. Each role is a person of that name."""
    directory.mkdir(parents=True, exist_ok=True)
    with closing(connect(database_url)) as connection:
        for role in roles:
            add_person(connection, NewPerson(str(role), role, f"Lan ({role})", password=PASSWORD))
        connection.commit()
    api_port, metrics_port = free_port(), free_port()
    shared = {
        "database_url": database_url,
        "secret_key": SECRET_KEY,
        "broker_public_host": HOST,
        "broker_public_port": broker.port,
    }
    own: dict[str, dict[str, object]] = {
        "ingest": {**broker_settings(broker.address("ingest")), "ingest_metrics_port": metrics_port},
        "maintain": broker_settings(broker.address("maintain")),
        "api": {"api_port": api_port},
    }
    with ExitStack() as stack:
        processes = {}
        for name, settings in own.items():
            processes[name] = start(name, directory, {**shared, **settings})
            stack.callback(processes[name].stop)
        wait_for_ingest(processes["ingest"], metrics_port)
        wait_for_api(processes["api"], api_port)
        yield Installation(f"http://{HOST}:{api_port}", database_url, broker, processes)
