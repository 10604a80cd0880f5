"""Alerts through the API: looked through, taken on, silenced, talked about; rules set otherwise for a place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from alerts.outbox import send_due
from devices.model import Text
from devices.people import Role
from storage.alerts import About, close_alert, open_alert
from storage.connect import Session, connect
from tests.api.world import NOW, World, token

PATH = "/api/v1/alerts"
OVERRIDES = "/api/v1/alert-overrides"
UNDO = "/api/v1/alert-rules/undo"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        yield session


def opened(session: Session, kind: str = "device_offline", subject: str = "gia-loc/d-1", **about: Any) -> int:
    """Open an alert; returns its number."""
    open_alert(session, kind, subject, NOW, Text("mất liên lạc", "silent"), About(**about))
    row = session.execute("SELECT max(alert_id) FROM alert").fetchone()
    assert row is not None
    return int(row[0])


def events(session: Session) -> list[str]:
    return [event for (event,) in session.execute("SELECT event FROM alert_event ORDER BY alert_event_id")]


def until(hours: float) -> str:
    """So long after now; the silence of the database is by its own clock."""
    return (NOW + timedelta(hours=hours)).isoformat()


def test_alerts_are_listed_newest_first_and_paged(client: httpx.Client, world: World, session: Session) -> None:
    numbers = [opened(session, subject=f"gia-loc/d-{number}", commune="gia-loc") for number in range(5)]
    seen: list[int] = []
    page = client.get(PATH, params={"limit": 2}).json()
    while True:
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        page = client.get(PATH, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert seen == numbers[::-1]
    first = client.get(PATH).json()["items"][0]
    assert first["title"] == {"vi": "Thiết bị mất liên lạc", "en": "Device offline"}
    assert (first["state"], first["commune"], first["rule"]) == ("open", "gia-loc", "device_offline")


def test_alerts_are_found_by_state_rule_gravity_and_member(
    client: httpx.Client, world: World, session: Session
) -> None:
    one = opened(session, severity="warning")
    cut = opened(session, "place_silent", "gia-loc/hamlet:thon-1", members=("gia-loc/d-7", "gia-loc/d-8"))
    over = opened(session, "broker_drop", "b:1")
    close_alert(session, "broker_drop", "b:1", NOW + timedelta(hours=1))
    client.post(f"{PATH}/{cut}/acknowledge", json={})

    def found(**wanted: str) -> list[int]:
        return [item["id"] for item in client.get(PATH, params=wanted).json()["items"]]

    assert found(state="open") == [one]
    assert found(state="acknowledged") == [cut] == found(subject="gia-loc/d-7") == found(rule="place_silent")
    assert found(state="resolved") == [over]
    assert found(severity="warning") == [one]
    assert found(commune="gia-loc") == []


def test_the_first_who_acknowledges_stands(
    client: httpx.Client, address: str, database_url: str, world: World, session: Session
) -> None:
    number = opened(session)
    first = client.post(f"{PATH}/{number}/acknowledge", json={}).json()
    with httpx.Client(base_url=address, headers=token(database_url, Role.OPERATOR)) as other:
        second = other.post(f"{PATH}/{number}/acknowledge", json={}).json()
    assert first == second
    assert first["state"] == "acknowledged" and first["acknowledged_by"].startswith("token:")
    assert events(session) == ["opened", "acknowledged"]
    (entry,) = client.get("/api/v1/audit", params={"subject_kind": "alert"}).json()["items"]
    assert (entry["subject"], entry["actor"]) == (str(number), first["acknowledged_by"])


def test_a_silence_collides_with_what_another_did_first(client: httpx.Client, world: World, session: Session) -> None:
    number = opened(session)
    tag = client.get(f"{PATH}/{number}").headers["ETag"]
    assert client.post(f"{PATH}/{number}/silence", json={"until": until(2)}).status_code == 428
    client.post(f"{PATH}/{number}/acknowledge", json={})
    late = client.post(f"{PATH}/{number}/silence", json={"until": until(2)}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.json()["current"]["state"] == "acknowledged"
    answer = client.post(
        f"{PATH}/{number}/silence", json={"until": until(2)}, headers={"If-Match": late.headers["ETag"]}
    )
    assert answer.json()["state"] == "silenced"
    again = client.post(f"{PATH}/{number}/silence", json={"until": None}, headers={"If-Match": answer.headers["ETag"]})
    assert (again.json()["state"], again.json()["silenced_by"]) == ("acknowledged", None)


def test_what_opens_again_during_a_silence_is_silent_too(world: World, session: Session) -> None:
    opened(session)
    session.execute("UPDATE alert SET silenced_until = now() + interval '1 hour', silenced_by = 'person:lan'")
    close_alert(session, "device_offline", "gia-loc/d-1", NOW + timedelta(minutes=1))
    opened(session)
    opened(session, subject="gia-loc/d-2")
    silenced = session.execute("SELECT silenced_by FROM alert ORDER BY alert_id").fetchall()
    assert silenced == [("person:lan",), ("person:lan",), (None,)]
    assert events(session) == ["opened", "opened"], "the first, and that of the other device"


def test_what_opened_during_a_silence_and_lasts_is_told_once_after_it(world: World, session: Session) -> None:
    opened(session)
    session.execute("UPDATE alert SET silenced_until = now() + interval '1 hour', silenced_by = 'person:lan'")
    close_alert(session, "device_offline", "gia-loc/d-1", NOW + timedelta(minutes=1))
    number = opened(session)
    send_due(session, [], lambda: NOW)
    assert events(session) == ["opened"], "the silence lasts"
    session.execute("UPDATE alert SET silenced_until = now() - interval '1 second'")
    for _ in range(2):
        send_due(session, [], lambda: NOW)
    told = session.execute("SELECT alert_id FROM alert_event ORDER BY alert_event_id").fetchall()
    assert told == [(number - 1,), (number,)]


def test_a_silence_that_is_lifted_is_over_for_what_opens_again_too(
    client: httpx.Client, world: World, session: Session
) -> None:
    def silenced(number: int, moment: str | None) -> None:
        tag = client.get(f"{PATH}/{number}").headers["ETag"]
        answer = client.post(f"{PATH}/{number}/silence", json={"until": moment}, headers={"If-Match": tag})
        assert answer.status_code == 200

    silenced(opened(session), until(24 * 30))
    session.execute("UPDATE alert SET silenced_until = now() + interval '1 hour'")
    close_alert(session, "device_offline", "gia-loc/d-1", NOW + timedelta(minutes=1))
    silenced(opened(session), None)
    close_alert(session, "device_offline", "gia-loc/d-1", NOW + timedelta(minutes=2))
    third = opened(session)
    assert client.get(f"{PATH}/{third}").json()["silenced_by"] is None


@pytest.mark.parametrize("moment", ["2026-11-20T12:00:00", until(-1), until(24 * 32)])
def test_a_silence_ends_within_a_month(client: httpx.Client, world: World, session: Session, moment: str) -> None:
    number = opened(session)
    answer = client.post(f"{PATH}/{number}/silence", json={"until": moment}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-parameter")


def test_what_is_said_of_an_alert_is_kept_with_it(client: httpx.Client, world: World, session: Session) -> None:
    number = opened(session)
    answer = client.post(f"{PATH}/{number}/comments", json={"text": " Đã gọi điện lực. "})
    assert answer.status_code == 201
    (comment,) = client.get(f"{PATH}/{number}").json()["comments"]
    assert comment["text"] == "Đã gọi điện lực." and comment["author"].startswith("token:")
    assert datetime.fromisoformat(comment["at"]) == NOW


def test_an_alert_that_is_not_there_is_said_so(client: httpx.Client, world: World) -> None:
    for answer in (client.get(f"{PATH}/9"), client.post(f"{PATH}/9/acknowledge", json={})):
        assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems/unknown-alert")


def test_a_viewer_reads_and_changes_nothing(address: str, database_url: str, world: World, session: Session) -> None:
    number = opened(session)
    with httpx.Client(base_url=address, headers=token(database_url, Role.VIEWER)) as viewer:
        assert viewer.get(f"{PATH}/{number}").status_code == 200
        assert viewer.get("/api/v1/alert-rules").status_code == 200
        assert viewer.post(f"{PATH}/{number}/acknowledge", json={}).status_code == 403
        assert viewer.put(OVERRIDES, json={"rule": "battery_low", "commune": "gia-loc"}).status_code == 403


def test_a_rule_is_set_otherwise_for_a_device_and_back(client: httpx.Client, world: World) -> None:
    world.device("wl-001", "water_level")
    asked = {"rule": "flood_level_1", "commune": "gia-loc", "device": "wl-001", "threshold": 150.0}
    first = client.put(OVERRIDES, json=asked)
    again = client.put(OVERRIDES, json=asked | {"threshold": 160.0})
    assert (first.status_code, first.json()["id"]) == (200, again.json()["id"])
    (item,) = client.get(OVERRIDES).json()["items"]
    assert item == asked | {"id": item["id"], "threshold": 160.0, "hamlet": None, "enabled": True} | {
        "margin": None,
        "hold_seconds": None,
    }
    changes = client.get("/api/v1/audit", params={"subject_kind": "alert_override"}).json()["items"]
    assert [entry["subject"] for entry in changes] == ["flood_level_1 gia-loc/wl-001"] * 2
    assert client.delete(f"{OVERRIDES}/{item['id']}").status_code == 204
    assert client.delete(f"{OVERRIDES}/{item['id']}").status_code == 404


def test_the_last_change_of_a_setting_is_taken_back(client: httpx.Client, world: World) -> None:
    world.device("wl-001", "water_level")
    place = {"rule": "flood_level_1", "commune": "gia-loc", "device": "wl-001"}
    assert client.post(UNDO, json=place).status_code == 404
    for level in (150.0, 160.0):
        client.put(OVERRIDES, json=place | {"threshold": level})
    undone = client.post(UNDO, json=place)
    assert (undone.status_code, undone.json()["override"]["threshold"]) == (200, 150.0)
    (item,) = client.get(OVERRIDES).json()["items"]
    client.delete(f"{OVERRIDES}/{item['id']}")
    assert client.post(UNDO, json=place).json()["override"]["threshold"] == 150.0
    assert client.post(UNDO, json=place).json() == {"override": None}


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"rule": "flood_level_9"}, 422),
        ({"rule": "broker_drop"}, 422),
        ({"commune": "nowhere"}, 404),
        ({"hamlet": "thon-9"}, 404),
        ({"device": "wl-999"}, 404),
        ({"hamlet": "thon-1", "device": "wl-001"}, 422),
        ({"margin": -1}, 422),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    client: httpx.Client, world: World, members: dict[str, Any], status: int
) -> None:
    answer = client.put(OVERRIDES, json={"rule": "flood_level_1", "commune": "gia-loc"} | members)
    assert answer.status_code == status, answer.text
