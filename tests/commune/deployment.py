"""The services of docker-compose.yml run natively: their very commands and environments, other hosts and ports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broker.address import BrokerAddress
from commune.stack.accounts import account_in, unprivileged
from commune.stack.mosquitto import DEPLOY, PLUGIN, Program, find_mosquitto
from commune.stack.processes import Account, Command, Process
from commune.stack.servers import HOST, accepts, free_port, seen_from_inside
from tests.commune import compose

PROGRAMS = Path(sys.executable).parent
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COMMAND_SECONDS = 60


@dataclass(slots=True)
class Deployment:
    """One deployment on this machine. `directory` is the containers' working directory and must stay empty."""

    directory: Path
    logs: Path
    database_url: str
    broker_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    variables: dict[str, str] = field(default_factory=compose.filled_in_example)

    def __post_init__(self) -> None:
        self.variables["POSTGRES_PASSWORD"] = urlsplit(self.database_url).password or ""

    def service(self, name: str) -> dict[str, Any]:
        """A service as Compose would run it."""
        service: dict[str, Any] = compose.load(self.variables)["services"][name]
        return service

    def environment(self, name: str) -> dict[str, str]:
        """Exactly the environment of a service's container, with this machine's hosts and ports."""
        given = {key: str(value) for key, value in self.service(name).get("environment", {}).items()}
        here = urlsplit(self.database_url)
        ours = {
            "COMMUNE_DATABASE_URL": given.get("COMMUNE_DATABASE_URL", "").replace(
                "@timescaledb:5432/commune", f"@{here.hostname}:{here.port}{here.path}"
            ),
            "COMMUNE_BROKER_HOST": HOST,
            "COMMUNE_BROKER_PORT": str(self.broker_port),
            "COMMUNE_API_HOST": HOST,
            "COMMUNE_API_PORT": str(self.api_port),
            "COMMUNE_INGEST_METRICS_PORT": str(self.metrics_port),
        }
        programs = {"PATH": f"{PROGRAMS}:{SYSTEM_PATH}"}
        return {**programs, **given, **{key: value for key, value in ours.items() if key in given}}

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command, or `commune` with other arguments in its environment, and wait for its end."""
        return self._call(name, [str(PROGRAMS / "commune"), *(arguments or self.service(name)["command"])])

    def start(self, name: str) -> Process:
        """Start a service's command."""
        argv = [str(PROGRAMS / "commune"), *self.service(name)["command"]]
        changed = ["/usr/bin/env", "-C", str(self.directory), *argv]
        return Process.start(name, Command(changed, self.environment(name)), self.logs)

    def is_healthy(self, name: str) -> bool:
        """What the health check of a service of ours says."""
        kind, *test = self.service(name)["healthcheck"]["test"]
        assert kind == "CMD"
        ports = {"127.0.0.1:8000": f"{HOST}:{self.api_port}", "127.0.0.1:9100": f"{HOST}:{self.metrics_port}"}
        for there, here in ports.items():
            test = [word.replace(there, here) for word in test]
        return self._call(name, test).returncode == 0

    def _call(self, name: str, argv: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            env=self.environment(name),
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )

    def address(self, account: str) -> BrokerAddress:
        """Where the broker is, with the password that .env gives an account."""
        return BrokerAddress(HOST, self.broker_port, account, self.variables[f"MOSQUITTO_{account.upper()}_PASSWORD"])


@dataclass(slots=True)
class BrokerContainer:
    """Where the broker's service runs natively: deploy/mosquitto copied to `data`, which stands for /mosquitto.

    It is a directory that the broker's account owns, inside the Debian root where there is one.
    """

    deployment: Deployment
    program: Program
    data: Path
    account: Account | None
    process: Process | None = None
    tls_port: int = field(default_factory=free_port)

    def prepare(self) -> None:
        """Lay out the directories as the image and the mounts do: files of deploy/mosquitto with our paths and port."""
        for name in ("config", "data", "secrets"):
            (self.data / name).mkdir(mode=0o755)
        for source in DEPLOY.iterdir():
            text = source.read_text(encoding="utf-8").replace("/mosquitto/", f"{self.inside}/")
            text = text.replace("listener 1883 0.0.0.0", f"listener {self.deployment.broker_port} {HOST}")
            text = text.replace("listener 8883 0.0.0.0", f"listener {self.tls_port} {HOST}")
            text = text.replace(f"/usr/lib/{PLUGIN}", self.program.plugin())
            (self.data / "config" / source.name).write_text(text, encoding="utf-8")
        self.own()

    def own(self) -> None:
        """Give everything that is there to the broker's account."""
        if self.account:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.account.uid, self.account.gid)

    @property
    def inside(self) -> str:
        """The directory as the broker names it."""
        return seen_from_inside(self.data, self.program.root)

    def command(self, environment: Mapping[str, str] | None = None) -> Command:
        """The entry point and command of the service, in the service's environment unless another is given."""
        service = self.deployment.service("mosquitto")
        words = [*service["entrypoint"], *service["command"]]
        return self._command([self._translated(word) for word in words], environment)

    def health_command(self) -> Command:
        """The health check of the service."""
        kind, test = self.deployment.service("mosquitto")["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        return self._command(["/bin/sh", "-c", test.replace("-p 1883", f"-p {self.deployment.broker_port}")], None)

    def script(self, *arguments: str, environment: Mapping[str, str]) -> Command:
        """entrypoint.sh with other arguments."""
        return self._command(["/bin/sh", f"{self.inside}/config/entrypoint.sh", *arguments], environment)

    def start(self) -> Process:
        """Start the service and wait until it listens."""
        self.process = Process.start("mosquitto", self.command(), self.deployment.logs)
        self.process.wait_ready(lambda: accepts(self.deployment.broker_port), 20)
        return self.process

    def stop(self) -> int:
        """Stop the service if it runs; its exit status."""
        return self.process.stop() if self.process else 0

    def finish(self, command: Command, name: str = "script") -> tuple[int, str]:
        """Run a command to its end; its exit status and what it wrote."""
        process = Process.start(name, command, self.deployment.logs)
        return process.wait(20), process.last_words()

    def _translated(self, word: str) -> str:
        word = word.replace("/mosquitto/", f"{self.inside}/") if word.startswith("/mosquitto/") else word
        return self.program.path if word == "/usr/sbin/mosquitto" else word

    def _command(self, argv: list[str], environment: Mapping[str, str] | None) -> Command:
        given = self.deployment.service("mosquitto")["environment"] if environment is None else environment
        root = self.program.root.path if self.program.root else None
        return Command(argv, {"PATH": SYSTEM_PATH, **given}, account=self.account, root=root, remove=[self.data])


def program_and_account(local_directory: Path) -> tuple[Program, Account | None]:
    """The mosquitto that the private broker runs too, and the account that it runs as."""
    program = find_mosquitto(local_directory)
    account = account_in(program.root.path, "mosquitto") if program.root else unprivileged("mosquitto")
    return program, account
