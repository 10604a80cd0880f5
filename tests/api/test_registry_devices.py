"""Devices are registered, changed and led through their life over HTTP, and two people cannot overwrite each other."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any

import httpx
import pytest

from api.app import create_app
from devices.people import Role
from devices.registry import DeviceState
from storage.connect import connect
from tests.api.conftest import serve
from tests.api.registering import DEVICES, LAMP, match, path, problem, register
from tests.api.world import COMMUNE, World, token

OUTSIDE = {"latitude": 20.95, "longitude": 106.4}


@pytest.mark.usefixtures("world")
def test_a_device_is_registered_with_the_hamlet_of_its_place_and_its_account(client: httpx.Client) -> None:
    answer = register(client, tags=["đợt 1"], name="Đèn cổng chợ")
    assert answer.headers["location"] == path("den-101")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    device = told["device"]
    assert (device["hamlet"], device["lifecycle"], device["tags"]) == ("thon-1", "registered", ["đợt 1"])
    assert device["may_become"] == ["maintenance", "retired"]
    assert told["warnings"] == []
    account = told["account"]
    assert (account["username"], account["client_id"]) == ("gia-loc.den-101", "gia-loc.den-101")
    assert account["publishes"][0] == "xa/gia-loc/lighting/den-101/telemetry"
    read = client.get(path("den-101"))
    assert read.headers["etag"] == '"1"'
    assert {**read.json(), "at": ""} == {**device, "at": ""}


@pytest.mark.usefixtures("world")
def test_a_place_outside_all_hamlets_is_warned_of_and_taken(client: httpx.Client) -> None:
    told = register(client, **OUTSIDE).json()
    assert told["device"]["hamlet"] is None
    assert "outside the hamlets of commune gia-loc" in told["warnings"][0]["en"]


@pytest.mark.usefixtures("world")
def test_a_hamlet_that_a_person_names_stands_and_one_that_contradicts_it_is_told(client: httpx.Client) -> None:
    told = register(client, hamlet="thon-2").json()
    assert (told["device"]["hamlet"], told["warnings"]) == ("thon-2", [])
    boundary = {"type": "Polygon", "coordinates": [[[107, 21], [108, 21], [108, 22], [107, 21]]]}
    there = client.get(f"/api/v1/communes/{COMMUNE}/hamlets/thon-2")
    bounded = client.patch(there.url.path, json={"boundary": boundary}, headers=match(there))
    assert bounded.status_code == 200, bounded.text
    told = register(client, code="den-102", hamlet="thon-2").json()
    assert told["device"]["hamlet"] == "thon-2"
    assert told["warnings"][0]["en"] == "this place lies in hamlet thon-1, not in thon-2"


@pytest.mark.usefixtures("world")
def test_only_the_members_that_are_given_change_and_the_hamlet_follows_the_place(client: httpx.Client) -> None:
    first = register(client, note="cột 12")
    moved = client.patch(path("den-101"), json=OUTSIDE, headers=match(first))
    assert moved.status_code == 200, moved.text
    assert moved.headers["etag"] == '"2"'
    device = moved.json()["device"]
    assert (device["hamlet"], device["note"], device["serial"]) == (None, "cột 12", "S1")
    back = client.patch(path("den-101"), json={"latitude": 20.871, "longitude": 106.3}, headers=match(moved))
    assert back.json()["device"]["hamlet"] == "thon-1"
    named = client.patch(path("den-101"), json={"name": "Đèn chợ"}, headers=match(back))
    assert (named.json()["device"]["hamlet"], named.headers["etag"]) == ("thon-1", '"4"')
    same = client.patch(path("den-101"), json={"name": "Đèn chợ"}, headers=match(named))
    assert same.headers["etag"] == '"4"'


@pytest.mark.usefixtures("world")
def test_a_change_without_the_version_that_was_read_is_a_428(client: httpx.Client) -> None:
    register(client)
    for headers in ({}, {"If-Match": "*"}):
        told = problem(client.patch(path("den-101"), json={"name": "x"}, headers=headers), 428, "version-needed")
        assert "If-Match" in told["allowed"]


@pytest.mark.usefixtures("world")
def test_a_change_of_an_older_version_is_a_412_that_tells_what_is_there_now(client: httpx.Client) -> None:
    first = register(client)
    client.patch(path("den-101"), json={"name": "của Lan"}, headers=match(first))
    answer = client.patch(path("den-101"), json={"name": "của Minh"}, headers=match(first))
    told = problem(answer, 412, "outdated")
    assert (told["current"]["name"], told["allowed"], answer.headers["etag"]) == ("của Lan", {"If-Match": '"2"'}, '"2"')
    problem(client.patch(path("den-101"), json={"name": "x"}, headers={"If-Match": '"abc"'}), 412, "outdated")
    weak = client.patch(path("den-101"), json={"name": "của Minh"}, headers={"If-Match": 'W/"2"'})
    assert weak.status_code == 200, weak.text


@pytest.mark.usefixtures("world")
def test_of_two_who_change_the_same_version_at_once_one_is_told_so(
    client: httpx.Client, address: str, administrator: dict[str, str]
) -> None:
    first = register(client)
    answers: list[httpx.Response] = []
    together = threading.Barrier(2)

    def change(name: str) -> None:
        with httpx.Client(base_url=address, timeout=30, headers=administrator) as writer:
            together.wait(20)
            answers.append(writer.patch(path("den-101"), json={"name": name}, headers=match(first)))

    threads = [threading.Thread(target=change, args=(name,)) for name in ("Lan", "Minh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 412)
    assert lost.json()["current"]["name"] == won.json()["device"]["name"]
    assert client.get(path("den-101")).json()["version"] == 2


@pytest.mark.usefixtures("world")
def test_a_code_that_is_taken_is_a_409(client: httpx.Client) -> None:
    register(client)
    told = problem(client.post(DEVICES, json=LAMP), 409, "code-taken")
    assert "den-101" in told["detail"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"latitude": 106.3, "longitude": 20.87}, "have probably changed places"),
        ({"latitude": None}, "Latitude and longitude go together"),
        ({"kind": "lamp"}, "There is no kind 'lamp'"),
        ({"hamlet": "thon-9"}, "There is no hamlet 'thon-9'; there are: thon-1, thon-2"),
        ({"tags": ["a", "a"]}, "A tag is given twice"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client: httpx.Client, members: dict[str, Any], words: str) -> None:
    told = problem(client.post(DEVICES, json=LAMP | members), 422, "not-registrable")
    assert words in told["detail"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "members",
    [{"code": "Đèn 1"}, {"state": "active"}, {"name": "a\x00b"}, {"height_m": 1e300}, {"surprise": 1}, {"tags": "a"}],
)
def test_a_member_of_the_wrong_form_is_named(client: httpx.Client, members: dict[str, Any]) -> None:
    told = problem(client.post(DEVICES, json=LAMP | members), 422, "invalid-parameter")
    assert next(iter(members)) in told["allowed"]


@pytest.mark.usefixtures("world")
def test_a_commune_or_device_that_is_not_there_is_a_404(client: httpx.Client) -> None:
    problem(client.post("/api/v1/communes/gia-lok/devices", json=LAMP), 404, "unknown-commune")
    for name in ("", "state", "replace"):
        body = {"state": "retired"} if name == "state" else {}
        method = "POST" if name else "PATCH"
        answer = client.request(method, path("den-9", *filter(None, [name])), json=body, headers={"If-Match": '"1"'})
        problem(answer, 404, "unknown-device")


@pytest.mark.usefixtures("world")
def test_a_device_is_led_through_its_life_and_a_senseless_step_is_refused_in_words(client: httpx.Client) -> None:
    answer = register(client, state="planned")
    told = problem(
        client.post(path("den-101", "state"), json={"state": "active"}, headers=match(answer)), 409, "state-refused"
    )
    assert told["detail"] == "The device is only planned; register it first."
    for state in ("registered", "maintenance", "active", "retired"):
        answer = client.post(path("den-101", "state"), json={"state": state, "note": "vì sao"}, headers=match(answer))
        assert answer.status_code == 200, answer.text
        assert answer.json()["device"]["lifecycle"] == state
    assert answer.json()["device"]["retired_at"] is not None
    assert answer.json()["device"]["may_become"] == []
    told = problem(
        client.post(path("den-101", "state"), json={"state": "active"}, headers=match(answer)), 409, "state-refused"
    )
    assert "at its end" in told["detail"]


def test_a_technician_registers_and_mends_and_an_operator_retires(world: World, address: str) -> None:
    with httpx.Client(base_url=address, timeout=30, headers=token(world.url, Role.TECHNICIAN)) as technician:
        answer = register(technician)
        answer = technician.post(path("den-101", "state"), json={"state": "maintenance"}, headers=match(answer))
        assert answer.status_code == 200
        refused = technician.post(path("den-101", "state"), json={"state": "retired"}, headers=match(answer))
        assert problem(refused, 403, "role-needed")["allowed"] == ["operator", "administrator"]
        renewed = technician.post(path("den-101", "replace"), json={"code": "den-102"}, headers=match(answer))
        problem(renewed, 403, "role-needed")
    with httpx.Client(base_url=address, timeout=30, headers=token(world.url, Role.OPERATOR)) as operator:
        retired = operator.post(path("den-101", "state"), json={"state": "retired"}, headers=match(answer))
        assert retired.status_code == 200
    with httpx.Client(base_url=address, timeout=30, headers=token(world.url, Role.VIEWER)) as viewer:
        problem(viewer.post(DEVICES, json=LAMP), 403, "role-needed")


def test_new_hardware_goes_on_under_the_old_code_with_the_history(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"temperature": 21.5})
    first = client.get(path("env-01"))
    same = client.post(path("env-01", "replace"), json={"note": "không ghi số máy"}, headers=match(first))
    problem(same, 422, "not-registrable")
    body = {"serial": "NEW-1", "model": "EM600", "note": "sét đánh"}
    swapped = client.post(path("env-01", "replace"), json=body, headers=match(first))
    assert swapped.status_code == 200, swapped.text
    assert swapped.json()["account"]["username"] == "gia-loc.env-01"
    device = swapped.json()["device"]
    assert (device["serial"], device["model"], device["lifecycle"]) == ("NEW-1", "EM600", "active")
    assert client.get(path("env-01", "latest")).json()["items"][0]["values"]["temperature"]["value"] == 21.5
    history = client.get(path("env-01", "history")).json()
    assert [link["code"] for link in history["chain"]] == ["env-01"]
    (swap,) = history["swaps"]
    assert (swap["before"]["serial"], swap["after"]["serial"], swap["note"]) == ("", "NEW-1", "sét đánh")
    assert swap["actor"].startswith("token:")


def test_a_new_device_takes_the_place_of_an_old_one_which_keeps_its_history(world: World, client: httpx.Client) -> None:
    old = world.device("env-01", name="Trạm UBND")
    world.send("env-01", {"temperature": 21.5})
    body = {"code": "env-02", "serial": "NEW-1", "note": "hỏng"}
    answer = client.post(path("env-01", "replace"), json=body, headers=match(client.get(path("env-01"))))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == path("env-02")
    device = answer.json()["device"]
    assert (device["replaces"], device["name"], device["hamlet"], device["lifecycle"], device["serial"]) == (
        "env-01", "Trạm UBND", "thon-1", "registered", "NEW-1",
    )  # fmt: skip
    before = client.get(path("env-01")).json()
    assert (before["replaced_by"], before["lifecycle"]) == ("env-02", "retired")
    assert client.get(path("env-01", "latest")).json()["items"]
    for code in ("env-01", "env-02"):
        chain = client.get(path(code, "history")).json()["chain"]
        assert [(link["code"], link["until"] is None) for link in chain] == [("env-01", False), ("env-02", True)]
        assert all(client.get(link["series"]).status_code == 200 for link in chain)
    again = client.post(
        path("env-01", "replace"), json={"code": "env-03"}, headers={"If-Match": f'"{before["version"]}"'}
    )
    assert "replaced by env-02" in problem(again, 409, "state-refused")["detail"]
    with closing(connect(world.url)) as connection:
        found = connection.execute("SELECT replaces_device_id FROM device WHERE code = 'env-02'").fetchone()
    assert found == (old,)


def test_a_replacement_that_is_refused_leaves_the_old_device_in_service(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.device("env-02")
    taken = client.post(path("env-01", "replace"), json={"code": "env-02"}, headers=match(client.get(path("env-01"))))
    problem(taken, 409, "code-taken")
    assert client.get(path("env-01")).json()["lifecycle"] == DeviceState.ACTIVE
    assert client.get(path("env-02")).json()["replaces"] is None


def test_an_api_that_may_only_read_says_so_and_what_to_do(world: World, administrator: dict[str, str]) -> None:
    with serve(create_app(world.url)) as address:
        answer = httpx.post(f"{address}{DEVICES}", json=LAMP, headers=administrator, timeout=30)
    assert "COMMUNE_DATABASE_REGISTRY_PASSWORD" in problem(answer, 403, "registry-read-only")["detail"]
