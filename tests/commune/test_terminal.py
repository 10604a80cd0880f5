"""What a second terminal has after sourcing the file that a running stack offers."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

from commune.stack.mosquitto import MosquittoServer
from commune.stack.terminal import write_environment
from tests.commune.mosquitto_clients import Clients


def in_shell(environment: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands in a shell that has sourced the file and knows little else."""
    return subprocess.run(
        ["bash", "-ec", f". '{environment}'\n{commands}"],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_only_its_owner_may_read_the_file(broker_server: MosquittoServer, database_url: str, tmp_path: Path) -> None:
    path = write_environment(tmp_path, broker_server, database_url, "http://127.0.0.1:8000", "ct_x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commune_reaches_the_database_and_the_broker(
    broker_server: MosquittoServer, database_url: str, tmp_path: Path
) -> None:
    path = write_environment(tmp_path, broker_server, database_url, "http://127.0.0.1:8000", "ct_x")
    result = in_shell(path, "commune doctor --only database --only broker")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_brokers_own_clients_speak_for_a_device(
    broker_server: MosquittoServer, database_url: str, tmp_path: Path
) -> None:
    path = write_environment(tmp_path, broker_server, database_url, "http://127.0.0.1:8000", "ct_x")
    topic = "xa/tan-hoa/environment/tram-01/telemetry"
    Clients(broker_server, "ingest").keep_session("terminal-test", topic)
    result = in_shell(path, f"""mosquitto_pub -L "$MQTT_URL/{topic}" -q 1 -m '{{"pm25": 31.4}}'""")
    assert result.returncode == 0, result.stderr
    assert Clients(broker_server, "ingest").collect("terminal-test", topic, 1) == [f'{topic} {{"pm25": 31.4}}']


def test_a_value_with_every_sign_of_the_shell_arrives_as_it_is(broker_server: MosquittoServer, tmp_path: Path) -> None:
    odd = 'postgresql://a:b\'c$d@h/x?options=-c%20y "z" `w`'
    path = write_environment(tmp_path, broker_server, odd, "http://127.0.0.1:8000", "ct_x")
    assert in_shell(path, 'printf %s "$COMMUNE_DATABASE_URL"').stdout == odd
