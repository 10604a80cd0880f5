"""How one gets into a demonstration: an administrator with a password of the day, and a token for the terminal."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from commune.demo.database import Database
from devices.passwords import new_password
from devices.people import Role
from storage.errors import NameTaken
from storage.people import NewPerson, add_person, change_person, set_password
from storage.sql import query
from storage.tokens import add_token

USERNAME = "demo"
TOKEN_VALID_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What to sign in with, and a token that may do what an operator may."""

    username: str
    password: str
    token: str


def let_in(database: Database) -> Entrance:
    """Make the administrator `demo` with a new password, and a token for a day.

    In a database that is not our own the administrator may be there already: then with another password.
    """
    password = new_password()
    with closing(database.connect()) as session, session.transaction():
        session.execute(query("name_actor"), {"actor": "cli:demo"})
        try:
            add_person(session, NewPerson(USERNAME, Role.ADMINISTRATOR, "Người trình diễn", password=password))
        except NameTaken:
            set_password(session, USERNAME, password)
            change_person(session, USERNAME, role=Role.ADMINISTRATOR, disabled=False)
        token = add_token(session, "commune demo", Role.OPERATOR, TOKEN_VALID_FOR)
    return Entrance(USERNAME, password, token.secret)
