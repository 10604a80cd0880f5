"""A TCP proxy on loopback that does to a connection what networks do: hold, delay, cut in mid-packet, refuse.

It also watches what passes, so that a test can act at one exact moment of a conversation, before the byte that would
end that moment has been forwarded.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
ACCEPT_SECONDS = 0.05
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: the peer gets a reset, as from a host that has gone."""


class Way(Enum):
    """The two directions of a connection."""

    UP = "to the server"
    DOWN = "to the client"


Step = tuple[Way, bytes]


@dataclass
class Progress:
    """How far one connection has come in a trap: patterns seen, and the end of what passed since the last."""

    place: int = 0
    tail: bytes = b""


class Trap:
    """Waits until byte patterns have passed in this order on one connection; then acts, before the last is forwarded.

    With `cut` what holds the last pattern is never forwarded: both ends of the connection get a reset.
    """

    def __init__(self, steps: tuple[Step, ...], act: Callable[[], object], cut: bool) -> None:
        self._steps = steps
        self._act = act
        self._cut = cut
        self._lock = threading.Lock()
        self._progress: dict[Link, Progress] = {}
        self.sprung = threading.Event()

    def cuts(self, link: Link, way: Way, data: bytes) -> bool:
        """Look at what is about to be forwarded, act if this is the moment; True when the connection is to be cut."""
        with self._lock:
            if self.sprung.is_set() or not self._is_the_moment(self._progress.setdefault(link, Progress()), way, data):
                return False
            self._act()
            self.sprung.set()
            return self._cut

    def _is_the_moment(self, progress: Progress, way: Way, data: bytes) -> bool:
        while self._steps[progress.place][0] is way:
            pattern = self._steps[progress.place][1]
            data = progress.tail + data
            before, found, data = data.partition(pattern)
            if not found:
                progress.tail = before[-len(pattern) :]
                return False
            progress.tail = b""
            progress.place += 1
            if progress.place == len(self._steps):
                return True
        return False


class Link:
    """One connection through the proxy: two sockets and a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._ends = {Way.UP: (client, server), Way.DOWN: (server, client)}
        self._left = 2
        self._lock = threading.Lock()
        self.is_cut = threading.Event()

    def start(self) -> None:
        """Begin to forward."""
        for way in Way:
            threading.Thread(target=self._pump, args=(way,), name=f"proxy {way.value}", daemon=True).start()

    def cut(self) -> None:
        """Reset both ends. Safe to call twice, and from the threads of the connection itself."""
        self.is_cut.set()
        for end in self._ends[Way.UP]:
            with contextlib.suppress(OSError):  # it may be closed already
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                end.shutdown(socket.SHUT_RD)  # wakes the thread that reads, and tells the peer nothing

    def _pump(self, way: Way) -> None:
        source, target = self._ends[way]
        try:
            while data := source.recv(CHUNK_BYTES):
                allowed = self._proxy.admit(self, way, data)
                target.sendall(data[:allowed])
                if allowed < len(data):
                    self.cut()
                    break
            if not self.is_cut.is_set():
                target.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._left -= 1
            is_last = not self._left
        if is_last:
            for end in self._ends[Way.UP]:
                end.close()
            self._proxy.forget(self)


class Proxy:
    """Stands before a server on loopback; connect to `port`. Its context ends every connection through it."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._flowing = threading.Event()
        self._flowing.set()
        self._closing = threading.Event()
        self._accepting = threading.Event()
        self._accepting.set()
        self._lock = threading.Lock()
        self._links: set[Link] = set()
        self._traps: list[Trap] = []
        self._budget: dict[Way, int] = {}
        self.delay_seconds = 0.0
        self.connections = 0
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self._listener.settimeout(ACCEPT_SECONDS)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()
        self.cut()
        self._flowing.set()

    def hold(self) -> None:
        """Forward nothing, and keep connections open: a network that has gone silent."""
        self._flowing.clear()

    def flow(self) -> None:
        """Forward again, what was held back first."""
        self._flowing.set()

    def cut(self) -> None:
        """Reset every connection."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()

    def refuse(self) -> None:
        """Reset every connection, and each new one as soon as it is made."""
        with self._lock:
            self._accepting.clear()
        self.cut()

    def accept(self) -> None:
        """Take new connections again."""
        self._accepting.set()

    def cut_after(self, count: int, way: Way) -> None:
        """Forward `count` more bytes in one direction, whatever they are the middle of, then reset the connection."""
        with self._lock:
            self._budget[way] = count

    def has_cut(self, way: Way) -> bool:
        """Whether the last `cut_after` of a direction has happened."""
        with self._lock:
            return way not in self._budget

    def when(self, *steps: Step, act: Callable[[], object] = lambda: None, cut: bool = False) -> Trap:
        """Set a trap; see Trap."""
        trap = Trap(steps, act, cut)
        with self._lock:
            self._traps.append(trap)
        return trap

    def admit(self, link: Link, way: Way, data: bytes) -> int:
        """How many bytes may be forwarded; fewer than there are when the connection is to be cut. Called by links."""
        self._flowing.wait()
        if self.delay_seconds:
            link.is_cut.wait(self.delay_seconds)
        with self._lock:
            traps = [trap for trap in self._traps if not trap.sprung.is_set()]
        cuts = [trap.cuts(link, way, data) for trap in traps]
        if any(cuts) or link.is_cut.is_set():
            return 0
        with self._lock:
            budget = self._budget.get(way)
            if budget is None or budget >= len(data):
                if budget is not None:
                    self._budget[way] = budget - len(data)
                return len(data)
            del self._budget[way]
            return budget

    def forget(self, link: Link) -> None:
        """A connection has ended. Called by links."""
        with self._lock:
            self._links.discard(link)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            try:
                server = socket.create_connection((HOST, self._server_port)) if self._accepting.is_set() else None
            except OSError:
                server = None
            if server is None:
                reset(client)
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._join(client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:  # decided here, so that no connection slips through while `refuse` cuts
            if self._accepting.is_set():
                link = Link(self, client, server)
                self.connections += 1
                self._links.add(link)
                link.start()
                return
        reset(client)
        reset(server)


def reset(end: socket.socket) -> None:
    """Close one end of a connection with a reset."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    end.close()
