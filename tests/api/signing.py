"""People for the tests, and clients that have signed in as they do: through the page, by cookie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx

from devices.people import Role
from storage.connect import connect
from storage.people import NewPerson, Person, add_person

PASSWORD = "mưa rào trên mái tôn"


def person(url: str, username: str, role: Role = Role.TECHNICIAN, password: str | None = PASSWORD) -> Person:
    """Add somebody to the database."""
    with closing(connect(url)) as connection:
        added = add_person(connection, NewPerson(username, role, f"Ông {username}", password=password))
        connection.commit()
    return added


def enter(client: httpx.Client, username: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    """Send the form of the sign-in page."""
    return client.post("/sign-in", data={"username": username, "password": password, **fields})


@contextmanager
def signed_in(address: str, username: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    """A client that signed in and shows its CSRF token with everything."""
    with httpx.Client(base_url=address, timeout=30) as client:
        answer = enter(client, username, password)
        assert answer.status_code == 303, answer.text
        client.headers["X-CSRF-Token"] = client.get("/api/v1/me").json()["csrf_token"]
        yield client
