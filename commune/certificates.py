"""A private certificate authority for the field, and the broker's certificate: made, looked at, renewed.

Devices trust `ca.crt`, which lives for ten years; the broker shows `server.crt`, which is renewed every year or so and
needs nothing to be changed at the devices. `ca.key` signs, and belongs off the machine.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_CERTIFICATE, CA_KEY = "ca.crt", "ca.key"
SERVER_CERTIFICATE, SERVER_KEY = "server.crt", "server.key"
FILES = (CA_CERTIFICATE, CA_KEY, SERVER_CERTIFICATE, SERVER_KEY)
CA_DAYS, SERVER_DAYS = 3650, 397
"""Many clients refuse a server's certificate that is valid for longer than 398 days."""
SHOWN_SECONDS = 5.0
BACKDATE = timedelta(hours=1)
"""The clock of a device may be a little behind."""


class CertificateError(Exception):
    """Certificates cannot be made or read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of itself."""

    where: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    sha256: str

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.not_after - now).days


def make(directory: Path, names: Sequence[str], organisation: str, *, now: datetime, force: bool = False) -> None:
    """Make an authority and a server's certificate for these host names and addresses, in four files.

    Keys are readable by their owner only. Raises CertificateError rather than overwrite a file, unless forced: devices
    that trust the old authority would have to be visited.
    """
    there = [name for name in FILES if (directory / name).exists()]
    if there and not force:
        raise CertificateError(
            f"{directory} has {', '.join(there)} already: `commune certs renew` gives the broker a new certificate of "
            "the same authority; --force makes a new authority, and every device must be given its ca.crt"
        )
    if not names:
        raise CertificateError("name at least one host name or address by which devices reach the broker")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _authority(key, organisation, now)
    _write_key(directory / CA_KEY, key)
    _write(directory / CA_CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    _issue(directory, certificate, key, names, now)


def renew(directory: Path, names: Sequence[str], *, now: datetime) -> None:
    """Give the broker a new certificate of the authority that is there, for the same names unless others are given.

    Raises CertificateError when the authority is not there, or expires before a server's certificate would.
    """
    certificate, key = _read_certificate(directory / CA_CERTIFICATE), _read_key(directory / CA_KEY)
    if key.public_key() != certificate.public_key():
        raise CertificateError(f"{directory / CA_KEY} is not the key of {directory / CA_CERTIFICATE}")
    if certificate.not_valid_after_utc < now + timedelta(days=SERVER_DAYS):
        raise CertificateError(
            f"the authority expires on {certificate.not_valid_after_utc:%Y-%m-%d}: make a new one with "
            "`commune certs make --force` and give devices its ca.crt"
        )
    known = names or _names(_read_certificate(directory / SERVER_CERTIFICATE))
    _issue(directory, certificate, key, known, now)


def facts(path: Path) -> CertificateFacts:
    """What the certificate of a file says; raises CertificateError."""
    return _facts_of(_read_certificate(path), str(path))


def shown_by(host: str, port: int, ca_file: Path) -> CertificateFacts:
    """What the certificate says that a server shows to one who trusts `ca_file`. Raises OSError (TLS's among them)."""
    context = ssl.create_default_context(cafile=str(ca_file))
    with (
        socket.create_connection((host, port), timeout=SHOWN_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        shown = secure.getpeercert(binary_form=True)
    assert shown is not None, "who verifies is shown a certificate"
    return _facts_of(x509.load_der_x509_certificate(shown), f"{host}:{port}")


def _facts_of(certificate: x509.Certificate, where: str) -> CertificateFacts:
    return CertificateFacts(
        where=where,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def _authority(key: ec.EllipticCurvePrivateKey, organisation: str, now: datetime) -> x509.Certificate:
    name = _name(f"{organisation} MQTT CA", organisation)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(name, name, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _issue(
    directory: Path, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: datetime
) -> None:
    """Make the server's key and certificate; both are in place or neither is changed."""
    own = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(names[0]), authority.subject, own.public_key(), now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(directory / SERVER_KEY, own)
    _write(directory / SERVER_CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str, organisation: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
    return x509.Name(parts)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError:
        raise CertificateError(f"{name!r} is neither a host name in ASCII nor an address") from None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in found)


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}; `commune certs make` makes one") from error
    except ValueError as error:
        raise CertificateError(f"{path} is no certificate in PEM") from error


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise CertificateError(f"{path} is no key in PEM without a password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"{path} is no key of an elliptic curve")
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(path, text, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that has its mode from its first byte on, and is never half there; its owner stays who it was."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        if path.exists():
            before = path.stat()
            if (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()) and os.getuid() == 0:
                os.chown(beside, before.st_uid, before.st_gid)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
