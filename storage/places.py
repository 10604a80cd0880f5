"""Rows of communes, hamlets and sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.model import Text
from devices.registry import Commune, Device, Hamlet, HamletType, Site, SiteType
from devices.registry_checks import faults_of_commune, faults_of_hamlet, faults_of_site, joined
from storage.errors import CodeTaken, RegistryRefused, driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class Places:
    """The numbers of communes, hamlets and sites under their codes; read once, asked for every row."""

    communes: dict[str, int]
    hamlets: dict[tuple[str, str], int]
    sites: dict[tuple[str, str], int]

    def commune(self, code: str) -> int:
        """The number of a commune; raises RegistryRefused that names the communes there are."""
        if code not in self.communes:
            raise RegistryRefused(_unknown("xã", "commune", code, self.communes))
        return self.communes[code]

    def hamlet(self, commune: str, code: str | None) -> int | None:
        """The number of a hamlet, None for none; raises RegistryRefused that names the commune's hamlets."""
        return _inside(self.hamlets, "thôn", "hamlet", commune, code)

    def site(self, commune: str, code: str | None) -> int | None:
        """The number of a site, None for none; raises RegistryRefused that names the commune's sites."""
        return _inside(self.sites, "địa điểm", "site", commune, code)

    def faults_of(self, device: Device) -> list[Text]:
        """Which of a device's commune, hamlet and site are unknown."""
        if device.commune not in self.communes:
            return [_unknown("xã", "commune", device.commune, self.communes)]
        faults = []
        for look_up, code in ((self.hamlet, device.hamlet), (self.site, device.site)):
            try:
                look_up(device.commune, code)
            except RegistryRefused as refused:
                faults.append(refused.text)
        return faults


def read_places(connection: Connection[Any]) -> Places:
    """Read the numbers of all places."""
    with driver_errors():
        return Places(
            dict(connection.execute(query("commune_ids")).fetchall()),
            {(commune, code): number for commune, code, number in connection.execute(query("hamlet_ids"))},
            {(commune, code): number for commune, code, number in connection.execute(query("site_ids"))},
        )


def add_commune(connection: Connection[Any], commune: Commune, *, replace: bool = False) -> int:
    """Register a commune and return its number; with `replace` one of the same code is described anew.

    Raises RegistryRefused for a code that is taken or values that make no sense.
    """
    _refuse(faults_of_commune(commune))
    row = _write(connection, "put_commune" if replace else "add_commune", asdict(commune))
    return _number(row, "xã", "commune", commune.code)


def add_hamlet(connection: Connection[Any], commune: str, hamlet: Hamlet, *, replace: bool = False) -> int:
    """Register a hamlet of the commune with this code and return its number; see `add_commune`."""
    _refuse(faults_of_hamlet(hamlet))
    values = asdict(hamlet) | {"commune_id": read_places(connection).commune(commune)}
    row = _write(connection, "put_hamlet" if replace else "add_hamlet", values)
    return _number(row, "thôn", "hamlet", hamlet.code)


def add_site(connection: Connection[Any], commune: str, site: Site, *, replace: bool = False) -> int:
    """Register a site of the commune with this code and return its number; see `add_commune`."""
    _refuse(faults_of_site(site))
    places = read_places(connection)
    values = asdict(site) | {"commune_id": places.commune(commune), "hamlet_id": places.hamlet(commune, site.hamlet)}
    row = _write(connection, "put_site" if replace else "add_site", values)
    return _number(row, "địa điểm", "site", site.code)


def list_communes(connection: Connection[Any]) -> list[Commune]:
    """Every commune, by code."""
    with driver_errors(), connection.cursor(row_factory=class_row(Commune)) as cursor:
        return cursor.execute(query("list_communes")).fetchall()


def list_hamlets(connection: Connection[Any], commune: str) -> list[Hamlet]:
    """The hamlets of a commune, by code; none for a commune that is not registered."""
    with driver_errors():
        rows = connection.execute(query("list_hamlets"), {"commune": commune}).fetchall()
    return [Hamlet(code, name, HamletType(type_), *rest) for code, name, type_, *rest in rows]


def list_sites(connection: Connection[Any], commune: str) -> list[Site]:
    """The sites of a commune, by code; none for a commune that is not registered."""
    with driver_errors():
        rows = connection.execute(query("list_sites"), {"commune": commune}).fetchall()
    return [Site(code, name, SiteType(type_), *rest) for code, name, type_, *rest in rows]


def _write(connection: Connection[Any], name: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with driver_errors(), connection.transaction():
        row: tuple[Any, ...] | None = connection.execute(query(name), values).fetchone()
        return row


def _refuse(faults: list[Text]) -> None:
    if faults:
        raise RegistryRefused(joined(faults))


def _number(row: tuple[Any, ...] | None, vi: str, en: str, code: str) -> int:
    if row is None:
        raise CodeTaken(Text(f"mã {vi} {code!r} đã có", f"the {en} code {code!r} is taken"))
    return int(row[0])


def _inside(numbers: dict[tuple[str, str], int], vi: str, en: str, commune: str, code: str | None) -> int | None:
    if code is None:
        return None
    if (commune, code) not in numbers:
        raise RegistryRefused(_unknown(vi, en, code, (c for place, c in numbers if place == commune)))
    return numbers[commune, code]


def _unknown(vi: str, en: str, code: str, known: Iterable[str]) -> Text:
    codes = sorted(known)
    listed = ", ".join(codes[:10]) + (", ..." if len(codes) > 10 else "")
    return Text(
        f"không có {vi} {code!r}; " + (f"hiện có: {listed}" if codes else "chưa có cái nào"),
        f"there is no {en} {code!r}; " + (f"there are: {listed}" if codes else "there is none yet"),
    )
