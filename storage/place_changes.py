"""Changes of communes, hamlets and sites that a person asks for, each meant for the version that was read.

A device keeps its hamlet when boundaries change: a person may have named it, and the audit trail must say who moved
what. It is found again with the next change of the device's place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, TypeVar

from psycopg import Connection

from devices.model import Text
from devices.registry import Commune, Hamlet, HamletType, Site, SiteType
from devices.registry_checks import faults_of_commune, faults_of_hamlet, faults_of_site, joined
from storage.errors import Outdated, RegistryRefused, driver_errors
from storage.places import read_places
from storage.sql import query

Place = TypeVar("Place", Commune, Hamlet, Site)


@dataclass(frozen=True, slots=True)
class Versioned(Generic[Place]):
    """A place as it is described, and the version that rises with every change of it."""

    place: Place
    version: int


def get_commune(connection: Connection[Any], commune: str) -> Versioned[Commune] | None:
    """A commune, or None."""
    found = _one(connection, "one_commune", {"commune": commune})
    return None if found is None else Versioned(Commune(*found[1:]), found[0])


def get_hamlet(connection: Connection[Any], commune: str, code: str) -> Versioned[Hamlet] | None:
    """A hamlet of a commune, or None."""
    found = _one(connection, "one_hamlet", {"commune": commune, "code": code})
    if found is None:
        return None
    version, hamlet, name, type_, *rest = found
    return Versioned(Hamlet(hamlet, name, HamletType(type_), *rest), version)


def get_site(connection: Connection[Any], commune: str, code: str) -> Versioned[Site] | None:
    """A site of a commune, or None."""
    found = _one(connection, "one_site", {"commune": commune, "code": code})
    if found is None:
        return None
    version, site, name, type_, *rest = found
    return Versioned(Site(site, name, SiteType(type_), *rest), version)


def change_commune(
    connection: Connection[Any], commune: str, members: Mapping[str, Any], *, expected: Collection[int] | None
) -> int:
    """Change these members of a commune and return its new version.

    Raises Outdated where its version is none of `expected` (None: any), RegistryRefused for what makes no sense.
    """
    with driver_errors():
        _lock(connection)
        place = _expected(get_commune(connection, commune), expected)
        changed = replace(place.place, **members)
        return _put(connection, "put_commune", place, changed, faults_of_commune(changed), {})


def change_hamlet(
    connection: Connection[Any],
    commune: str,
    code: str,
    members: Mapping[str, Any],
    *,
    expected: Collection[int] | None,
) -> int:
    """Change these members of a hamlet and return its new version; see `change_commune`."""
    with driver_errors():
        _lock(connection)
        place = _expected(get_hamlet(connection, commune, code), expected)
        changed = replace(place.place, **members)
        numbers = {"commune_id": read_places(connection).commune(commune)}
        return _put(connection, "put_hamlet", place, changed, faults_of_hamlet(changed), numbers)


def change_site(
    connection: Connection[Any],
    commune: str,
    code: str,
    members: Mapping[str, Any],
    *,
    expected: Collection[int] | None,
) -> int:
    """Change these members of a site and return its new version; see `change_commune`."""
    with driver_errors():
        _lock(connection)
        place = _expected(get_site(connection, commune, code), expected)
        changed = replace(place.place, **members)
        places = read_places(connection)
        numbers = {"commune_id": places.commune(commune), "hamlet_id": places.hamlet(commune, changed.hamlet)}
        return _put(connection, "put_site", place, changed, faults_of_site(changed), numbers)


def _one(connection: Connection[Any], name: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    with driver_errors():
        row: tuple[Any, ...] | None = connection.execute(query(name), values).fetchone()
        return row


def _lock(connection: Connection[Any]) -> None:
    connection.execute(query("take_registry_lock"))


def _expected(place: Versioned[Place] | None, expected: Collection[int] | None) -> Versioned[Place]:
    if place is None:
        raise RegistryRefused(Text("nơi này không có trong danh bạ", "this place is not registered"))
    if expected is not None and place.version not in expected:
        raise Outdated(place.version)
    return place


def _put(
    connection: Connection[Any],
    statement: str,
    before: Versioned[Place],
    place: Place,
    faults: list[Text],
    numbers: Mapping[str, int | None],
) -> int:
    if faults:
        raise RegistryRefused(joined(faults))
    if place == before.place:
        return before.version
    done = connection.execute(query(statement), asdict(place) | dict(numbers)).fetchone()
    assert done is not None, "it is there, and the registry is locked"
    return int(done[1])
