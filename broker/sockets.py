"""A socket that gathers small reads and writes into few system calls.

paho reads a packet's header byte by byte and writes every acknowledgement by itself: four system calls a message.
Behind this socket they become two in a few hundred messages.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any

READ_BYTES = 256 * 1024


class GatheringSocket:
    """A non-blocking socket with a read buffer, whose writes are held back until `flush`.

    It offers what paho asks of a socket, `pending` included, which paho and our loop ask before they wait.
    """

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain
        self._incoming = b""
        self._position = 0
        self._outgoing = bytearray()

    def recv(self, size: int) -> bytes:
        """At most `size` bytes; raises BlockingIOError when there are none yet; empty when the peer has closed."""
        if self._position >= len(self._incoming):
            self._incoming = self._plain.recv(READ_BYTES)
            self._position = 0
        start = self._position
        end = start + size
        self._position = end
        return self._incoming[start:end]

    def pending(self) -> int:
        """How many bytes have been read from the network and not yet asked for."""
        ahead = len(self._incoming) - self._position
        if ahead > 0:
            return ahead
        return self._plain.pending() if isinstance(self._plain, ssl.SSLSocket) else 0

    def send(self, data: bytes | bytearray) -> int:
        """Take all of `data`; it leaves with the next `flush`."""
        self._outgoing += data
        return len(data)

    @property
    def unsent(self) -> int:
        """How many bytes wait for a `flush`."""
        return len(self._outgoing)

    def flush(self) -> None:
        """Write what waits, as much as the network takes now; raises OSError when the connection is lost."""
        while self._outgoing:
            try:
                sent = self._plain.send(self._outgoing)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return
            del self._outgoing[:sent]

    def fileno(self) -> int:
        """The file descriptor of the plain socket, to wait on."""
        return self._plain.fileno()

    def setblocking(self, flag: bool) -> None:
        """Pass on to the plain socket."""
        self._plain.setblocking(flag)

    def close(self) -> None:
        """Write what the network takes at once, a last DISCONNECT say, and close the plain socket."""
        with contextlib.suppress(OSError):
            self.flush()
        self._plain.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)
