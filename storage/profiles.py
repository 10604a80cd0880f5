"""Rows of the plans that apply: what was promised, and the boundary and centre of a commune.

Hamlets and sites are those of the registry; a profile that is read brings them along.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from devices.model import Text
from devices.profile import Geometry, Level, Places, Profile
from devices.profile_file import parse_profile, profile_document
from storage.errors import RegistryRefused, driver_errors
from storage.places import add_commune, add_hamlet, add_site, list_communes, list_hamlets, list_sites
from storage.sql import query


@dataclass(frozen=True, slots=True)
class AppliedProfile:
    """A plan that applies, and since when it is as it is."""

    profile: Profile
    applied_at: datetime


def put_profile(connection: Connection[Any], document: Mapping[str, Any]) -> Profile:
    """Let the plan of a parsed document apply, in place of an earlier one of its code; places stay as they are.

    Raises ProfileError for what the document says wrongly, RegistryRefused where its commune is not registered.
    """
    profile = parse_profile(document)
    with driver_errors(), connection.transaction():
        communes = [commune.code for commune in list_communes(connection)]
        if profile.level is Level.COMMUNE and profile.code not in communes:
            raise RegistryRefused(_unknown(profile.code))
        values = {
            "code": profile.code,
            "level": profile.level.value,
            "commune": profile.code if profile.level is Level.COMMUNE else None,
            "document": json.dumps(profile_document(document)),
        }
        connection.execute(query("put_profile"), values)
    return profile


def put_places(connection: Connection[Any], commune: str, places: Places) -> None:
    """Describe the places of a commune that has a plan: boundary, centre, hamlets and sites.

    What is registered and not among them stays. Raises RegistryRefused, also where the commune has no plan.
    """
    with driver_errors(), connection.transaction():
        for hamlet in places.hamlets:
            add_hamlet(connection, commune, hamlet, replace=True)
        for site in places.sites:
            add_site(connection, commune, site, replace=True)
        values = {
            "code": commune,
            "boundary": _json(places.boundary),
            "centre": _json(places.centre),
            "is_sample": places.is_sample,
            "origin": None if places.origin is None else json.dumps(asdict(places.origin)),
        }
        if connection.execute(query("put_profile_places"), values).rowcount == 0:
            raise RegistryRefused(_no_plan(commune))


def put_sample(connection: Connection[Any], document: Mapping[str, Any], places: Places) -> Profile:
    """Register a commune of made-up places with its plan; raises RegistryRefused where a real one has its code."""
    profile = replace(parse_profile(document), places=places)
    commune = profile.commune
    if commune is None:
        return put_profile(connection, document)
    with driver_errors(), connection.transaction():
        there = {one.code: one for one in list_communes(connection)}
        if commune.code in there and not there[commune.code].is_sample:
            raise RegistryRefused(_is_real(commune.code))
        add_commune(connection, replace(commune, is_sample=True), replace=True)
        put_profile(connection, document)
        put_places(connection, commune.code, places)
    return profile


def list_profiles(connection: Connection[Any], code: str | None = None) -> list[AppliedProfile]:
    """The plans that apply, or that of one code; those of communes with the hamlets and sites of the registry."""
    with driver_errors():
        rows = connection.execute(query("list_profiles"), {"code": code}).fetchall()
    communes = {commune.code: commune for commune in list_communes(connection)}
    found = []
    for name, level, document, boundary, centre, is_sample, origin, applied_at in rows:
        profile = parse_profile(document)
        if level == Level.COMMUNE:
            places = Places(
                boundary=boundary,
                centre=centre,
                hamlets=tuple(list_hamlets(connection, name)),
                sites=tuple(list_sites(connection, name)),
                is_sample=is_sample,
                origin=None if origin is None else Text(origin["vi"], origin["en"]),
            )
            profile = replace(profile, places=places, commune=communes[name])
        found.append(AppliedProfile(profile, applied_at))
    return found


def read_profile(connection: Connection[Any], code: str) -> Profile | None:
    """The plan of a code that applies, None where there is none."""
    return next((applied.profile for applied in list_profiles(connection, code)), None)


def _json(geometry: Geometry | None) -> str | None:
    return None if geometry is None else json.dumps(geometry)


def _unknown(code: str) -> Text:
    return Text(
        f"xã {code!r} chưa được đăng ký: hãy đăng ký bằng `commune communes add`, hoặc dùng --sample để chạy thử",
        f"commune {code!r} is not registered: register it by `commune communes add`, or use --sample for a trial",
    )


def _no_plan(code: str) -> Text:
    return Text(
        f"xã {code!r} chưa có hồ sơ chỉ tiêu: hãy dùng `commune profile apply` trước",
        f"commune {code!r} has no profile: use `commune profile apply` first",
    )


def _is_real(code: str) -> Text:
    return Text(
        f"xã {code!r} đã đăng ký và không phải dữ liệu mẫu; giữ nguyên",
        f"commune {code!r} is registered and is no sample; it is left as it is",
    )
