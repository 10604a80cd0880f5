"""Our own long-running processes as children of the demonstration, and what they say of themselves over HTTP."""

from __future__ import annotations

import http.client
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from broker.address import BrokerAddress
from commune.settings import PREFIX
from commune.stack.errors import ServerFailedError
from commune.stack.processes import Command, Process
from commune.stack.servers import HOST

READY_SECONDS = 60.0
ANSWER_SECONDS = 5.0


def command_of(*arguments: str) -> list[str]:
    """Return the argv of `commune` in this very environment."""
    script = Path(sys.executable).with_name("commune")
    program = [str(script)] if script.exists() else [sys.executable, "-c", "from commune.cli import main; main()"]
    return [*program, *arguments]


def broker_settings(address: BrokerAddress) -> dict[str, object]:
    """Return the settings that lead to a broker under an account of it."""
    return {
        "broker_host": address.host,
        "broker_port": address.port,
        "broker_username": address.username,
        "broker_password": address.password,
    }


def start(name: str, directory: Path, settings: Mapping[str, object]) -> Process:
    """Start `commune <name>` with our environment and these settings on top."""
    ours = {f"{PREFIX}{key.upper()}": str(value) for key, value in settings.items()}
    return Process.start(name, Command(command_of(name), {**os.environ, **ours}), directory)


def ask(port: int, path: str) -> tuple[int, str]:
    """GET a page from one of our processes: status and body; status 0 when it does not answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def metric(port: int, name: str) -> float | None:
    """Return the value of a metric without labels, or None when the process does not answer."""
    found = re.search(rf"^{name} (\S+)$", ask(port, "/metrics")[1], flags=re.MULTILINE)
    return float(found[1]) if found else None


def wait_for_ingest(process: Process, port: int) -> None:
    """Return once ingest has subscribed: what is published before nobody would receive."""
    process.wait_ready(lambda: metric(port, "commune_ingest_connected") == 1, READY_SECONDS)


def wait_for_api(process: Process, port: int) -> None:
    """Return once the API answers questions."""
    process.wait_ready(lambda: ask(port, "/readyz")[0] == 200, READY_SECONDS)


def check(processes: list[Process]) -> None:
    """Raise ServerFailedError for the first process that has ended."""
    for process in processes:
        if not process.running():
            raise ServerFailedError(
                f"commune {process.name} ended with status {process.exit_status()}\n{process.last_words()}"
            )
