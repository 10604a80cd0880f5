"""The writer's connection: opened when needed, guarded against a second process, errors told apart.

A batch is written exactly once even when the connection is lost during its commit: the next try first asks whether
the batch is there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import Connection

from storage import books
from storage.arrivals import Arrival, Outcome
from storage.books import Worker
from storage.connect import connect
from storage.errors import DatabaseUnavailable, NotAcceptable, SessionTaken, StorageError, TooMuchAtOnce
from storage.registry import RegisteredDevice, all_devices, generation
from storage.sql import query
from storage.writer import Redelivered, Writer

BATCHES_BETWEEN_FORGETTING = 256

NEVER_ACCEPTED = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    OverflowError,
    TypeError,
    ValueError,
)
"""What psycopg raises, on either side of the wire, for values that the database can never accept."""


class Sink:
    """Where batches go. Not for use from two threads at once.

    Raises DatabaseUnavailable for whatever may pass by itself, NotAcceptable for content that the database can never
    accept and TooMuchAtOnce for a transaction that is too large (nothing of the batch is stored then), SessionTaken
    while another process writes under the client id.
    """

    def __init__(self, url: str, client_id: str, *, role: str | None = None, slot: int = 0) -> None:
        self._url = url
        self._role = role
        self._client_id = client_id
        self._slot = slot
        self._connection: Connection[Any] | None = None
        self._writer: Writer | None = None
        self._in_doubt: int | None = None
        self._batches = 0

    def settled_before(self) -> tuple[int, list[tuple[int, int, int]]]:
        """The last batch that this client id settled, and the packets: packet id, checksum, length; oldest first.

        For the first sink of a process, before the others write. Raises SessionTaken also while a connection of a
        process before this one lives on: what it is committing is not to be seen yet.
        """
        with self._translated():
            connection = self._open()
            row = connection.execute(query("session_has_other_writers"), {"client_id": self._client_id}).fetchone()
            if row is None or row[0]:
                raise self._taken()
            return books.last_batch(connection, self._client_id), list(
                books.settled_packets(connection, self._client_id)
            )

    def forget_session(self, batch: int) -> None:
        """Forget what was settled before this batch number: the broker has begun the session anew since."""
        with self._translated():
            connection = self._open()
            with connection.transaction():
                books.forget_session(connection, self._client_id, batch)

    def known_filters(self) -> tuple[str, ...]:
        """The topic filters that the broker may still keep with this client id's session."""
        with self._translated():
            return books.known_filters(self._open(), self._client_id)

    def refused_readings(self, arrival: Arrival) -> list[int]:
        """The places of the readings of an arrival that the database does not accept; nothing is written."""
        with self._translated():
            self._open()
            assert self._writer is not None
            return self._writer.refused_readings(arrival, (*NEVER_ACCEPTED, psycopg.errors.OutOfMemory))

    def devices_if_changed(self, known_generation: int) -> tuple[int, dict[tuple[str, str], RegisteredDevice]] | None:
        """The registry's generation and devices, or None when it is still at `known_generation`."""
        with self._translated():
            connection = self._open()
            with connection.transaction():
                current = generation(connection)
                if current == known_generation:
                    return None
                return current, {(d.commune, d.code): d for d in all_devices(connection)}

    def write(
        self, arrivals: Sequence[Arrival], worker: Worker, batch: int, redelivered: Sequence[Redelivered] = ()
    ) -> Outcome | None:
        """Write and commit one batch. None when an earlier try, thought lost, turns out to have been committed."""
        with self._translated():
            connection = self._open()
            if self._in_doubt == batch and books.was_settled(connection, self._client_id, batch):
                self._in_doubt = None
                return None
            if self._batches >= BATCHES_BETWEEN_FORGETTING:
                # Before the batch: what fails after a commit would look like a batch that was not written.
                with connection.transaction():
                    books.forget_deliveries(connection, self._client_id)
                self._batches = 0
            assert self._writer is not None
            self._in_doubt = batch
            outcome = self._writer.write(arrivals, worker=worker, batch=batch, redelivered=redelivered)
            self._in_doubt = None
            self._batches += 1
            return outcome

    def record(self, worker: Worker) -> None:
        """Record what the session has seen and holds, between batches."""
        with self._translated():
            connection = self._open()
            with connection.transaction():
                books.record_worker(connection, worker)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _open(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            connection = connect(self._url, role=self._role, autocommit=True)
            row = connection.execute(
                query("claim_session"), {"client_id": self._client_id, "slot": self._slot}
            ).fetchone()
            if row is None or not row[0]:
                connection.close()
                raise self._taken()
            self._connection = connection
            self._writer = Writer(connection)
        return self._connection

    def _taken(self) -> SessionTaken:
        return SessionTaken(
            f"another process ingests under the client id {self._client_id!r}; "
            "stop it, or set COMMUNE_INGEST_CLIENT_ID to an id of this one's own"
        )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except NEVER_ACCEPTED as error:
            raise NotAcceptable(str(error).strip().splitlines()[0]) from error
        except (NotAcceptable, SessionTaken, DatabaseUnavailable):
            raise
        except psycopg.errors.OutOfMemory as error:
            raise TooMuchAtOnce(str(error).strip().splitlines()[0]) from error
        except (psycopg.Error, StorageError) as error:
            self.close()
            text = str(error).strip().splitlines()
            raise DatabaseUnavailable(text[0] if text else type(error).__name__) from error
