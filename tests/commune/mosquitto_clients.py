"""The broker's own command-line clients, as installers use them, run against a private broker."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

from commune.stack.mosquitto import MosquittoServer

DENIED = "Not authorized"
REFUSED = "All subscription requests were denied"


@dataclass(frozen=True)
class Clients:
    """`mosquitto_pub` and `mosquitto_sub` from where the broker itself is from, as one of its accounts."""

    server: MosquittoServer
    account: str

    def argv(self, program: str, *arguments: str, password: str | None = None) -> list[str]:
        """The argv of a client of this account."""
        root = self.server.program.root
        found = [*root.prefix(), f"/usr/bin/{program}"] if root else [shutil.which(program) or program]
        address = self.server.address(self.account)
        where = ["-V", "5", "-h", address.host, "-p", str(address.port), "-q", "1"]
        return [*found, *where, "-u", self.account, "-P", password or address.password or "", *arguments]

    def publish(self, topic: str, message: str, *flags: str) -> bool:
        """Publish at QoS 1 and say whether the account was allowed to."""
        argv = self.argv("mosquitto_pub", "-t", topic, "-m", message, *flags)
        result = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
        assert result.returncode == 0 or DENIED in result.stderr, result.stderr
        return DENIED not in result.stderr

    def subscribe(self, topic: str) -> bool:
        """Subscribe and leave, and say whether the account was allowed to."""
        argv = self.argv("mosquitto_sub", "-t", topic, "-E")
        result = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
        assert result.returncode == 0 or REFUSED in result.stderr, result.stderr
        return REFUSED not in result.stderr

    def keep_session(self, client_id: str, topic: str) -> None:
        """Subscribe durably and leave: from now on the broker queues for `client_id`."""
        argv = self.argv("mosquitto_sub", "-i", client_id, "-c", "-x", "3600", "-t", topic, "-E")
        subprocess.run(argv, check=True, timeout=30)

    def collect(self, client_id: str, topic: str, count: int) -> list[str]:
        """Return the next `count` messages of a durable session, as `topic message`."""
        flags = ["-i", client_id, "-c", "-x", "3600", "-t", topic, "-C", str(count), "-W", "20", "-v"]
        result = subprocess.run(
            self.argv("mosquitto_sub", *flags), capture_output=True, text=True, check=False, timeout=40
        )
        return result.stdout.splitlines()
