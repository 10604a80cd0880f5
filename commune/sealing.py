"""Passwords of devices while they wait in the database for the broker: closed with a key that only we have."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"smart-commune: passwords of devices"


class SealBroken(Exception):
    """A sealed password cannot be opened: it was sealed with another secret key, or was altered."""


class PasswordSealer:
    """Closes and opens passwords with a key that is derived from the secret of COMMUNE_SECRET_KEY.

    Fernet: AES-128-CBC with HMAC-SHA-256; what was altered does not open.
    """

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, password: str) -> bytes:
        """The password, sealed; no two calls give the same bytes."""
        return self._fernet.encrypt(password.encode())

    def open(self, sealed: bytes) -> str:
        """The password again; raises SealBroken."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SealBroken(
                "a password was sealed with another COMMUNE_SECRET_KEY: give the device a new one"
            ) from None
