"""`commune coverage` on a database: figures, cells, dead spots, change, and counting."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commune.cli import app
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType
from storage.connect import connect
from storage.places import add_commune, add_hamlet
from storage.registry import add_device
from tests.reports.coverage_samples import boundary_of
from tests.storage.test_coverage import CELLS, COMMUNE, join, rows_of, store

runner = CliRunner()


@pytest.fixture(scope="module")
def url(module_database_url: str) -> Iterator[str]:
    """A commune of four cells, of which two were covered in November and one of them no more in December; and one that
    nobody placed.
    """
    with closing(connect(module_database_url, autocommit=True)) as session:
        add_commune(session, Commune(COMMUNE, "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        boundary = json.dumps(boundary_of(CELLS))
        add_hamlet(session, COMMUNE, Hamlet("thon-1", "Thôn Một", HamletType.THON, 100, boundary=boundary))
        for code in ("probe-1", "probe-2"):
            add_device(session, Device(COMMUNE, code, "signal_probe", state=DeviceState.ACTIVE))
        add_commune(session, Commune("vo-danh", "Vô Danh", "-", 20.0, 105.0))
        store(session, join(rows_of(), rows_of(40, cells=(0,)), rows_of(40, cells=(1,), level=-118, terminal=2)))
    yield module_database_url


@pytest.fixture(autouse=True)
def database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line finds the database."""
    monkeypatch.setenv("COMMUNE_DATABASE_URL", url)


def ask(*words: str, code: int = 0) -> str:
    result = runner.invoke(app, ["coverage", *words])
    assert result.exit_code == code, result.output
    return result.output


def answer(*words: str) -> Any:
    return json.loads(ask(*words, "--json"))


def test_show_tells_figures_causes_and_the_verdict() -> None:
    told = ask("show", COMMUNE, "--period", "2026-11", "--target", "60")
    assert "ít nhất 50.0%, nhiều nhất 100.0%" in told
    assert "được phủ sóng 2, chưa được phủ sóng 0, chưa đủ mẫu 0, chưa đo 2" in told
    assert "CHƯA ĐỦ CĂN CỨ" in told
    found = answer("show", COMMUNE, "--period", "2026-11", "--target", "60", "--operator", "452-04")
    assert found["area"]["judged"] == 2
    assert found["counts"]["received"] == 12
    assert found["rules"]["accuracy_m"] == 50
    assert found["verdict"]["outcome"] == "chua_du_can_cu"
    assert len(found["verdict"]["to_drive"]) == 2


def test_cells_are_rows_of_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO(ask("cells", COMMUNE, "--period", "2026-11"))))
    assert sorted(row["state"] for row in rows) == ["covered", "covered", "unmeasured", "unmeasured"]
    assert [cell["cell"] for cell in answer("cells", COMMUNE, "--period", "2026-11")] == [row["cell"] for row in rows]


def test_dead_spots_are_told_with_what_speaks_for_them() -> None:
    (spot,) = answer("dead-spots", COMMUNE, "--period", "2026-11")
    assert (spot["is_centre"], spot["code"]) == (True, "thon-1")
    assert "thon-1" in ask("dead-spots", COMMUNE, "--period", "2026-11")


def test_change_names_the_cells_that_were_lost() -> None:
    found = answer("change", COMMUNE, "--from", "2026-11", "--to", "2026-12")
    assert (found["won"], found["lost"]) == ([], [f"{CELLS[1]:x}"])
    assert f"lost: 1 (0.12 km²) {CELLS[1]:x}" in ask("change", COMMUNE, "--from", "2026-11", "--to", "2026-12")


def test_next_tells_the_cells_to_drive_through_in_their_order_and_what_they_bring() -> None:
    told = ask("next", COMMUNE, "--period", "2026-11", "--start", "20.8,106.3")
    assert told.startswith("  1. 20.")
    assert "còn thiếu 5 mẫu" in told
    assert "2 / 2 ô chưa biết" in told
    assert "Dự kiến / expected: ĐẠT / MET sau / after 2 ô / cells." in told
    found = json.loads(ask("next", COMMUNE, "--period", "2026-11", "--start", "20.8,106.3", "--format", "json"))
    assert [stop["number"] for stop in found["stops"]] == [1, 2]
    assert found["settled_with"] == 2
    assert found["km"] == pytest.approx(sum(stop["km"] for stop in found["stops"]))
    assert len(json.loads(ask("next", COMMUNE, "--period", "2026-11", "--most", "1", "--format", "json"))["stops"]) == 1


@pytest.mark.parametrize("form", ["gpx", "kml", "json"])
def test_next_writes_a_file_of_the_form_that_its_ending_names(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"drive.{form}"
    assert "2 ô / cells" in ask("next", COMMUNE, "--period", "2026-11", "--out", str(file))
    assert file.read_text(encoding="utf-8") == ask("next", COMMUNE, "--period", "2026-11", "--format", form)
    assert file.read_bytes().startswith(b"{" if form == "json" else b"<?xml")


def test_next_says_where_a_file_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "none" / "drive.gpx"
    assert "cannot write" in ask("next", COMMUNE, "--period", "2026-11", "--out", str(file), code=1)


def test_of_an_operator_without_samples_each_cell_is_still_to_drive() -> None:
    drive = json.loads(ask("next", COMMUNE, "--period", "2026-11", "--operator", "452-01", "--format", "json"))
    assert drive["unknown"] == 4


def test_update_counts_once_and_judges_the_cells_for_the_wall() -> None:
    before = answer("show", COMMUNE, "--period", "2026-Q4")
    assert answer("update")["days"] == 2
    again = answer("update", "--all")
    assert (again["days"], list(again["verdicts"])) == (0, [COMMUNE])
    assert "0 days" in ask("update")
    assert answer("show", COMMUNE, "--period", "2026-Q4") == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", COMMUNE, "--period", "2026-13"), 2, "2026-13"),
        (("show", COMMUNE, "--period", "2026", "--operator", "452-99"), 2, "452-04"),
        (("next", COMMUNE, "--period", "2026", "--start", "91,0"), 2, "20.8737,106.3011"),
        (("show", "vo-danh", "--period", "2026"), 1, "ranh giới"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(words: tuple[str, ...], code: int, said: str) -> None:
    assert said in ask(*words, code=code)
