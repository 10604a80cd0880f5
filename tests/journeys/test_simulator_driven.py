"""The workflow of docs/how-to/simulator-driven-ci.md: valid by the published schema, and its steps do what it says.

Its commands are taken out of the page and run against private servers, as they would against service containers.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest
import yaml

from commune.stack.mosquitto import MosquittoServer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "simulator-driven-ci.md"
NATIVE_STEPS = ("Schema and devices", "Ingest", "Every fault, and the truth", "The books balance")
SECONDS = "8"
"""How long the fleet sends here, at the page's speed."""


def workflow() -> dict[str, Any]:
    """The workflow that the page shows."""
    match = re.search(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert match is not None
    # YAML 1.1 reads the key `on` as true; GitHub reads it as the word.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(match[1]).items()}


def steps() -> dict[str, dict[str, Any]]:
    """Its steps that have a name."""
    return {step["name"]: step for step in workflow()["jobs"]["simulators"]["steps"] if "name" in step}


def test_the_workflow_is_valid_by_the_published_schema() -> None:
    schema = json.loads((files("check_jsonschema.builtin_schemas.vendor") / "github-workflows.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(workflow())


def test_it_is_pinned_limited_and_may_only_read() -> None:
    document = workflow()
    job = document["jobs"]["simulators"]
    assert document["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] <= 30
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]), step["uses"]


def test_its_service_containers_are_those_of_the_compose_file() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    services = workflow()["jobs"]["simulators"]["services"]
    assert services.keys() == {"mosquitto", "timescaledb"}
    for name, service in services.items():
        assert service["image"] == compose[name]["image"]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture
def environment(tmp_path: Path, local_directory: Path, empty_database_url: str) -> Iterator[dict[str, str]]:
    """What the job's environment is, with private servers in place of the containers."""
    with MosquittoServer.start(tmp_path / "broker", local_directory=local_directory) as broker:
        yield {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COMMUNE_DATABASE_URL": empty_database_url,
            "COMMUNE_BROKER_HOST": broker.address("ingest").host,
            "COMMUNE_BROKER_PORT": str(broker.port),
            "COMMUNE_INGEST_METRICS_PORT": str(free_port()),
            "RUN_SECONDS": SECONDS,
            **{f"_{name}": broker.address(name).password or "" for name in ("ingest", "simulator")},
        }


@pytest.mark.timeout(180)
def test_its_steps_account_for_every_message_on_this_machine(tmp_path: Path, environment: dict[str, str]) -> None:
    named = steps()
    passwords = {name: environment.pop(f"_{name}") for name in ("ingest", "simulator")}
    try:
        for name in NATIVE_STEPS:
            account = "ingest" if name == "Ingest" else "simulator"
            result = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", named[name]["run"]],
                cwd=tmp_path,
                # The job's broker asks for no account; ours does.
                env=environment | {"COMMUNE_BROKER_USERNAME": account, "COMMUNE_BROKER_PASSWORD": passwords[account]},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert result.returncode == 0, f"{name}: {result.stdout}"
    finally:
        for process in psutil.process_iter(["cwd"]):
            if process.info["cwd"] == str(tmp_path) and "ingest" in process.cmdline():
                process.terminate()
                process.wait(30)
