"""A second terminal beside a running stack: a file to source, after which our commands and mosquitto's reach it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from commune.stack.mosquitto import MosquittoServer

CLIENTS = ("mosquitto_pub", "mosquitto_sub")


def write_environment(
    directory: Path,
    broker: MosquittoServer,
    database_url: str,
    api_url: str,
    api_token: str,
    *,
    secret_key: str | None = None,
) -> Path:
    """Write `directory/environment`, readable by its owner only, and return its path.

    A shell that sources it (`. PATH`) has `commune` with the database and, as the account `maintain`, the broker; it
    also has API_URL with API_TOKEN (of an operator), MQTT_URL (the broker, with the account of simulators, which may
    speak as any device), `mosquitto_pub` and `mosquitto_sub`. With the `secret_key` of the stack it can give devices
    passwords of their own.
    """
    maintain, simulator = broker.address("maintain"), broker.address("simulator")
    values = {
        "COMMUNE_DATABASE_URL": database_url,
        "COMMUNE_BROKER_HOST": maintain.host,
        "COMMUNE_BROKER_PORT": str(maintain.port),
        "COMMUNE_BROKER_USERNAME": "maintain",
        "COMMUNE_BROKER_PASSWORD": maintain.password or "",
        "COMMUNE_BROKER_CONFIGURATION_FILE": str(broker.configuration_file),
        "MQTT_URL": f"mqtt://simulator:{simulator.password}@{simulator.host}:{simulator.port}",
        "API_URL": api_url,
        "API_TOKEN": api_token,
    }
    if secret_key is not None:
        values["COMMUNE_SECRET_KEY"] = secret_key
    path = directory / "environment"
    path.touch(mode=0o600)
    path.write_text(_lines(values, [Path(sys.executable).parent, *_wrapped_clients(directory, broker)]), "utf-8")
    return path


def _lines(values: Mapping[str, str], directories: Sequence[Path]) -> str:
    ahead = shlex.quote(os.pathsep.join(map(str, directories)))
    exports = [f"export {name}={shlex.quote(value)}\n" for name, value in values.items()]
    return "".join([*exports, f'export PATH={ahead}{os.pathsep}"$PATH"\n'])


def _wrapped_clients(directory: Path, broker: MosquittoServer) -> list[Path]:
    """Where the clients of a broker in a root directory can be called; nothing for a broker of the machine."""
    root = broker.program.root
    if root is None:
        return []
    programs = directory / "bin"
    programs.mkdir(exist_ok=True)
    for name in CLIENTS:
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join([*root.prefix(), f"/usr/bin/{name}"])} "$@"\n', "utf-8")
        program.chmod(0o755)
    return [programs]
