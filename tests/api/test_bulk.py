"""Many devices from a file over HTTP: a verdict for each row, all or none, progress, and the accounts told once."""

from __future__ import annotations

import base64
import io
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from api.app import create_app
from api.bulk import NDJSON
from devices.importing import parse_file
from devices.people import Role
from devices.registry import DeviceState
from storage.connect import connect
from tests.api.conftest import Clock, equipped, serve, until
from tests.api.world import COMMUNE, World, token

IMPORT = f"/api/v1/communes/{COMMUNE}/devices/import"
EXPORT = f"/api/v1/communes/{COMMUNE}/devices/export"
TEMPLATE = "/api/v1/devices/import-template"
CSV = "text/csv"
GOOD = "Mã;Loại;Tên;Toạ độ\nw-1;wifi;Điểm 1;20,87; 106,30\n".replace("20,87; 106,30", '"20,87; 106,30"')


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with a key for passwords and an address of the broker."""
    return equipped(database_url, clock)


def send(
    client: httpx.Client, content: bytes | str, status: int = 200, accept: str = "application/json", **params: Any
) -> dict[str, Any]:
    """Send a file; its name is not sent, and its type is only said."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post(IMPORT, content=data, params=params, headers={"Content-Type": CSV, "Accept": accept})
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return told


def registered(client: httpx.Client) -> int:
    (commune,) = client.get("/api/v1/communes").json()["items"]
    count: int = commune["devices"]
    return count


def lamps(count: int) -> str:
    return "mã,loại\n" + "".join(f"den-{n:04},lighting\n" for n in range(count))


def test_a_dry_run_judges_every_row_and_writes_nothing(world: World, client: httpx.Client) -> None:
    world.device("tram-1", name="Trạm 1")
    told = send(client, "mã,loại,tên,thôn\nw-1,wifi,,\ntram-1,environment,Trạm A,\nw-2,wify,,thôn 9\n", dry_run=True)
    counts = {name: told[name] for name in ("rows", "added", "changed", "unchanged", "refused", "done", "dry_run")}
    assert counts == {
        "rows": 3, "added": 1, "changed": 1, "unchanged": 0, "refused": 1, "done": False, "dry_run": True,
    }  # fmt: skip
    added, changed, refused = told["verdicts"]
    assert (added["line"], added["outcome"]) == (2, "added")
    assert changed["changes"] == [{"field": "name", "before": "Trạm 1", "after": "Trạm A"}]
    assert (refused["line"], refused["code"], refused["outcome"]) == (4, "w-2", "refused")
    assert [reason["en"] for reason in refused["reasons"]] == [
        "there is no kind 'wify'; the kinds are environment, water_level, irrigation, lighting, camera, loudspeaker, "
        "wifi, signal_probe, notice_board (did you mean wifi?)",
        "there is no hamlet 'thôn 9'; there are: thon-1 (Thôn 1), thon-2 (Thôn 2)",
    ]
    assert told["accounts"] == []
    assert registered(client) == 1


def test_an_import_tells_the_accounts_once_and_gives_them_as_files(world: World, client: httpx.Client) -> None:
    told = send(client, GOOD, sheets=True)
    assert (told["done"], told["added"]) == (True, 1)
    assert told["verdicts"][0]["hamlet"] == "thon-1"
    (account,) = told["accounts"]
    assert (account["username"], account["client_id"]) == ("gia-loc.w-1", "gia-loc.w-1")
    book, text = told["sheets"]
    assert (book["name"], text["name"]) == ("tai-khoan-gia-loc-2026-11-20.xlsx", "tai-khoan-gia-loc-2026-11-20.csv")
    cells = list(load_workbook(io.BytesIO(base64.b64decode(book["base64"]))).worksheets[0].values)[1]
    assert cells[3:] == (
        "Điểm 1", "mqtt.example", 1883, 8883, "gia-loc.w-1", "gia-loc.w-1", account["password"],
        "xa/gia-loc/wifi/w-1/telemetry",
    )  # fmt: skip
    assert account["password"] in base64.b64decode(text["base64"]).decode()
    with closing(connect(world.url)) as connection:
        ((sealed,),) = connection.execute("SELECT sealed_password FROM broker_account").fetchall()
        actors = connection.execute("SELECT DISTINCT actor FROM audit WHERE subject = 'gia-loc/w-1'").fetchall()
    assert bytes(sealed).decode() == account["password"]
    assert [actor.split(":")[0] for (actor,) in actors] == ["token"]
    again = send(client, GOOD, sheets=True)
    assert (again["done"], again["unchanged"], again["accounts"], again["sheets"]) == (True, 1, [], [])


@pytest.mark.usefixtures("world")
def test_one_bad_row_keeps_all_others_out(client: httpx.Client) -> None:
    told = send(client, "mã,loại\nw-1,wifi\nW 2,wifi\n")
    assert (told["done"], told["added"], told["refused"]) == (False, 1, 1)
    assert "(did you mean w-2?)" in told["verdicts"][1]["reasons"][0]["en"]
    assert registered(client) == 0


@pytest.mark.parametrize("accept", ["application/json", NDJSON])
def test_what_is_imported_is_what_was_tried(world: World, client: httpx.Client, accept: str) -> None:
    def confirm(tag: str) -> httpx.Response:
        headers = {"Content-Type": CSV, "Accept": accept, "If-Match": tag}
        return client.post(IMPORT, content="mã,loại,tên\ntram-1,environment,Tên mới\n".encode(), headers=headers)

    world.device("tram-1", name="Tên cũ")
    tried = send(client, "mã,loại,tên\ntram-1,environment,Tên mới\n", dry_run=True)
    with closing(connect(world.url)) as connection:
        connection.execute("UPDATE device SET name = 'Tên của người khác'")
        connection.commit()
    told = json.loads(confirm(tried["etag"]).text.splitlines()[-1])
    problem = told.get("problem", told)
    assert (problem["status"], problem["type"]) == (412, "/api/v1/problems/outdated")
    again = send(client, "mã,loại,tên\ntram-1,environment,Tên mới\n", dry_run=True)
    assert again["etag"] != tried["etag"]
    told = json.loads(confirm(again["etag"]).text.splitlines()[-1])
    assert told.get("report", told)["done"]


@pytest.mark.usefixtures("world")
def test_a_row_of_another_commune_is_refused(client: httpx.Client) -> None:
    told = send(client, "mã xã,mã,loại\nvo-nhai,w-1,wifi\n,w-2,wifi\n")
    assert told["verdicts"][0]["reasons"][0]["en"] == ("this row is of commune 'vo-nhai'; the import is into gia-loc")
    assert told["verdicts"][1]["outcome"] == "added"


@pytest.mark.usefixtures("world")
def test_progress_comes_in_lines_and_the_answer_last(client: httpx.Client) -> None:
    with client.stream(
        "POST", IMPORT, content=lamps(1000).encode(), headers={"Content-Type": CSV, "Accept": NDJSON}
    ) as answer:
        assert answer.headers["content-type"].startswith(NDJSON)
        lines = [json.loads(line) for line in answer.iter_lines()]
    through = [line["through"] for line in lines[:-1]]
    assert through == sorted(through)
    assert (through[-1], lines[0]["rows"]) == (1000, 1000)
    assert len(set(through)) > 3
    assert (lines[-1]["report"]["done"], len(lines[-1]["report"]["accounts"])) == (True, 1000)


def test_one_who_leaves_in_the_middle_has_imported_nothing(world: World, client: httpx.Client, address: str) -> None:
    parts = urlsplit(address)
    body = lamps(3000).encode()
    head = (
        f"POST {IMPORT} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {CSV}\r\nAccept: {NDJSON}\r\n"
        f"Authorization: {client.headers['authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with closing(connect(world.url)) as holder:
        # The import waits for the registry, so that it is surely under way when its caller leaves.
        holder.execute("SELECT pg_advisory_xact_lock(hashtext('commune'), hashtext('registry'))")
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall(head.encode() + body)
            assert connection.recv(15).startswith(b"HTTP/1.1 200 OK")
    until(lambda: send(client, lamps(1), dry_run=True)["added"] == 1, "the end of the import")
    assert registered(client) == 0


@pytest.mark.usefixtures("world")
def test_a_failure_after_the_first_line_is_a_problem_in_the_last(
    app: FastAPI, address: str, administrator: dict[str, str]
) -> None:
    with httpx.Client(base_url=address, timeout=60, headers=administrator) as client:
        told = send(client, GOOD, accept=NDJSON)
        assert told["report"]["done"]
        app.state.context.registrar.close()
        problem = send(client, GOOD, accept=NDJSON)["problem"]
    assert (problem["status"], problem["type"]) == (503, "/api/v1/problems/database-unavailable")
    assert problem["reason"]["vi"].startswith("Chưa ghi được gì")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Missing columns: code, kind."),
        (b"ten,ghi chu\nA,B\n", "Missing columns: code, kind."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "An old .xls file, or one with a password"),
        (b"PK\x03\x04", "The spreadsheet is broken or no .xlsx"),
        ("Tr¹m ®Çu lµng".encode("latin-1"), "The encoding of the file cannot be known"),
        ("mã,loại\n".encode(), "There is no device below the header."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(client: httpx.Client, content: bytes, said: str) -> None:
    problem = send(client, content, status=422)
    assert problem["type"] == "/api/v1/problems/unreadable-file"
    assert problem["detail"].startswith(said)
    assert problem["allowed"] == f"{TEMPLATE}?format=xlsx"


@pytest.mark.usefixtures("world")
def test_what_is_no_file_of_devices_or_too_large_is_refused_unread(client: httpx.Client) -> None:
    answer = client.post(IMPORT, content=b"x", headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["type"]) == (415, "/api/v1/problems/not-a-device-file")
    answer = client.post(IMPORT, content=b"x" * (8 * 1024 * 1024 + 1), headers={"Content-Type": CSV})
    assert (answer.status_code, answer.json()["type"]) == (413, "/api/v1/problems/too-large")


@pytest.mark.usefixtures("world")
def test_a_commune_that_there_is_not_is_named(client: httpx.Client) -> None:
    for answer in (
        client.post(IMPORT.replace(COMMUNE, "gia-lok"), content=GOOD.encode(), headers={"Content-Type": CSV}),
        client.get(EXPORT.replace(COMMUNE, "gia-lok")),
        client.get(TEMPLATE, params={"commune": "gia-lok"}),
    ):
        assert (answer.status_code, answer.json()["did_you_mean"]) == (404, [COMMUNE])


def test_only_an_operator_imports_and_a_technician_takes_files_along(world: World, stranger: httpx.Client) -> None:
    technician = token(world.url, Role.TECHNICIAN)
    answer = stranger.post(IMPORT, content=GOOD.encode(), headers={"Content-Type": CSV, **technician})
    assert answer.status_code == 403
    assert stranger.get(EXPORT, headers=technician).status_code == 200
    assert stranger.get(TEMPLATE, headers=technician).status_code == 200
    operator = token(world.url, Role.OPERATOR)
    answer = stranger.post(IMPORT, content=GOOD.encode(), headers={"Content-Type": CSV, **operator})
    assert answer.json()["done"]


@pytest.fixture
def fleet(world: World) -> Iterator[World]:
    """Devices of several kinds and states, one of them with a name that is a formula."""
    world.device("tram-1", name="=1+1", place=(20.87123456789, 106.3), state=DeviceState.ACTIVE)
    world.device("cam-1", "camera", name="Camera ngã ba, “chợ”", state=DeviceState.MAINTENANCE, hamlet=None, place=None)
    world.device("loa-1", "loudspeaker", state=DeviceState.RETIRED)
    world.device("den-1", "lighting", state=DeviceState.PLANNED)
    yield world


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_importing_an_export_again_changes_nothing(client: httpx.Client, form: str) -> None:
    answer = client.get(EXPORT, params={"format": form})
    assert answer.headers["content-disposition"] == f'attachment; filename="thiet-bi-gia-loc-2026-11-20.{form}"'
    told = send(client, answer.content)
    assert (told["done"], told["unchanged"], told["unused_columns"]) == (True, 4, [])
    assert told["warned"] == 0


@pytest.mark.usefixtures("world")
def test_a_template_of_a_commune_has_its_hamlets(client: httpx.Client) -> None:
    answer = client.get(TEMPLATE, params={"commune": COMMUNE})
    assert answer.headers["content-disposition"] == 'attachment; filename="mau-thiet-bi-gia-loc.xlsx"'
    lists = load_workbook(io.BytesIO(answer.content)).worksheets[3]
    assert [cell.value for cell in lists["C"]][1:3] == ["Thôn 1", "Thôn 2"]
    examples = parse_file(client.get(TEMPLATE, params={"format": "csv"}).content)
    assert all("example of the template" in row.faults[0].en for row in examples.rows)


def test_an_api_that_may_only_read_says_so(world: World) -> None:
    app = create_app(world.url, pool_connections=2)
    with serve(app) as address, httpx.Client(base_url=address, timeout=30, headers=token(world.url)) as client:
        assert send(client, GOOD, status=403)["type"] == "/api/v1/problems/registry-read-only"
        assert client.get(EXPORT).status_code == 200
