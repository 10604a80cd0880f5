"""What the commands share: the database, JSON on standard output, and failure in one line."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NoReturn

import orjson
import typer

from commune.settings import Settings, SettingsError, read_settings
from storage.audit import name_actor
from storage.connect import Session, connect
from storage.errors import DatabaseUnavailable, StorageError, driver_errors


def database_url(settings: Settings) -> str:
    """Where the database is; raises SettingsError that says how to name it."""
    if settings.database_url is None:
        raise SettingsError(
            "COMMUNE_DATABASE_URL is not set: give it the address of PostgreSQL, like "
            "postgresql://postgres@127.0.0.1:5432/commune (`commune demo` needs none: it starts a server of its own)"
        )
    return settings.database_url


@contextmanager
def open_database(settings: Settings | None = None, *, autocommit: bool = True) -> Iterator[Session]:
    """A connection to the database of the settings.

    The audit trail names the user of this machine as the one who asks for what is changed. A setting that is missing
    ends the command with exit code 2, a server that does not answer and everything that storage refuses with 1; each
    says so in one line on standard error.
    """
    try:
        url = database_url(settings or read_settings())
    except SettingsError as error:
        fail(str(error), 2)
    try:
        with closing(connect(url, autocommit=autocommit)) as connection, driver_errors():
            name_actor(connection, os_actor())
            if not autocommit:
                connection.commit()
            yield connection
            if not autocommit:
                connection.commit()
    except DatabaseUnavailable as error:
        fail(f"the database of COMMUNE_DATABASE_URL is not to be reached: {error}")
    except StorageError as error:
        fail(str(error))


def os_actor() -> str:
    """The user of this machine as the audit trail names them: "cli:an"."""
    number = os.getuid()
    try:
        return f"cli:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"cli:{number}"  # a container may run as a user that it does not know


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what went wrong on standard error and end the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def echo_json(data: object) -> None:
    """Print one line of JSON: times in RFC 3339, dataclasses as objects."""
    typer.echo(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode())


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


def told_to_stop() -> Callable[[], bool]:
    """Ask the returned function whether SIGTERM or SIGINT has come since."""
    told = False

    def stop() -> None:
        nonlocal told
        told = True

    stop_on_signals(stop)
    return lambda: told
