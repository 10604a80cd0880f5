"""A broker whose certificate and passwords can be changed: wrong at first, mended later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import trustme

from broker.address import BrokerAddress
from commune.stack.mosquitto import MosquittoServer
from commune.stack.servers import HOST, seen_from_inside


class Authority:
    """A certificate authority; its own certificate is in `file`."""

    def __init__(self, directory: Path, name: str) -> None:
        self._authority = trustme.CA()
        self.file = directory / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def certificate(self, *names: str) -> trustme.LeafCert:
        """A certificate for hosts or addresses."""
        return self._authority.issue_cert(*(names or (HOST,)))


class SecuredMosquitto(MosquittoServer):
    """A broker that speaks TLS once it has a certificate. What is changed takes effect with the next start."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._certificate: trustme.LeafCert | None = None
        self._trusted: Path | None = None

    def certify(self, certificate: trustme.LeafCert, trusted: Path) -> None:
        """Show this certificate; `address` gives clients the authority that they are to trust."""
        self._certificate, self._trusted = certificate, trusted

    def change_password(self, username: str, password: str) -> None:
        """Give an account another password."""
        self.passwords[username] = password
        self._write_accounts()

    def address(self, username: str = "ingest") -> BrokerAddress:
        """Where the broker is, as an account, over TLS if it speaks that."""
        return replace(super().address(username), ca_file=self._trusted)

    def _write_configuration(self) -> None:
        super()._write_configuration()
        if self._certificate is None:
            return
        self._write("server.crt", self._certificate.cert_chain_pems[0].bytes().decode())
        self._write("server.key", self._certificate.private_key_pem.bytes().decode())
        inside = seen_from_inside(self.data, self.program.root)
        written = (self.data / "mosquitto.conf").read_text(encoding="utf-8")
        self._write("mosquitto.conf", f"{written}\ncertfile {inside}/server.crt\nkeyfile {inside}/server.key\n")
