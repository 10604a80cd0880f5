"""What may go wrong in storage. The message of each is a sentence for the person who can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from devices.lifecycle import RETIRED_IS_FINAL
from devices.model import Text
from devices.people import Role


class StorageError(Exception):
    """Base of everything that storage raises."""


class DatabaseUnavailable(StorageError):
    """The server cannot be reached, or the connection to it was lost. Trying again later may help."""


class NotAcceptable(StorageError):
    """The database can never accept this content; nothing of it was stored."""


class TooMuchAtOnce(StorageError):
    """The server has no room, locks as a rule, for so much in one transaction. Nothing was stored; less may pass."""


class SessionTaken(StorageError):
    """Another process ingests under the same client id."""


class RepairNotAllowed(StorageError):
    """This process has no way to the role that may repair dead letters."""


class QueryTooSlow(StorageError):
    """A question took longer than its time limit and was given up. Asking for less may help."""


class NotMigrated(StorageError):
    """A table, column or function is not there: the database lacks a migration of this program."""


class MigrationRefused(StorageError):
    """The database was left as it is; each of `reasons` names what stands in the way."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class RegistryRefused(StorageError):
    """A row of the registry is not acceptable; `text` says why in Vietnamese and in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class CodeTaken(RegistryRefused):
    """Something else is registered under this code."""


class StateRefused(RegistryRefused):
    """A device may not take this step of its life, or nothing is to be done with one in its state."""


class RoleRefused(RegistryRefused):
    """The step makes sense, and is for another role to take; `needed` is the least."""

    def __init__(self, text: Text, needed: Role) -> None:
        super().__init__(text)
        self.needed = needed


class Outdated(StorageError):
    """What was to be changed was changed by somebody else in the meantime; `version` is the one that is there now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the version that is there now is {version}")
        self.version = version


class PeopleRefused(StorageError):
    """Something about people or tokens is not acceptable; `text` says why in Vietnamese and in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class UnknownPerson(PeopleRefused):
    """There is nobody of this name."""


class NameTaken(PeopleRefused):
    """Somebody else has this name."""


class LastAdministrator(PeopleRefused):
    """Without this person nobody could administer."""


class SignInRefused(StorageError):
    """Nobody has this name and password, or the person is disabled; which of them is not said."""


class SignInLocked(SignInRefused):
    """Too many tries failed; the next is taken after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"locked for another {seconds} seconds")
        self.seconds = seconds


class VerdictsChanged(StorageError):
    """The registry has changed since an import was tried: it would do something else now than what was confirmed."""


@contextmanager
def driver_errors() -> Iterator[None]:
    """Translate the driver's errors: a lost or refused connection is DatabaseUnavailable, the rest StorageError."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise DatabaseUnavailable(_one_line(error)) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction) as error:
        said = error.diag.message_primary
        raise NotMigrated(f"{said}: the database is older than this program, run `commune db migrate`") from error
    except psycopg.errors.CheckViolation as error:
        if error.diag.constraint_name == "device_retired_is_final":
            raise StateRefused(RETIRED_IS_FINAL) from error
        raise StorageError(_one_line(error)) from error
    except psycopg.Error as error:
        raise StorageError(_one_line(error)) from error


def _one_line(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())
