"""What the routes about people share: whose name a change is made in, and how a refusal becomes an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.context import Context
from api.errors import ApiProblem, Problem
from api.versions import etag
from devices.model import Text
from devices.people import waiting_words
from storage.connect import Session
from storage.errors import (
    LastAdministrator,
    NameTaken,
    Outdated,
    PeopleRefused,
    SignInLocked,
    SignInRefused,
    UnknownPerson,
)
from storage.registrar import Registrar


def registrar_of(context: Context) -> Registrar:
    """Who writes people here; raises ApiProblem (503) where nobody may."""
    if context.registrar is None:
        raise ApiProblem(
            Problem.DATABASE_UNAVAILABLE,
            Text(
                "API này chưa ghi được người dùng. Hãy đặt COMMUNE_DATABASE_REGISTRY_PASSWORD.",
                "This API may not write people. Set COMMUNE_DATABASE_REGISTRY_PASSWORD.",
            ),
        )
    return context.registrar


@contextmanager
def people(context: Context, actor: str) -> Iterator[Session]:
    """A transaction about people in the name of `actor`, whose refusals leave as problems."""
    with refusals(), registrar_of(context).transaction(actor) as session:
        yield session


@contextmanager
def refusals() -> Iterator[None]:
    """Let what storage refuses about people and sign-ins leave as problems."""
    try:
        yield
    except Outdated as outdated:
        raise ApiProblem(
            Problem.OUTDATED,
            Text(
                "Đã có người thay đổi trước bạn. Hãy tải lại rồi thử lại.",
                "Somebody changed it before you. Load it again, then try again.",
            ),
            allowed={"If-Match": etag(outdated.version)},
            headers={"ETag": etag(outdated.version)},
        ) from outdated
    except UnknownPerson as refused:
        raise ApiProblem(Problem.UNKNOWN_PERSON, refused.text, allowed="/api/v1/people") from refused
    except NameTaken as refused:
        raise ApiProblem(Problem.NAME_TAKEN, refused.text) from refused
    except LastAdministrator as refused:
        raise ApiProblem(Problem.LAST_ADMINISTRATOR, refused.text) from refused
    except PeopleRefused as refused:
        raise ApiProblem(Problem.WEAK_PASSWORD, refused.text, allowed={"password": "another"}) from refused
    except SignInLocked as locked:
        raise ApiProblem(
            Problem.TOO_MANY_TRIES, locked_text(locked.seconds), headers={"Retry-After": str(locked.seconds)}
        ) from locked
    except SignInRefused as refused:
        raise ApiProblem(
            Problem.WRONG_PASSWORD,
            Text("Mật khẩu hiện tại không đúng.", "The current password is not right."),
            allowed={"current": "the password of now"},
        ) from refused


def locked_text(seconds: int) -> Text:
    """That too many tries failed, and for how long none is taken."""
    wait = waiting_words(seconds)
    return Text(
        f"Đã thử sai quá nhiều lần. Hãy thử lại sau {wait.vi}.",
        f"Too many tries have failed. Try again in {wait.en}.",
    )
