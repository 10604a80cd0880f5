"""`commune profile`, `commune declare` and `commune targets` on one sample commune, as an official uses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box
from typer.testing import CliRunner, Result

from commune.cli import app
from storage.connect import connect
from storage.profiles import read_profile
from tests.devices.boundaries.files import PRJ, TM_HAI_PHONG, moved, shape_parts, zipped

HEAD = "Thôn;Nhà mạng;Số hộ có khả năng;Tổng số hộ\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def registered(module_database_url: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMMUNE_DATABASE_URL", module_database_url)
        for code in ("gia-loc", "vo-nhai"):
            assert run("profile", "apply", code, "--sample").exit_code == 0
        yield module_database_url


@pytest.fixture(autouse=True)
def database(registered: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COMMUNE_DATABASE_URL", registered)
    return registered


def target(report: dict[str, Any], id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["targets"] if one["id"] == id_)
    return found


def test_profiles_are_listed_with_what_applies() -> None:
    rows = {row["code"]: row for row in told("profile", "list")}
    assert rows["gia-loc"]["applied_at"] and rows["gia-loc"]["places_are_sample"]
    assert rows["tinh-thai-nguyen"]["applied_at"] is None and rows["tinh-thai-nguyen"]["shipped"]
    assert "đang áp dụng / applies, địa giới mẫu" in run("profile", "list").stdout


def test_a_profile_shows_each_target_with_its_document() -> None:
    text = run("profile", "show", "vo-nhai").stdout
    assert "≤ 0   2030-12-31  Không còn điểm lõm sóng" in text
    assert "Kế hoạch 17/KH-UBND, nhiệm vụ 26 (UBND xã Võ Nhai" in text
    shown = told("profile", "show", "tan-ky")
    assert [one["id"] for one in shown["targets"]] == ["public-devices", "data-quality"]
    assert run("profile", "show", "nowhere").exit_code == 1


def test_a_plan_of_ones_own_applies_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tinh.toml"
    file.write_text(
        'code = "tinh-x"\nlevel = "province"\nname = "Tỉnh X"\nprovince = "X"\n[sources.a]\ndocument = "CT 1"\n'
        '[[target]]\nid = "5g"\ntitle = { vi = "Phủ sóng", en = "Coverage" }\nindicator = "coverage"\n'
        'generations = ["5G"]\nthreshold = 90\nsource = "a"\n',
        encoding="utf-8",
    )
    assert run("profile", "apply", str(file)).exit_code == 0
    (report,) = told("targets", "--province", "tinh-x")
    assert report["targets"][0]["reason"]["en"].endswith("no commune of the province is registered")
    file.write_text("code = 7", encoding="utf-8")
    assert "profile, code" in run("profile", "apply", str(file)).stderr


def test_a_commune_that_is_not_registered_needs_a_word_for_its_made_up_places() -> None:
    result = run("profile", "apply", "tan-ky")
    assert result.exit_code == 1 and "communes add" in result.stderr


def test_official_hamlets_in_metres_are_tried_first_and_taken_over_when_told_to(tmp_path: Path, database: str) -> None:
    don_thu, moi = box(106.3064, 20.8517, 106.3168, 20.8689), box(106.33, 20.85, 106.335, 20.855)
    known = ({"ten": "Thôn Đôn Thư", "dan_so": 2900}, moved(don_thu, TM_HAI_PHONG))
    parts = shape_parts([known, ({"ten": "Xóm Mới", "dan_so": 90}, moved(moi, TM_HAI_PHONG))], prj=PRJ)
    file = tmp_path / "thon.zip"
    file.write_bytes(zipped(parts)["thon.zip"])
    words = ("profile", "import", str(file), "--commune", "gia-loc", "--source", "Sở NNMT")
    tried = run(*words)
    assert tried.exit_code == 1
    assert "[LỖI] Xóm Mới: 100,0 % (" in tried.stdout
    file.write_bytes(zipped(shape_parts([known], prj=PRJ))["thon.zip"])
    dry = told(*words, "--layer", "hamlet")
    assert (dry["accepted"], dry["written"], dry["given"]) == (True, False, {"hamlet": 1})
    assert people_of(database) == 2870
    assert told(*words, "--layer", "hamlet", "--apply")["written"]
    assert people_of(database) == 2900
    for name, data in parts.items():
        (tmp_path / name.upper()).write_bytes(data)
    assert "shapefile, VN-2000 / TM-3 105-45" in run(*words[:2], str(tmp_path / "THON.SHP"), *words[3:]).stdout


def people_of(database: str) -> int | None:
    with closing(connect(database)) as session:
        profile = read_profile(session, "gia-loc")
    assert profile is not None
    return next(hamlet.population for hamlet in profile.places.hamlets if hamlet.code == "don-thu")


def test_an_import_for_a_commune_without_a_plan_or_of_no_file_is_refused(tmp_path: Path) -> None:
    missing = run("profile", "import", str(tmp_path / "a.kml"), "--commune", "gia-loc")
    assert missing.exit_code == 1 and "cannot be read" in missing.stderr
    nowhere = run("profile", "import", str(tmp_path / "a.kml"), "--commune", "nowhere")
    assert nowhere.exit_code == 1 and "profile apply" in nowhere.stderr


def test_places_are_checked_as_they_are_registered() -> None:
    assert "Nothing is odd" in run("profile", "check", "--commune", "vo-nhai").stdout
    assert told("profile", "check", "--commune", "vo-nhai") == []


def test_a_declared_list_is_tried_taken_over_seen_in_the_target_and_undone(tmp_path: Path) -> None:
    file = tmp_path / "viettel.csv"
    file.write_text(HEAD + "Thôn Đôn Thư;Viettel;620;700\nPhúc Tân;Viettel;700;700\n", encoding="utf-8")
    words = ("declare", "import", str(file), "--commune", "gia-loc", "--source", "Viettel Hải Phòng",
             "--date", "2026-10-01", "--indicator", "fixed_broadband_1gbps")  # fmt: skip
    assert "A dry run" in run(*words).stdout
    assert told("declare", "list", "--commune", "gia-loc") == []
    number = told(*words, "--apply")["import"]
    assert "620/700 = 88.6 %" in run("declare", "list", "--commune", "gia-loc").stdout
    (report,) = told("targets", "--commune", "gia-loc")
    gigabit = target(report, "gigabit-2030")
    assert gigabit["origin"] == "declared"
    assert 0 < gigabit["low"] < gigabit["high"] < 100
    assert gigabit["outcome"] == "chua_dat"
    assert run(*words, "--apply").exit_code == 1
    assert run("declare", "undo", str(number), "--commune", "gia-loc").exit_code == 0
    assert "ĐÃ HỦY" in run("declare", "imports", "--commune", "gia-loc").stdout
    assert run("declare", "undo", str(number), "--commune", "gia-loc").exit_code == 1
    (report,) = told("targets", "--commune", "gia-loc")
    assert target(report, "gigabit-2030")["value"] is None


def test_a_list_with_a_fault_is_told_line_by_line_and_not_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEAD + "Nơi Khác;Viettel;1;2\n", encoding="utf-8")
    result = run("declare", "import", str(file), "--commune", "gia-loc", "--source", "a", "--date", "2026-10-01",
                 "--indicator", "fixed_broadband_1gbps", "--apply")  # fmt: skip
    assert result.exit_code == 1
    assert "dòng 2: [LỖI] không có thôn 'Nơi Khác'" in result.stdout
    assert "ispeed_latency" in run("declare", "indicators").stdout


def test_every_target_of_every_commune_is_told_with_verdict_and_reason() -> None:
    reports = told("targets")
    assert [report["scope"] for report in reports] == ["gia-loc", "vo-nhai"]
    for report in reports:
        assert report["places_are_sample"] and report["notes"]
        for one in (*report["targets"], *report["national"]):
            assert one["outcome"] in ("dat", "chua_dat", "chua_du_can_cu")
            assert one["reason"]["vi"].startswith(one["verdict"]["vi"])
    text = run("targets", "--commune", "gia-loc", "--evidence").stdout
    assert "5g-2025                CHƯA ĐỦ CĂN CỨ" in text and "QUÁ HẠN / OVERDUE" in text
    assert "Kế hoạch thực hiện Nghị quyết 57-NQ/TW" in text
    assert "Mục tiêu quốc gia / National goals" in text


def test_todays_values_are_kept_when_asked_for(database: str) -> None:
    assert run("targets", "--commune", "vo-nhai", "--record").exit_code == 0
    with closing(connect(database)) as session:
        kept = session.execute("SELECT target, outcome FROM commune.target_day WHERE scope = 'vo-nhai'").fetchall()
    assert ("operations-centre", "chua_dat") in kept and len(kept) == 8


def test_a_commune_without_a_plan_is_told_what_to_do() -> None:
    result = run("targets", "--commune", "nowhere")
    assert result.exit_code == 1 and "commune profile apply" in result.stderr
    assert run("targets", "--province", "nowhere").exit_code == 1


def test_the_province_counts_its_communes_and_says_that_they_are_made_up() -> None:
    (report,) = told("targets", "--province", "tinh-thai-nguyen")
    assert "made up" in report["notes"][0]["en"] or "made-up" in report["notes"][0]["en"]
    assert report["targets"][0]["reason"]["en"].startswith("NOT ENOUGH EVIDENCE: 1/92 communes are registered")
