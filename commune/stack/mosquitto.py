"""A private Mosquitto, with the very settings and access rules of deploy/mosquitto."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from broker.access_rules import SERVICES, first_state, password_members
from broker.address import BrokerAddress
from commune.certificates import CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY
from commune.settings import read_settings
from commune.stack.accounts import account_in, capability_to_lend, unprivileged
from commune.stack.debian import DebianRoot
from commune.stack.errors import ServerMissingError, StackError
from commune.stack.installations import first_version
from commune.stack.processes import Account, Command
from commune.stack.servers import HOST, Server, accepts, data_directory, free_port, seen_from_inside

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
ACCOUNTS = tuple(SERVICES)
PLUGIN = "mosquitto_dynamic_security.so"
SYSTEM_PATH = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/opt/homebrew/bin"


@dataclass(frozen=True, slots=True)
class Program:
    """A mosquitto binary: of this machine, or inside a root directory."""

    path: str
    root: DebianRoot | None

    def version(self) -> str:
        """Return its version, such as `2.0.21`."""
        argv = [*(self.root.prefix() if self.root else []), self.path, "-h"]
        return first_version(subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/").stdout)

    def plugin(self) -> str:
        """Return where its plugin for dynamic security is, as it names the path; raise ServerMissingError."""
        top = self.root.path.resolve() if self.root else Path("/")
        prefix = Path(self.path).resolve().parents[1] if self.root is None else top / "usr"
        for library in dict.fromkeys((prefix, top / "usr", top / "usr/local", top / "opt/homebrew")):
            for found in sorted([*library.glob(f"lib*/{PLUGIN}"), *library.glob(f"lib/*/{PLUGIN}")]):
                return f"/{found.relative_to(top)}"
        raise ServerMissingError(
            f"{self.path} is here without its plugin {PLUGIN}: install the package `mosquitto` anew"
        )


def find_mosquitto(local_directory: Path) -> Program:
    """Return the mosquitto of `.local/debian`, else that of this machine; raise ServerMissingError if there is none."""
    root = DebianRoot(local_directory / "debian")
    if root.usable():
        return Program("/usr/sbin/mosquitto", root)
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=SYSTEM_PATH)
    if found is None:
        raise ServerMissingError(
            "mosquitto is not on this machine. As root on Debian or Ubuntu run: make timescaledb. "
            "Otherwise install the package `mosquitto` of your system (apt, dnf, brew)."
        )
    return Program(found, None)


def configuration(template: str, values: Mapping[str, str]) -> str:
    """Return the template with the values of some settings replaced; raise StackError for one that it does not have."""
    for name, value in values.items():
        template, count = re.subn(rf"^{name} .*$", f"{name} {value}", template, flags=re.MULTILINE)
        if count != 1:
            raise StackError(f"deploy/mosquitto/mosquitto.conf has {count} lines `{name}`, and must have one")
    return template


class MosquittoServer(Server):
    """A running private broker. Start it with `MosquittoServer.start`; leaving its context stops it.

    `halt`, `kill`, `resume` and `restart` keep its port and its persistence file: `halt` writes the queues, `kill`
    loses what came since the last autosave.
    """

    name = "mosquitto"

    def __init__(self, directory: Path, data: Path, program: Program, account: Account | None) -> None:
        super().__init__(directory, data)
        self.program = program
        self._account = account
        self._lend = None if program.root else capability_to_lend(account, (Path(program.path), data))
        self._settings: Mapping[str, str] = {}
        self._certificates: Path | None = None
        self.tls_port = 0
        self.passwords: dict[str, str] = {}

    @classmethod
    def start(
        cls,
        directory: Path,
        accounts: Mapping[str, str] | Iterable[str] = ACCOUNTS,
        *,
        settings: Mapping[str, str] | None = None,
        certificates: Path | None = None,
        local_directory: Path | None = None,
    ) -> Self:
        """Run a broker on a free port of loopback.

        `accounts` maps names of services to passwords; names alone get random ones. What a service may do is in
        broker/access_rules.py; devices get their accounts from `commune maintain`. `settings` replaces values of lines
        of deploy/mosquitto/mosquitto.conf (a test that needs a small queue, say). With a directory of `certificates`,
        as `commune certs make` makes them, it has a TLS listener too. Raises ServerMissingError, ServerFailedError, and
        StackError for a name that is no service's.
        """
        program = find_mosquitto(local_directory or read_settings().local_directory)
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        account = account_in(program.root.path, "mosquitto") if program.root else unprivileged("mosquitto")
        server = cls(directory, data_directory(directory, program.root, account, "mosquitto"), program, account)
        if isinstance(accounts, Mapping):
            server.passwords = dict(accounts)
        else:
            server.passwords = {name: secrets.token_urlsafe(24) for name in accounts}
        strangers = set(server.passwords) - set(SERVICES)
        if strangers:
            raise StackError(f"there is no service {min(strangers)!r}; there are {', '.join(SERVICES)}")
        server._settings = settings or {}
        server._certificates = certificates
        try:
            server._start_on_free_port()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def version(self) -> str:
        """Version of the broker."""
        return self.program.version()

    @property
    def accounts_file(self) -> Path:
        """The file, readable by its owner only, that holds the accounts' names and passwords."""
        return self.directory / "accounts"

    @property
    def configuration_file(self) -> Path:
        """The broker's mosquitto.conf."""
        return self.data / "mosquitto.conf"

    @property
    def state_file(self) -> Path:
        """What the plugin knows: accounts and roles, of services and of devices."""
        return self.data / "dynamic-security.json"

    def address(self, username: str = "ingest") -> BrokerAddress:
        """Return where the broker is and the password of one of its accounts; raise StackError if it has no such."""
        if username not in self.passwords:
            raise StackError(f"this broker has no account {username!r}; it has {', '.join(self.passwords)}")
        return BrokerAddress(HOST, self.port, username, self.passwords[username])

    def secure_address(self, username: str = "ingest") -> BrokerAddress:
        """Return the same for its TLS listener; raise StackError if it has none."""
        if self._certificates is None:
            raise StackError("this broker has no certificates, and so no TLS listener")
        return replace(self.address(username), port=self.tls_port, ca_file=self._certificates / CA_CERTIFICATE)

    def resume(self) -> None:
        """Start it again after `halt` or `kill`, on the same port and persistence file."""
        self._write_accounts()
        self._write_configuration()
        super().resume()

    def _write(self, name: str, text: str) -> Path:
        """Write a file that only the broker's account may read."""
        path = self.data / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)
        return path

    def _write_accounts(self) -> None:
        self.accounts_file.touch(mode=0o600)
        lines = [f"{name} {password}\n" for name, password in self.passwords.items()]
        self.accounts_file.write_text("".join(lines), encoding="utf-8")
        state = json.loads(self.state_file.read_text("utf-8")) if self.state_file.exists() else first_state({})
        services = first_state({name: password_members(word) for name, word in self.passwords.items()})
        for kind, name in (("clients", "username"), ("roles", "rolename")):
            devices = [entry for entry in state[kind] if entry[name] not in SERVICES]
            services[kind] += devices
        self._write(self.state_file.name, json.dumps({**state, **services, "groups": state["groups"]}))

    def _write_configuration(self) -> None:
        inside = seen_from_inside(self.data, self.program.root)
        ours = {
            "listener": f"{self.port} {HOST}",
            "plugin": self.program.plugin(),
            "plugin_opt_config_file": f"{inside}/{self.state_file.name}",
            "include_dir": f"{inside}/conf.d",
            "persistence_location": f"{inside}/",
        }
        (self.data / "conf.d").mkdir(exist_ok=True, mode=0o755)
        self._write_tls(inside)
        template = (DEPLOY / "mosquitto.conf").read_text(encoding="utf-8")
        self._write("mosquitto.conf", configuration(template, {**self._settings, **ours}))

    def _write_tls(self, inside: str) -> None:
        """Write the listener of deploy/mosquitto/tls.conf, with copies of the certificates."""
        if self._certificates is None:
            return
        self.tls_port = self.tls_port or free_port()
        for name in (SERVER_CERTIFICATE, SERVER_KEY):
            self._write(name, (self._certificates / name).read_text(encoding="utf-8"))
        ours = {
            "listener": f"{self.tls_port} {HOST}",
            "certfile": f"{inside}/{SERVER_CERTIFICATE}",
            "keyfile": f"{inside}/{SERVER_KEY}",
        }
        self._write("conf.d/tls.conf", configuration((DEPLOY / "tls.conf").read_text(encoding="utf-8"), ours))

    def _command(self) -> Command:
        inside = seen_from_inside(self.data, self.program.root)
        return Command(
            argv=[self.program.path, "-c", f"{inside}/mosquitto.conf"],
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            account=self._account,
            root=self.program.root.path if self.program.root else None,
            lend=self._lend,
            remove=[self.data],
        )

    def _ready(self) -> bool:
        """Say whether the broker has said that it runs, and is reachable: not another program at the same port."""
        return " running" in self.log() and accepts(self.port)
