"""Where a broker is and as whom to speak to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Host, port and account of an MQTT broker; `ca_file` turns TLS on."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
