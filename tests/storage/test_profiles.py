"""Plans that apply and their places, what is declared, and what targets came to: one database for all of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from devices import profiles
from devices.declared import Declaration, Provenance
from devices.errors import ProfileError
from devices.profile import Places
from devices.registry import Commune
from storage.connect import Session, connect
from storage.declared import InForce, add_declared, list_declared, list_imports, undo_declared
from storage.errors import CodeTaken, RegistryRefused, StorageError
from storage.places import add_commune
from storage.profiles import list_profiles, put_places, put_profile, put_sample, read_profile
from storage.target_days import TargetDay, list_target_days, put_target_days

DAY = date(2026, 11, 20)


def document(code: str) -> dict[str, Any]:
    return tomllib.loads(profiles.texts(code)[0])


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Session]:
    with closing(connect(module_database_url, autocommit=True)) as session:
        for code in ("gia-loc", "vo-nhai"):
            put_sample(session, document(code), profiles.load(code).places)
        yield session


@pytest.fixture
def session(shared: Session) -> Iterator[Session]:
    """The shared database; what a test changes is taken back."""
    with shared.transaction(force_rollback=True):
        yield shared


def provenance(day: date = DAY, sha: str = "a" * 64) -> Provenance:
    return Provenance("Viettel Hải Phòng", day, "viettel.xlsx", sha, "công văn 12")


def share(hamlet: str | None, part: float, whole: float, operator: str = "Viettel") -> Declaration:
    return Declaration("fixed_broadband_1gbps", hamlet, operator, part, whole)


def in_force(session: Session, day: date = DAY) -> list[tuple[str | None, str, float | None]]:
    found = list_declared(session, "gia-loc", day=day)
    return [(one.declaration.hamlet, one.declaration.operator, one.declaration.part) for one in found]


def test_a_profile_that_is_put_is_read_back_whole(session: Session) -> None:
    assert read_profile(session, "gia-loc") == replace(
        profiles.load("gia-loc"),
        places=replace(
            profiles.load("gia-loc").places,
            hamlets=tuple(sorted(profiles.load("gia-loc").places.hamlets, key=lambda one: one.code)),
            sites=tuple(sorted(profiles.load("gia-loc").places.sites, key=lambda one: one.code)),
        ),
    )


@pytest.mark.parametrize("code", profiles.names())
def test_every_profile_is_kept_with_all_its_targets(session: Session, code: str) -> None:
    put_sample(session, document(code), profiles.load(code).places)
    found = read_profile(session, code)
    assert found is not None
    assert (found.targets, found.periods, found.level) == (
        profiles.load(code).targets,
        profiles.load(code).periods,
        profiles.load(code).level,
    )


def test_a_plan_may_change_while_its_places_stay(session: Session) -> None:
    changed = document("gia-loc")
    changed["target"][0]["threshold"] = 65
    put_profile(session, changed)
    found = read_profile(session, "gia-loc")
    assert found is not None and found.targets[0].threshold == 65
    assert found.places.boundary == profiles.load("gia-loc").places.boundary


def test_putting_the_same_again_changes_nothing(session: Session) -> None:
    before = [applied.applied_at for applied in list_profiles(session)]
    put_profile(session, document("gia-loc"))
    assert [applied.applied_at for applied in list_profiles(session)] == before


def test_a_plan_of_an_unknown_commune_is_refused_with_what_to_do(session: Session) -> None:
    with pytest.raises(RegistryRefused, match="communes add"):
        put_profile(session, document("tan-ky"))
    with pytest.raises(RegistryRefused, match="profile apply"):
        put_places(session, "tan-ky", Places())


def test_made_up_places_never_fall_on_a_real_commune(session: Session) -> None:
    add_commune(session, Commune("tan-ky", "Xã Tân Kỳ", "Nghệ An", 19.05, 105.27))
    with pytest.raises(RegistryRefused, match="is no sample"):
        put_sample(session, document("tan-ky"), profiles.load("tan-ky").places)
    put_profile(session, document("tan-ky"))
    found = read_profile(session, "tan-ky")
    assert found is not None and found.places == Places()


def test_a_document_that_says_something_wrong_is_not_kept(session: Session) -> None:
    with pytest.raises(ProfileError, match=r"target\.0\."):
        put_profile(session, document("gia-loc") | {"target": [{"id": "xx", "indicator": "luck"}]})
    assert read_profile(session, "nowhere") is None


def test_the_trail_names_who_changed_the_plan(session: Session) -> None:
    rows = session.execute("SELECT subject, action FROM commune.audit WHERE subject_kind = 'profile'").fetchall()
    assert ("gia-loc", "created") in rows


def test_the_newest_list_of_an_operator_counts(session: Session) -> None:
    add_declared(session, "gia-loc", provenance(date(2026, 3, 1)), [(2, share("don-thu", 100, 700))], imported_by="a")
    add_declared(session, "gia-loc", provenance(date(2026, 9, 1), "b" * 64), [
        (2, share("don-thu", 300, 700)), (3, share("don-thu", 50, 700, "VNPT")), (4, share(None, 5000, 9000)),
    ], imported_by="a")  # fmt: skip
    assert in_force(session) == [("don-thu", "Viettel", 300), ("don-thu", "VNPT", 50), (None, "Viettel", 5000)]
    assert in_force(session, date(2026, 6, 1)) == [("don-thu", "Viettel", 100)]
    found: InForce = list_declared(session, "gia-loc", day=DAY)[0]
    assert (found.provenance.source, found.line) == ("Viettel Hải Phòng", 2)


def test_an_import_that_is_undone_counts_no_more_and_the_one_before_does_again(session: Session) -> None:
    add_declared(session, "gia-loc", provenance(), [(2, share("don-thu", 100, 700))], imported_by="cli:an")
    second = add_declared(
        session, "gia-loc", provenance(sha="b" * 64), [(2, share("don-thu", 999, 1000))], imported_by="cli:an"
    )
    assert in_force(session) == [("don-thu", "Viettel", 999)]
    undo_declared(session, "gia-loc", second, undone_by="cli:an")
    assert in_force(session) == [("don-thu", "Viettel", 100)]
    newest = list_imports(session, "gia-loc")[0]
    assert (newest.number, newest.undone_by, newest.rows) == (second, "cli:an", 1)
    with pytest.raises(RegistryRefused, match=f"no import {second} that counts"):
        undo_declared(session, "gia-loc", second, undone_by="cli:an")
    trail = session.execute("SELECT action FROM commune.audit WHERE subject = %s", [f"gia-loc/{second}"]).fetchall()
    assert trail == [("created",), ("changed",)]


def test_the_same_file_counts_once_and_again_after_it_was_undone(session: Session) -> None:
    number = add_declared(session, "gia-loc", provenance(), [(2, share("don-thu", 1, 2))], imported_by="a")
    with pytest.raises(CodeTaken):
        add_declared(session, "gia-loc", provenance(), [(2, share("don-thu", 1, 2))], imported_by="a")
    undo_declared(session, "gia-loc", number, undone_by="a")
    add_declared(session, "gia-loc", provenance(), [(2, share("don-thu", 1, 2))], imported_by="a")


@pytest.mark.parametrize(
    ("commune", "row", "words"),
    [
        ("nowhere", share(None, 1, 2), "no commune 'nowhere'"),
        ("gia-loc", share("nowhere", 1, 2), "no hamlet 'nowhere'"),
    ],
)
def test_what_is_declared_of_an_unknown_place_is_refused(
    session: Session, commune: str, row: Declaration, words: str
) -> None:
    with pytest.raises(RegistryRefused, match=words):
        add_declared(session, commune, provenance(), [(2, row)], imported_by="a")
    assert list_imports(session, "gia-loc") == []


@pytest.mark.parametrize(
    "row",
    [
        share(None, 3, 2),
        Declaration("ispeed_latency", None),
        Declaration("ispeed_latency", None, value=1.0, part=1.0, whole=2.0),
    ],
)
def test_the_table_itself_refuses_what_is_neither_a_share_nor_a_value(session: Session, row: Declaration) -> None:
    with pytest.raises(StorageError), session.transaction():
        add_declared(session, "gia-loc", provenance(), [(2, row)], imported_by="a")


def test_what_targets_came_to_is_kept_one_a_day(session: Session) -> None:
    first = TargetDay("gia-loc", "5g-2030", date(2026, 11, 19), 50.0, 40.0, 70.0, "chua_du_can_cu")
    put_target_days(session, "gia-loc", [first, replace(first, day=DAY, value=None)])
    put_target_days(session, "gia-loc", [replace(first, day=DAY, value=55.0)])
    put_target_days(session, "vo-nhai", [first])
    found = list_target_days(session, "gia-loc", since=date(2026, 1, 1), until=DAY)
    assert [(one.day, one.value) for one in found] == [(date(2026, 11, 19), 50.0), (DAY, 55.0)]


@pytest.mark.parametrize(
    ("role", "statement", "allowed"),
    [
        ("commune_read", "SELECT count(*) FROM commune.profile, commune.declared_value, commune.target_day", True),
        ("commune_read", "DELETE FROM commune.target_day", False),
        ("commune_registry", "SELECT count(*) FROM commune.declared_import", True),
        ("commune_registry", "DELETE FROM commune.declared_import", False),
        ("commune_registry", "UPDATE commune.profile SET code = code", False),
        ("commune_grafana", "SELECT count(*) FROM commune.declared_value", False),
    ],
)
def test_each_role_may_do_its_part_only(session: Session, role: str, statement: str, allowed: bool) -> None:
    session.execute(f"SET LOCAL ROLE {role}")
    if allowed:
        session.execute(statement)
    else:
        with pytest.raises(Exception, match="permission denied"):
            session.execute(statement)


def test_places_may_be_described_anew_and_hamlets_that_are_left_out_stay(session: Session) -> None:
    places = profiles.load("gia-loc").places
    put_places(session, "gia-loc", Places(boundary=places.centre, hamlets=places.hamlets[:1], is_sample=False))
    found = read_profile(session, "gia-loc")
    assert found is not None
    assert found.places.boundary == json.loads(json.dumps(places.centre))
    assert (found.places.centre, found.places.is_sample) == (None, False)
    assert len(found.places.hamlets) == 10
