"""Targets and declared figures over HTTP: one database and one server for all of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from devices import profiles
from devices.people import Role
from storage.connect import connect
from storage.profiles import put_profile, put_sample
from storage.target_days import TargetDay, put_target_days
from tests.api.conftest import DEADLINE_SECONDS, Clock, application, serve
from tests.api.world import NOW, World, execute, token

HEAD = "Thôn;Nhà mạng;Số hộ có khả năng;Tổng số hộ\n"
LIST = HEAD + "Thôn 1;Viettel;300;400\nThôn 2;VNPT;200;200\n"
IMPORTS = "/api/v1/communes/gia-loc/declared/imports"
SAID = {
    "source": "Viettel Hải Phòng",
    "source_date": "2026-10-01",
    "indicator": "fixed_broadband_1gbps",
    "file_name": "viettel.csv",
}


@pytest.fixture(scope="module")
def url(module_database_url: str) -> str:
    """Gia Lộc with its plan and a few devices, and Võ Nhai as its profile has it."""
    world = World(module_database_url)
    world.commune()
    for kind in ("environment", "lighting"):
        world.device(f"{kind}-01", kind)
        world.send(f"{kind}-01", {"battery": 90})
    with closing(connect(module_database_url, autocommit=True)) as session:
        put_profile(session, tomllib.loads(profiles.texts("gia-loc")[0]))
        put_sample(session, tomllib.loads(profiles.texts("vo-nhai")[0]), profiles.load("vo-nhai").places)
    world.commune("bare")
    return module_database_url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with (
        serve(application(url, Clock())) as address,
        httpx.Client(base_url=address, timeout=DEADLINE_SECONDS, headers=token(url)) as client,
    ):
        yield client


@pytest.fixture
def clean(url: str) -> Iterator[None]:
    """Whatever a test declares counts no more afterwards."""
    yield
    execute(url, "UPDATE commune.declared_import SET undone_at = now(), undone_by = 'test' WHERE undone_at IS NULL")


def targets(client: httpx.Client, commune: str = "gia-loc") -> dict[str, Any]:
    answer = client.get(f"/api/v1/communes/{commune}/targets")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(report: dict[str, Any], id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(target for target in report["targets"] if target["id"] == id_)
    return found


def send(client: httpx.Client, text: str = LIST, **others: str) -> httpx.Response:
    return client.post(IMPORTS, params=SAID | others, content=text.encode(), headers={"Content-Type": "text/csv"})


def test_every_target_is_told_with_its_document_value_and_verdict(client: httpx.Client) -> None:
    report = targets(client)
    assert [target["id"] for target in report["targets"]] == [target.id for target in profiles.load("gia-loc").targets]
    assert sum(report["counts"].values()) == 9
    five = one(report, "5g-2025")
    assert (five["threshold"], five["unit"], five["deadline"], five["is_overdue"]) == (60, "%", "2025-12-31", True)
    assert five["source"]["document"].startswith("Kế hoạch thực hiện Nghị quyết 57")
    assert five["outcome"] == "chua_du_can_cu" and five["cells_to_drive"]
    assert {target["plan"] for target in report["national"]} == {"quoc-gia"}


def test_live_devices_are_counted_by_field(client: httpx.Client) -> None:
    iot = one(targets(client), "iot")
    assert (iot["value"], iot["origin"], iot["outcome"], iot["outlook"]) == (2, "counted", "chua_dat", None)
    assert {evidence["title"]["en"]: evidence["value"]["en"] for evidence in iot["evidence"]} == {
        "Environment": "1 of 1",
        "Irrigation": "0 of 0",
        "Public lighting": "1 of 1",
        "Security": "0 of 0",
    }


def test_a_commune_without_a_plan_says_so_and_an_unknown_one_is_not_found(client: httpx.Client) -> None:
    report = targets(client, "bare")
    assert report["targets"] == [] and "No plan applies" in report["notes"][0]["en"]
    assert client.get("/api/v1/communes/nowhere/targets").status_code == 404


def test_a_trend_is_made_of_what_was_kept_and_an_outlook_of_enough_months(client: httpx.Client, url: str) -> None:
    with closing(connect(url, autocommit=True)) as session:
        days = [
            TargetDay("vo-nhai", "5g-2030", NOW.date().replace(month=month, day=3), 10.0 * month, 0, 100, "chua_dat")
            for month in range(1, 8)
        ]
        put_target_days(session, "vo-nhai", days)
    five = one(targets(client, "vo-nhai"), "5g-2030")
    assert [point["value"] for point in five["trend"]] == [10, 20, 30, 40, 50, 60, 70]
    assert five["outlook"]["chance"] == "unknown" and "too far" in five["outlook"]["reason"]["en"]
    assert five["outlook"]["pace_a_month"] == pytest.approx(10, rel=0.05)
    assert 0 < five["outlook"]["needed_a_month"] < 1


def test_the_overview_rolls_the_province_up_and_tells_how_communes_stood(client: httpx.Client, url: str) -> None:
    with closing(connect(url, autocommit=True)) as session:
        put_target_days(session, "gia-loc", [TargetDay("gia-loc", "iot", NOW.date(), 2, 2, 2, "chua_dat")])
    overview = client.get("/api/v1/targets").json()
    (province,) = overview["provinces"]
    assert (province["scope"], province["level"]) == ("tinh-thai-nguyen", "province")
    assert province["targets"][0]["reason"]["en"].startswith("NOT ENOUGH EVIDENCE: 1/92 communes are registered")
    standing = {commune["commune"]: commune for commune in overview["communes"]}
    assert standing["gia-loc"]["day"] == NOW.date().isoformat()
    assert standing["gia-loc"]["counts"] == {"dat": 0, "chua_dat": 1, "chua_du_can_cu": 0}
    assert "bare" not in standing


@pytest.mark.usefixtures("clean")
def test_a_list_is_tried_taken_over_seen_in_the_target_and_undone(client: httpx.Client) -> None:
    tried = send(client, dry_run="true").json()
    assert (tried["accepted"], tried["import_id"], len(tried["rows"])) == (True, None, 2)
    assert client.get("/api/v1/communes/gia-loc/declared").json() == {"items": []}
    number = send(client).json()["import_id"]
    declared = client.get("/api/v1/communes/gia-loc/declared", params={"indicator": "fixed_broadband_1gbps"}).json()
    assert [(item["hamlet"], item["operator"], item["part"], item["line"]) for item in declared["items"]] == [
        ("thon-1", "Viettel", 300, 2),
        ("thon-2", "VNPT", 200, 3),
    ]
    gigabit = one(targets(client), "gigabit-2025")
    expected = (812 * 75 + 640 * 100) / (812 + 640)
    assert gigabit["value"] == pytest.approx(expected, abs=0.01)
    assert (gigabit["origin"], gigabit["outcome"]) == ("declared", "dat")
    assert client.delete(f"{IMPORTS}/{number}").status_code == 204
    assert one(targets(client), "gigabit-2025")["value"] is None
    newest = client.get(IMPORTS).json()["items"][0]
    assert (newest["id"], newest["rows"]) == (number, 2) and newest["undone_by"].startswith("token:")
    assert client.delete(f"{IMPORTS}/{number}").status_code == 422


@pytest.mark.usefixtures("clean")
def test_a_newer_list_takes_the_place_of_an_older_one_that_spells_the_operator_otherwise(client: httpx.Client) -> None:
    send(client)
    newer = HEAD + "Thôn 1;VIETTEL;100;400\n"
    assert send(client, newer, source_date="2026-11-01").json()["accepted"]
    declared = client.get("/api/v1/communes/gia-loc/declared").json()["items"]
    assert [(one["hamlet"], one["operator"], one["part"]) for one in declared] == [
        ("thon-1", "VIETTEL", 100),
        ("thon-2", "VNPT", 200),
    ]


@pytest.mark.usefixtures("clean")
def test_the_same_file_counts_once(client: httpx.Client) -> None:
    assert send(client).status_code == 200
    again = send(client)
    assert again.status_code == 409 and again.json()["type"].endswith("/code-taken")


def test_a_list_with_a_fault_is_told_row_by_row_and_nothing_is_taken_over(client: httpx.Client) -> None:
    answer = send(client, LIST + "Thôn 9;Viettel;1;2\n").json()
    assert (answer["accepted"], answer["import_id"]) == (False, None)
    assert "there is no hamlet 'Thôn 9'" in answer["rows"][2]["faults"][0]["en"]
    assert client.get("/api/v1/communes/gia-loc/declared").json()["items"] == []


@pytest.mark.parametrize(
    ("text", "others", "problem"),
    [
        ("x", {}, "unreadable-file"),
        (LIST, {"indicator": "luck"}, "invalid-parameter"),
        (LIST, {"source": "a\x00b"}, "invalid-parameter"),
        (LIST, {"source_date": "hôm qua"}, "invalid-parameter"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_in_words(
    client: httpx.Client, text: str, others: dict[str, str], problem: str
) -> None:
    answer = send(client, text, **others)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, problem)


def test_only_an_operator_may_declare(client: httpx.Client, url: str) -> None:
    assert client.get("/api/v1/communes/gia-loc/declared", params={"indicator": "luck"}).status_code == 422
    for role, status in ((Role.VIEWER, 403), (Role.TECHNICIAN, 403), (Role.OPERATOR, 200)):
        answer = client.post(
            IMPORTS,
            params=SAID | {"dry_run": "true"},
            content=LIST.encode(),
            headers=token(url, role) | {"Content-Type": "text/csv"},
        )
        assert answer.status_code == status


def test_the_trail_tells_who_took_a_list_over(client: httpx.Client, url: str, clean: None) -> None:
    number = send(client).json()["import_id"]
    ((actor, action),) = execute(url, "SELECT actor, action FROM commune.audit WHERE subject = %s", f"gia-loc/{number}")
    assert actor.startswith("token:") and action == "created"
