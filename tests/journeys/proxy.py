"""A TCP proxy on loopback that does to a connection what networks do: hold, delay, cut in mid-packet, refuse.

It also watches what passes, so that a test can act at one exact moment of a conversation, before the byte that would
end that moment has been forwarded.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from abc import ABC, abstractmethod
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


class Watcher(ABC):
    """Looks at all that is about to be forwarded, and acts once, at one moment."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self.sprung = threading.Event()

    def admits(self, link: Link, way: Way, data: bytes) -> int:
        """How many bytes of `data` may pass; fewer than all mean that the connection is to be cut."""
        with self._lock:
            if self.sprung.is_set():
                return len(data)
            allowed = self._look(link, way, data)
            if allowed is None:
                return len(data)
            self._act()
            self.sprung.set()
            return allowed

    @abstractmethod
    def _look(self, link: Link, way: Way, data: bytes) -> int | None:
        """None while it is not the moment; else how many bytes may pass."""


class Trap(Watcher):
    """Waits until byte patterns have passed in this order on one connection; then acts, before the last is forwarded.

    With `cut` what holds the last pattern is never forwarded: both ends of the connection get a reset.
    """

    def __init__(self, steps: tuple[Step, ...], act: Callable[[], object], cut: bool) -> None:
        super().__init__(act)
        self._steps = steps
        self._cut = cut
        self._progress: dict[Link, Progress] = {}

    def _look(self, link: Link, way: Way, data: bytes) -> int | None:
        if not self._is_the_moment(self._progress.setdefault(link, Progress()), way, data):
            return None
        return 0 if self._cut else len(data)

    def _is_the_moment(self, progress: Progress, way: Way, data: bytes) -> bool:
        while self._steps[progress.place][0] is way:
            pattern = self._steps[progress.place][1]
            before, found, data = (progress.tail + data).partition(pattern)
            if not found:
                progress.tail = before[-len(pattern) :]
                return False
            progress.tail = b""
            progress.place += 1
            if progress.place == len(self._steps):
                return True
        return False


class Countdown(Watcher):
    """Lets so many more bytes pass in one direction, on all connections together; then acts and cuts."""

    def __init__(self, count: int, way: Way, act: Callable[[], object]) -> None:
        super().__init__(act)
        self._left = count
        self._way = way

    def _look(self, _link: Link, way: Way, data: bytes) -> int | None:
        if way is not self._way:
            return None
        if len(data) <= self._left:
            self._left -= len(data)
            return None
        return self._left


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
        self._watchers: list[Watcher] = []
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

    def cut_after(self, count: int, way: Way, act: Callable[[], object] = lambda: None) -> Watcher:
        """Forward `count` more bytes in one direction, whatever they are the middle of, then act and reset."""
        return self._watch(Countdown(count, way, act))

    def when(self, *steps: Step, act: Callable[[], object] = lambda: None, cut: bool = False) -> Watcher:
        """Set a trap; see Trap."""
        return self._watch(Trap(steps, act, cut))

    def _watch(self, watcher: Watcher) -> Watcher:
        with self._lock:
            self._watchers.append(watcher)
        return watcher

    def admit(self, link: Link, way: Way, data: bytes) -> int:
        """How many bytes may be forwarded; fewer than there are when the connection is to be cut. Called by links."""
        self._flowing.wait()
        if self.delay_seconds:
            link.is_cut.wait(self.delay_seconds)
        with self._lock:
            self._watchers = [watcher for watcher in self._watchers if not watcher.sprung.is_set()]
            watchers = list(self._watchers)
        allowed = min((watcher.admits(link, way, data) for watcher in watchers), default=len(data))
        return 0 if link.is_cut.is_set() else allowed

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
