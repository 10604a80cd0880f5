"""Webhooks: an alert as a signed POST of JSON.

The header `X-Commune-Signature: t=<Unix seconds>,v1=<hex>` carries HMAC-SHA256 with the shared secret over
`<Unix seconds>.<body>`. The receiver computes the same, compares in constant time, and refuses a time that is more than
five minutes off, so that nobody can send an old message again.
"""

from __future__ import annotations

import hmac
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from typing import Any

import orjson

from alerts.errors import DeliveryFailed
from storage.alert_outbox import Due

SIGNATURE = "X-Commune-Signature"
TOLERANCE_SECONDS = 300
TIMEOUT_SECONDS = 10.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the message where nobody has allowed it."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def signature_of(secret: str, body: bytes, seconds: int) -> str:
    """The value of the header for a body sent at a moment."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def is_genuine(secret: str, body: bytes, header: str, now: float) -> bool:
    """Whether a message is ours and fresh: what a receiver does."""
    stamp = header.partition(",")[0].removeprefix("t=")
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(signature_of(secret, body, int(stamp)).encode(), header.encode())


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver: an http or https address, and the secret that is shared with it."""

    url: str
    secret: str = field(repr=False)
    clock: Callable[[], float] = time
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def name(self) -> str:
        """The channel: the address by its digest, for an address may hold a key."""
        return f"webhook:{sha256(self.url.encode()).hexdigest()[:12]}"

    def deliver(self, due: Due, members: dict[str, Any]) -> None:  # noqa: ARG002 - as every channel
        """POST the event; any answer but 2xx is a failure. Raises DeliveryFailed."""
        body = orjson.dumps(members)
        headers = {"Content-Type": "application/json", SIGNATURE: signature_of(self.secret, body, int(self.clock()))}
        request = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310 - http by the settings
        try:
            with _OPENER.open(request, timeout=self.timeout_seconds):
                return
        except urllib.error.HTTPError as error:
            error.close()
            raise DeliveryFailed(f"the webhook answered {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryFailed(f"the webhook is not to be reached: {error}") from error
