"""Repairing dead letters from a process that else only reads.

Each repair opens a connection of its own that wears the role commune_repair: it adds readings and changes the state of
dead letters, and deletes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import BoundedSemaphore

from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.connect import Session, connect
from storage.errors import DatabaseUnavailable, RepairNotAllowed, StorageError, driver_errors
from storage.registry import RegisteredDevice, all_devices
from storage.replay import Interpret, Replayed, discard, last_number, open_messages, replay
from storage.roles import Role
from storage.set_aside import DeadLetterFilter

Interpreter = Callable[[dict[tuple[str, str], RegisteredDevice]], Interpret]
"""Makes a reader of messages from what is registered."""

AT_ONCE = 2
"""So many repairs are done side by side; they hold connections for seconds."""
WAIT_SECONDS = 5.0
STATEMENT_TIMEOUT_SECONDS = 15


class Repairs:
    """Replays and discards dead letters.

    With a `password` it signs in as commune_repair, whatever account the URL names; without one the account of the URL
    takes on the role, if it may. Every call raises RepairNotAllowed where it may not, DatabaseUnavailable where the
    database does not answer or `AT_ONCE` repairs are under way, StorageError for anything else that it refuses.
    """

    def __init__(self, url: str, interpreter: Interpreter, *, password: str | None = None) -> None:
        self._url = _bounded(url if password is None else make_conninfo(url, user=Role.REPAIR, password=password))
        self._role = Role.REPAIR if password is None else None
        self._interpreter = interpreter
        self._places = BoundedSemaphore(AT_ONCE)

    def replay(
        self, wanted: DeadLetterFilter, *, limit: int, after: int | None = None, dry_run: bool = False
    ) -> tuple[Replayed, int | None]:
        """Replay the messages of at most `limit` open dead letters, the oldest after a number.

        Returns what it came to, and the number after which the next ones come: None where there are no more.
        """
        with self._session() as session:
            messages = open_messages(session, wanted, limit=limit, after=after)
            read = self._interpreter({(known.commune, known.code): known for known in all_devices(session)})
            total = Replayed()
            for done in replay(session, messages, read, dry_run=dry_run):
                total = done
        found = sum(len(message.numbers) for message in messages)
        return total, last_number(messages) if found == limit else None

    def discard(
        self, wanted: DeadLetterFilter, *, limit: int, after: int | None = None, dry_run: bool = False
    ) -> tuple[int, int | None]:
        """Discard at most `limit` open dead letters, the oldest after a number.

        Returns how many were discarded, and the number after which the next ones come: None where there are no more.
        """
        with self._session() as session:
            messages = open_messages(session, wanted, limit=limit, after=after)
            numbers = sorted(number for message in messages for number in message.numbers)
            done = discard(session, numbers, dry_run=dry_run)
        return done, last_number(messages) if len(numbers) == limit else None

    @contextmanager
    def _session(self) -> Iterator[Session]:
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise DatabaseUnavailable(f"{AT_ONCE} repairs are under way")
        try:
            with closing(self._connect()) as session, driver_errors():
                yield session
        finally:
            self._places.release()

    def _connect(self) -> Session:
        try:
            return connect(self._url, role=self._role, autocommit=True)
        except StorageError as error:
            if isinstance(error.__cause__, errors.InsufficientPrivilege):
                raise RepairNotAllowed(f"the account of the database may not take on {Role.REPAIR}") from error
            raise


def _bounded(url: str) -> str:
    given = conninfo_to_dict(url).get("options")
    bound = f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s"
    return make_conninfo(url, options=f"{given} {bound}" if given else bound)
