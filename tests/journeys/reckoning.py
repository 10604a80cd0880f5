"""The final reckoning: the publisher's list held against every row that is in the database, message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from devices.catalogue import KINDS
from devices.readings import TimeSource
from storage.ledger import check, totals
from storage.ledger_view import LedgerSums
from tests.journeys.messages import Fact, Fate, Message, reading_fact

TELEMETRY = ("environment", "irrigation", "camera")


@dataclass(frozen=True)
class Account:
    """What the list says of one message: `least` and `most` are how often ingest may have received it."""

    message: Message
    least: int
    most: int


@dataclass(frozen=True)
class Reckoned:
    """What a reckoning came to: the ledger's sums, arrivals beyond the list's, and messages that never came."""

    sums: LedgerSums
    extra: int
    lost: tuple[Message, ...]


def accounts(
    said: Iterable[Message],
    *,
    sent_again: Iterable[Message] = (),
    brought_again: Iterable[Message] = (),
    lost: Iterable[Message] = (),
    unsure: Iterable[Message] = (),
) -> list[Account]:
    """How often each message of a list may have come.

    `sent_again`: the publisher's connection was cut before the answer, so the broker may have it twice. `lost`: the
    broker is known to have lost it. `unsure`: the broker may have lost it. `brought_again`: the broker forgot that it
    had delivered it, and brought it once more as a new one.
    """
    published, gone = Counter(said) + Counter(brought_again), Counter(lost)
    again, open_ = Counter(sent_again), Counter(unsure)
    return [
        Account(message, count - gone[message] - open_[message], count - gone[message] + again[message])
        for message, count in published.items()
    ]


def facts_in(connection: Connection[Any]) -> Counter[Fact]:
    """Every row that is there, as the messages say them."""
    found: Counter[Fact] = Counter()
    with connection.cursor(row_factory=dict_row) as cursor:
        for name in TELEMETRY:
            kind = KINDS[name]
            for row in cursor.execute(f"SELECT code, t.* FROM {name} AS t JOIN device USING (device_id)").fetchall():
                source = TimeSource(row["time_source"])
                time = {TimeSource.DEVICE: row["time"], TimeSource.NOT_BELIEVED: row["device_time"]}.get(source)
                values = {field.name: row[field.name] for field in kind.values if row[field.name] is not None}
                key = "/".join(row[field.name] for field in kind.keys)
                found[reading_fact(row["code"], key, time, source, row["seq"], values)] += 1
        for table, word in (("status", "online"), ("event", "name")):
            statement = f"SELECT code, t.* FROM device_{table} AS t JOIN device USING (device_id)"
            for row in cursor.execute(statement).fetchall():
                time = row["time"] if row["time_source"] == TimeSource.DEVICE else None
                found[(table, row["code"], time, row[word], tuple(sorted(row["detail"].items())))] += 1
        for row in cursor.execute("SELECT topic, payload FROM dead_letter WHERE settles").fetchall():
            found[("letter", row["topic"], bytes(row["payload"]))] += 1
    return found


def places(account: Account) -> Iterator[tuple[Fact, int, int]]:
    """The rows that a message may have left, each with how often at least and at most."""
    message, least, most = account.message, account.least, account.most
    once = message.fate in (Fate.TIMED, Fate.PARTLY)
    for fact in message.facts:
        yield fact, min(least, 1) if once else least, min(most, 1) if once else most
    if message.fate is Fate.PARTLY:
        yield message.letter, max(least - 1, 0), max(most - 1, 0)


def reckon(connection: Connection[Any], expected: Iterable[Account]) -> Reckoned:
    """Assert that every message of the list ended in exactly one place, and that the ledger says just that.

    Raises AssertionError that names the first message which did not.
    """
    found = facts_in(connection)
    accounted = list(expected)
    allowed: Counter[Fact] = Counter()
    for account in accounted:
        for fact, least, most in places(account):
            assert least <= found[fact] <= most, f"{found[fact]} rows instead of {least} to {most}: {fact}"
            allowed[fact] += most
    unknown = found - allowed
    assert not unknown, f"{unknown.total()} rows that nobody published, such as {next(iter(unknown))}"
    return reckon_ledger(connection, accounted, found)


def reckon_ledger(connection: Connection[Any], accounted: list[Account], found: Counter[Fact]) -> Reckoned:
    """Hold the ledger against the rows and the list."""
    sums = totals(connection)
    assert list(check(connection)) == []
    assert sums.stored == sum(found[a.message.facts[0]] for a in accounted if a.message.fate is not Fate.DEAD)
    assert sums.dead_lettered == sum(found[a.message.letter] for a in accounted)
    assert sums.received == sums.stored + sums.duplicate + sums.dead_lettered
    least, most = sum(a.least for a in accounted), sum(a.most for a in accounted)
    assert least <= sums.received <= most, f"{sums.received} messages received, {least} to {most} published"
    reckon_parts(connection, accounted)
    if least == most:
        reckon_devices(connection, accounted)
    lost = [a.message for a in accounted if not found[a.message.facts[0]]]
    return Reckoned(sums, sums.received - least, tuple(lost))


def reckon_parts(connection: Connection[Any], accounted: list[Account]) -> None:
    """Hold the dead letters that stand for a part of a message against the list."""
    row = connection.execute("SELECT count(*) FROM dead_letter WHERE NOT settles").fetchone()
    assert row is not None
    least = most = 0
    for account in accounted:
        once = account.message.fate is Fate.PARTLY
        least += account.message.parts * (min(account.least, 1) if once else account.least)
        most += account.message.parts * (min(account.most, 1) if once else account.most)
    assert least <= row[0] <= most, f"{row[0]} dead letters of parts, {least} to {most} published"


def reckon_devices(connection: Connection[Any], accounted: list[Account]) -> None:
    """Hold the ledger of each device against the list; number 0 is what no registered device sent."""
    published: Counter[str | None] = Counter()
    for account in accounted:
        published[account.message.device] += account.least
    rows = connection.execute(
        "SELECT code, sum(received)::int FROM ledger LEFT JOIN device USING (device_id) GROUP BY code"
    ).fetchall()
    assert Counter(dict(rows)) == +published
