"""A private authority for the field: its files, and real clients that trust it, do not, or meet another name."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from broker.accounts import Wish, fulfil
from broker.dynamic_security import DynamicSecurity
from broker.errors import BrokerUnreachable
from broker.probe import probe
from commune.certificates import CertificateError, facts, make, renew, shown_by
from commune.cli import app
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import DeviceAccount
from tests.broker.field_device import V3, V5, FieldDevice

NOW = datetime.now(UTC)
NAMES = ["127.0.0.1", "broker.gia-loc.example"]
LAMP = DeviceAccount("gia-loc", "lighting", "den-07")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("certificates")
    make(directory, NAMES, "Xã Gia Lộc", now=NOW)
    return directory


@pytest.fixture(scope="module")
def broker(instance: Instance, local_directory: Path, files: Path) -> Iterator[MosquittoServer]:
    """A broker that listens with TLS beside its plain listener, and knows a lamp."""
    with MosquittoServer.start(instance.path / "tls", certificates=files, local_directory=local_directory) as server:
        with DynamicSecurity(server.address("maintain")) as control:
            fulfil(control, [Wish(LAMP, True, "good", is_new=True)])
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["certs", *arguments])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_for_their_owner_only(files: Path) -> None:
    assert {path.name: mode(path) for path in files.iterdir()} == {
        "ca.crt": 0o644, "ca.key": 0o600, "server.crt": 0o644, "server.key": 0o600,
    }  # fmt: skip


def test_the_certificate_names_the_hosts_and_is_renewed_before_clients_think_it_too_long(files: Path) -> None:
    server, authority = facts(files / "server.crt"), facts(files / "ca.crt")
    assert server.names == tuple(NAMES)
    assert server.issuer == authority.subject == authority.issuer
    assert "Xã Gia Lộc" in authority.subject
    assert (server.days_left(NOW), authority.days_left(NOW)) == (396, 3649)
    assert server.not_before < NOW


def test_nothing_is_overwritten_unless_forced(tmp_path: Path) -> None:
    make(tmp_path, NAMES, "x", now=NOW)
    before = facts(tmp_path / "ca.crt").sha256
    with pytest.raises(CertificateError, match=r"ca.crt, ca.key, server.crt, server.key already"):
        make(tmp_path, NAMES, "x", now=NOW)
    (tmp_path / "server.key").unlink()
    with pytest.raises(CertificateError, match=r"has ca.crt, ca.key, server.crt already"):
        make(tmp_path, NAMES, "x", now=NOW)
    assert facts(tmp_path / "ca.crt").sha256 == before
    make(tmp_path, NAMES, "x", now=NOW, force=True)
    assert facts(tmp_path / "ca.crt").sha256 != before


def test_a_renewal_keeps_the_authority_and_the_names(tmp_path: Path) -> None:
    make(tmp_path, NAMES, "x", now=NOW - timedelta(days=390))
    before = {name: facts(tmp_path / name) for name in ("ca.crt", "server.crt")}
    renew(tmp_path, [], now=NOW)
    after = {name: facts(tmp_path / name) for name in ("ca.crt", "server.crt")}
    assert after["ca.crt"] == before["ca.crt"]
    assert after["server.crt"].names == tuple(NAMES)
    assert (before["server.crt"].days_left(NOW), after["server.crt"].days_left(NOW)) == (6, 396)
    renew(tmp_path, ["other.example"], now=NOW)
    assert facts(tmp_path / "server.crt").names == ("other.example",)
    assert mode(tmp_path / "server.key") == 0o600


def test_an_authority_that_is_about_to_expire_signs_no_more(tmp_path: Path) -> None:
    make(tmp_path, NAMES, "x", now=NOW - timedelta(days=3300))
    with pytest.raises(CertificateError, match="the authority expires on"):
        renew(tmp_path, [], now=NOW)


def test_a_key_of_another_authority_is_not_taken(tmp_path: Path, files: Path) -> None:
    make(tmp_path, NAMES, "x", now=NOW)
    (tmp_path / "ca.key").write_bytes((files / "ca.key").read_bytes())
    with pytest.raises(CertificateError, match="is not the key of"):
        renew(tmp_path, [], now=NOW)


@pytest.mark.parametrize(("name", "content"), [("ca.crt", b"nonsense"), ("ca.key", b"nonsense")])
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    make(tmp_path, NAMES, "x", now=NOW)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CertificateError, match=name):
        renew(tmp_path, [], now=NOW)


def test_a_renewed_key_still_belongs_to_the_user_of_the_broker(tmp_path: Path) -> None:
    make(tmp_path, NAMES, "x", now=NOW)
    owner = 1883 if os.getuid() == 0 else os.getuid()  # only root may give a file away
    os.chown(tmp_path / "server.key", owner, -1)
    renew(tmp_path, [], now=NOW)
    assert (tmp_path / "server.key").stat().st_uid == owner


def test_the_commands_say_what_to_put_where(tmp_path: Path) -> None:
    where = ["--directory", str(tmp_path / "certificates")]
    made = run("make", "--host", "127.0.0.1", "--host", "mqtt.example", *where)
    assert made.exit_code == 0, made.stderr
    assert "COMMUNE_BROKER_CA_FILE" in made.stdout
    assert "chown 1883" in made.stdout
    again = run("make", "--host", "127.0.0.1", *where)
    assert (again.exit_code, "already" in again.stderr) == (1, True)
    assert run("renew", *where).exit_code == 0
    authority, server = orjson.loads(run("show", "--json", *where).stdout)
    assert authority["days_left"] == 3649
    assert server["names"] == ["127.0.0.1", "mqtt.example"]
    assert "mqtt.example" in run("show", *where).stdout
    lost = run("show", "--directory", str(tmp_path / "nowhere"))
    assert (lost.exit_code, "certs make" in lost.stderr) == (1, True)


@pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])
def test_a_device_that_trusts_the_authority_speaks(broker: MosquittoServer, files: Path, protocol: object) -> None:
    address = replace(broker.secure_address("ingest"), username=LAMP.username, password="good")
    assert address.ca_file == files / "ca.crt"
    with FieldDevice(address, LAMP.client_id, protocol) as lamp:  # type: ignore[arg-type]
        assert lamp.publish(LAMP.publishes[0])
        assert lamp.subscribe(LAMP.subscribes[-1]) == [True]


def test_one_that_trusts_another_authority_is_not_fooled(broker: MosquittoServer, tmp_path: Path) -> None:
    make(tmp_path, NAMES, "another", now=NOW)
    address = replace(broker.secure_address("ingest"), ca_file=tmp_path / "ca.crt")
    with pytest.raises(BrokerUnreachable, match="its certificate is not accepted"):
        probe(address)


def test_a_name_that_the_certificate_does_not_have_is_not_accepted(broker: MosquittoServer) -> None:
    with pytest.raises(BrokerUnreachable, match=r"certificate is not accepted: .*localhost"):
        probe(replace(broker.secure_address("ingest"), host="localhost"))


def test_a_certificate_that_has_expired_is_not_accepted(
    instance: Instance, local_directory: Path, tmp_path: Path
) -> None:
    make(tmp_path, NAMES, "x", now=NOW - timedelta(days=400))
    with MosquittoServer.start(
        instance.path / "expired", certificates=tmp_path, local_directory=local_directory
    ) as server:
        with pytest.raises(BrokerUnreachable, match="expired"):
            probe(server.secure_address("ingest"))
        assert probe(server.address("ingest"), version_timeout_seconds=0).seconds > 0


def handshake(server: MosquittoServer, files: Path, version: ssl.TLSVersion) -> str | None:
    """The version that a handshake with exactly this one agrees on; raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=str(files / "ca.crt"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", server.tls_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        return secure.version()


def test_tls_before_1_2_is_refused(broker: MosquittoServer, files: Path) -> None:
    assert handshake(broker, files, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert handshake(broker, files, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            handshake(broker, files, old)


def test_what_speaks_no_tls_gets_nothing_from_the_listener(broker: MosquittoServer) -> None:
    with pytest.raises(BrokerUnreachable):
        probe(replace(broker.secure_address("ingest"), ca_file=None))


def test_what_a_broker_shows_can_be_looked_at(broker: MosquittoServer, files: Path) -> None:
    shown = shown_by("127.0.0.1", broker.tls_port, files / "ca.crt")
    assert shown.sha256 == facts(files / "server.crt").sha256
