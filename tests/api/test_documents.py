"""Documents over HTTP: every figure is that of the report routes, in every form."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import docx
import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from pypdf import PdfReader

from devices import profiles
from devices.model import Text
from devices.people import Role
from reports.documents.make import Form
from reports.documents.words import write_number, write_share
from storage.alert_desk import AlertOverride, put_override
from storage.alerts import About, close_alert, open_alert
from storage.connect import connect
from storage.profiles import put_profile
from tests.api.browsing import watch
from tests.api.world import COMMUNE, World, token

MIDNIGHT = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""19 November 2026, 00:00 in UTC+7: the day before that of the API's clock."""
DAY = "2026-11-19"
KINDS = ("environment", "operations", "coverage", "targets")


def hourly(world: World, code: str, readings: list[dict[str, Any]]) -> None:
    """One reading at the beginning of each hour of the day, received at once."""
    moments = [MIDNIGHT + timedelta(hours=hour) for hour in range(len(readings))]
    world.write(
        *(
            world.message(code, {"ts": at.isoformat(), **members}, at + timedelta(seconds=2))
            for at, members in zip(moments, readings, strict=True)
        )
    )


@pytest.fixture(scope="module")
def village(module_world: World) -> World:
    """A day of a commune with something of everything, and its plan."""
    world = module_world
    for code, kind in (
        ("env-001", "environment"), ("mn-001", "water_level"), ("tt-001", "irrigation"), ("den-001", "lighting"),
        ("cam-001", "camera"), ("song-001", "signal_probe"),
    ):  # fmt: skip
        world.device(code, kind, interval_seconds=3600, name=f"Thiết bị Ổ Gà {code}")
    air = {"pm10": 160, "pm25": 20, "no2": 20, "temperature": 25, "rainfall": 2.5}
    hourly(
        world, "env-001", [air | {"no2": 210 if hour == 9 else 20, "temperature": 20 + hour % 9} for hour in range(24)]
    )
    hourly(world, "mn-001", [{"level": 100 + 10 * hour, "rainfall": 1} for hour in range(24)])
    hourly(world, "tt-001", [{"zone": "z1", "soil_moisture": 22, "water_total": hour} for hour in range(24)])
    lit = [hour < 6 or hour >= 18 for hour in range(24)]
    hourly(world, "den-001", [{"lamp_on": on, "energy_total": 50 + 0.1 * hour} for hour, on in enumerate(lit)])
    hourly(world, "cam-001", [{"recording": hour < 18, "signal_loss": False, "tamper": False} for hour in range(24)])
    probe = {
        "operator": "452-04", "technology": "NR_SA", "surroundings": "outdoor", "gnss_accuracy": 5, "speed": 0,
        "ss_rsrp": -85, "ss_sinr": 12, "download": 150, "upload": 40, "latency": 20, "access_ok": True,
    }  # fmt: skip
    hourly(world, "song-001", [probe | {"latitude": 20.87 + hour / 4000, "longitude": 106.3} for hour in range(24)])
    with closing(connect(world.url, autocommit=True)) as connection:
        put_override(connection, AlertOverride("flood_level_1", COMMUNE, device="mn-001", threshold=300.0))
        put_profile(connection, tomllib.loads(profiles.texts("gia-loc")[0]))
        subject, about = f"{COMMUNE}/env-001", About("warning", device_id=world.numbers["env-001"])
        open_alert(connection, "device_offline", subject, MIDNIGHT + timedelta(hours=2), Text("mất", "lost"), about)
        close_alert(connection, "device_offline", subject, MIDNIGHT + timedelta(hours=5))
    return world


@pytest.fixture(scope="module")
def client(module_client: httpx.Client, village: World) -> Iterator[httpx.Client]:
    """A viewer of the village."""
    module_client.headers.update(token(village.url, Role.VIEWER))
    yield module_client


def get(client: httpx.Client, kind: str, form: str, period: str = DAY, commune: str = COMMUNE) -> httpx.Response:
    return client.get(f"/api/v1/documents/{kind}.{form}", params={"commune": commune, "period": period})


@pytest.fixture(scope="module")
def documents(client: httpx.Client) -> dict[str, Any]:
    """Every document as JSON, by its kind."""
    answers = {kind: get(client, kind, "json") for kind in KINDS}
    assert [answer.text for answer in answers.values() if answer.status_code != 200] == []
    return {kind: answer.json() for kind, answer in answers.items()}


def text_of(form: str, content: bytes) -> str:
    """Everything that a file says."""
    if form == "pdf":
        return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)
    if form == "xlsx":
        book = load_workbook(io.BytesIO(content))
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    file = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)


@pytest.mark.parametrize("kind", ["environment", "operations"])
def test_the_reports_behind_a_document_are_what_their_routes_answer(
    client: httpx.Client, documents: dict[str, Any], kind: str
) -> None:
    sources = documents[kind]["reports"]
    assert len(sources) >= 8
    for name, source in sources.items():
        answer = client.get(source["address"]).json()
        if name == "ledger":
            assert {key: answer["totals"][key] for key in source["totals"]} == source["totals"]
        else:
            assert source["report"]["items"], name
            assert source["report"] | {"at": None} == answer | {"at": None}, name


def test_the_coverage_of_a_document_is_what_its_routes_answer(client: httpx.Client, documents: dict[str, Any]) -> None:
    for name, source in documents["coverage"]["reports"].items():
        answer = client.get(source["address"]).json()
        assert {key: answer[key] for key in source["report"]} == source["report"], name


def test_the_targets_of_a_period_that_runs_are_those_that_their_route_answers(client: httpx.Client) -> None:
    report = get(client, "targets", "json", period="2026-11").json()["reports"]["targets"]["report"]
    answer = client.get(f"/api/v1/communes/{COMMUNE}/targets").json()
    for part in ("targets", "national", "counts"):
        assert report[part] == answer[part], part


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx"])
def test_the_figures_of_the_environment_stand_in_every_form(
    client: httpx.Client, documents: dict[str, Any], form: str
) -> None:
    told = documents["environment"]
    figures = {name: figure["value"] for name, figure in told["figures"].items()}
    assert (figures["air_worst_index"], figures["air_days_poor"], figures["air_exceedances"]) == (105, 1, 2)
    (rain,) = (item for item in told["reports"]["rain"]["report"]["items"] if item["device"] == "env-001")
    (water,) = told["reports"]["water"]["report"]["items"]
    values = {name: figure["value"] for name, figure in water["figures"].items()}
    assert (values["level_highest"], values["alarm_1"], values["hours_alarm_1"]) == (330, 300, 4)
    assert rain["figures"]["rain_total"]["value"] == figures["rain_rain_total"] == 60
    text = text_of(form, get(client, "environment", form).content)
    wanted: list[object] = [105, 60, 330, 300] if form == "xlsx" else ["105", "60,0", "330,0", "300"]
    for value in (*wanted, "Thiết bị Ổ Gà env-001", "VN_AQI", "trung bình 24 giờ"):
        assert str(value) in text, value


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_figures_of_operations_stand_in_every_form(
    client: httpx.Client, documents: dict[str, Any], form: str
) -> None:
    told = documents["operations"]
    figures = {name: figure["value"] for name, figure in told["figures"].items()}
    assert (figures["devices"], figures["devices_heard"], figures["availability_camera"]) == (6, 6, 0.75)
    assert figures["lighting_energy"] == pytest.approx(2.3)
    assert figures["ledger_received"] == 24 * 6
    assert figures["ledger_difference"] == 0
    text = text_of(form, get(client, "operations", form).content)
    for value in (
        write_share(figures["availability_camera"]),
        write_share(figures["quality_score"]),
        f"{write_number(figures['lighting_energy'], 1)} kWh",
        "nhận 144 bản tin",
        "sổ khớp, không mất bản tin nào",
    ):
        assert value in text, value


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_figures_of_coverage_stand_in_every_form(
    client: httpx.Client, documents: dict[str, Any], form: str
) -> None:
    told = documents["coverage"]
    main, figures = told["reports"]["5g"]["report"], told["figures"]
    assert main["samples"]["received"] == figures["samples_received"]["value"] == 24
    for share in ("lower", "upper"):
        assert main["area"][share] == figures[f"area_{share}"]["value"]
    assert {"4g", "any", "indoor", "good", "service", "operator_452-04"} <= told["reports"].keys()
    text = text_of(form, get(client, "coverage", form).content)
    interval = f"{write_share(main['area']['interval']['low'])} – {write_share(main['area']['interval']['high'])}"
    for value in ("nhận 24 mẫu đo", interval, "CHƯA ĐỦ CĂN CỨ", "Viettel (452-04)", "QCVN 126:2021/BTTTT"):
        assert value in text, value


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_every_target_of_the_plan_stands_in_the_document_with_its_verdict(
    client: httpx.Client, documents: dict[str, Any], form: str
) -> None:
    told = documents["targets"]
    report = told["reports"]["targets"]["report"]
    plan = profiles.load("gia-loc")
    assert [target["id"] for target in report["targets"]] == [target.id for target in plan.targets]
    text = " ".join(text_of(form, get(client, "targets", form).content).split())
    counts = ", ".join(f"{told['figures'][f'count_{name}']['value']}" for name in report["counts"])
    assert counts.split(", ") == [str(count) for count in report["counts"].values()]
    for target in report["targets"]:
        assert told["figures"][f"gia-loc_{target['id']}"]["value"] == target["value"]
        assert told["figures"][f"gia-loc_{target['id']}_verdict"]["value"] == target["verdict"]["vi"]
        assert target["verdict"]["vi"] in text


def test_a_workbook_holds_every_row_behind_the_figures(client: httpx.Client, documents: dict[str, Any]) -> None:
    told = documents["environment"]["reports"]
    book = load_workbook(io.BytesIO(get(client, "environment", "xlsx").content))
    for sheet, name, figures in (
        ("Dữ liệu VN_AQI", "air", ("vn_aqi", "aqi_pm10")),
        ("Dữ liệu mực nước", "water", ("level_mean", "level_highest")),
        ("Dữ liệu tưới", "irrigation", ("etc", "need")),
    ):
        rows = [[cell.value for cell in row] for row in book[sheet].iter_rows(min_row=3)]
        for row, item in zip(rows, told[name]["report"]["items"], strict=True):
            assert item["device"] in row
            for figure in figures:
                assert item["figures"][figure]["value"] in row


@pytest.mark.parametrize(
    ("kind", "form"),
    [("environment", "docx"), ("environment", "pdf"), ("operations", "xlsx"), ("coverage", "pdf"), ("targets", "docx")],
)
def test_the_same_data_are_the_same_bytes(client: httpx.Client, kind: str, form: str) -> None:
    first, second = get(client, kind, form), get(client, kind, form)
    assert first.status_code == 200, first.text
    assert first.content == second.content
    assert first.headers["content-disposition"] == f'attachment; filename="bao-cao-{kind}-{COMMUNE}-{DAY}.{form}"'
    assert first.headers["content-type"] == Form(form).media_type


@pytest.mark.parametrize(
    ("kind", "form", "period", "commune", "status", "type_", "words"),
    [
        ("weather", "pdf", DAY, COMMUNE, 404, "unknown-document", "weather"),
        ("environment", "odt", DAY, COMMUNE, 404, "unknown-document", "environment.odt"),
        ("environment", "pdf", DAY, "no-where", 404, "unknown-commune", "no-where"),
        ("environment", "pdf", "2026-13", COMMUNE, 422, "bad-range", "is not a period"),
        ("environment", "pdf", "2027", COMMUNE, 422, "bad-range", "has not begun"),
    ],
)
def test_a_wrong_question_is_answered_in_words(
    client: httpx.Client, kind: str, form: str, period: str, commune: str, status: int, type_: str, words: str
) -> None:
    answer = get(client, kind, form, period, commune)
    assert answer.status_code == status
    assert answer.json()["type"] == f"/api/v1/problems/{type_}"
    assert words in answer.json()["detail"]


def test_a_commune_without_anything_has_documents_that_say_so(client: httpx.Client, village: World) -> None:
    village.commune("xa-moi")
    for kind, words in (("environment", "không có trạm quan trắc"), ("operations", "không có thiết bị nào")):
        assert words in text_of("docx", get(client, kind, "docx", commune="xa-moi").content)
    assert get(client, "targets", "docx", commune="xa-moi").json()["type"].endswith("/no-plan")
    coverage = text_of("docx", get(client, "coverage", "docx", commune="xa-moi").content)
    assert "Chưa ô lưới nào đủ mẫu để kết luận." in coverage
    assert "chưa có chỉ tiêu phủ sóng nào" in coverage


def test_a_report_is_a_page_too_with_its_files(client: httpx.Client, village: World, chromium: Browser) -> None:
    address = str(client.base_url).rstrip("/")
    watched = watch(chromium, address, token(village.url, Role.VIEWER), width=390, height=844)
    page = watched.open("/reports")
    page.locator("#kind").select_option("operations")
    page.locator("[name=period]").fill(DAY)
    page.get_by_role("button", name="Lập báo cáo").click()
    page.wait_for_url("**/reports/operations?*")
    assert "Kết quả vận hành hệ thống" in page.locator(".doc-title").inner_text()
    assert page.locator("figure img").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as download:
        page.get_by_role("link", name="Word (DOCX)").click()
    assert download.value.suggested_filename == f"bao-cao-operations-{COMMUNE}-{DAY}.docx"
    watched.open("/reports/environment?commune=gia-loc&period=2026-13&lang=en")
    assert "is not a period" in page.get_by_role("alert").inner_text()
    page.context.close()
    assert watched.strangers == []
    assert [one for one in watched.complaints if "422" not in one] == []
