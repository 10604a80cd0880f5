"""`commune db`, `commune communes` and `commune devices` on a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commune.cli import app
from commune.settings import PREFIX
from commune.stack.servers import free_port
from devices.catalogue import KINDS
from storage.connect import connect

PROGRAM = (sys.executable, "-c", "from commune.cli import main; main()")
ROOT = Path(__file__).resolve().parents[2]
COMMUNE = ("--name", "Gia Lộc", "--province", "Hải Phòng", "--latitude", "20.87", "--longitude", "106.3")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Cli:
    """The command line with settings of its own, in this process."""

    settings: Mapping[str, str]
    directory: Path

    def run(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Done:
        """Run a command to its end; no other setting of this process is handed on."""
        others = {name: None for name in os.environ if name.startswith(PREFIX)}
        result = CliRunner().invoke(app, arguments, env={**others, **self.settings, **(settings or {})})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    def ok(self, *arguments: str, **settings: str) -> str:
        """Run a command that succeeds; return what it printed."""
        done = self.run(*arguments, settings=settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def data(self, *arguments: str, **settings: str) -> Any:
        """Run a command that succeeds and prints JSON."""
        return json.loads(self.ok(*arguments, "--json", **settings))

    def refused(self, *arguments: str, code: int = 1) -> str:
        """Run a command that fails with words; return them, of which each is one line on standard error."""
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (code, "")
        assert "Traceback" not in done.stderr
        return done.stderr.strip()


@pytest.fixture
def cli(database_url: str, tmp_path: Path) -> Cli:
    """The command line on a migrated database."""
    return Cli({"COMMUNE_DATABASE_URL": database_url}, tmp_path)


@pytest.fixture
def gia_loc(cli: Cli) -> Cli:
    """The command line on a database with a commune, a hamlet and a site."""
    cli.ok("communes", "add", "gia-loc", *COMMUNE)
    cli.ok("communes", "add-hamlet", "thon-1", "--commune", "gia-loc", "--name", "Thôn Một", "--type", "xom")
    place = ("--latitude", "20.871", "--longitude", "106.302")
    cli.ok("communes", "add-site", "ubnd", "--commune", "gia-loc", "--name", "Trụ sở", "--type", "ubnd", *place)
    return cli


def test_migrating_an_empty_database_prints_what_it_would_do_does_it_and_then_has_nothing_to_do(
    empty_database_url: str, tmp_path: Path
) -> None:
    cli = Cli({"COMMUNE_DATABASE_URL": empty_database_url}, tmp_path)
    tried = cli.ok("db", "migrate", "--dry-run")
    assert 'CREATE TABLE "commune"."environment"' in tried
    with closing(connect(empty_database_url)) as connection:
        assert connection.execute("SELECT to_regclass('commune.environment')").fetchone() == (None,)
    done = cli.data("db", "migrate")
    assert (done["files"][0], done["changed"], done["dry_run"]) == ("0001_roles", True, False)
    assert cli.ok("db", "migrate").startswith("Nothing to do. ")


def test_migrating_makes_accounts_of_the_roles_whose_password_is_set(cli: Cli) -> None:
    passwords = {"COMMUNE_DATABASE_READ_PASSWORD": "r", "COMMUNE_DATABASE_GRAFANA_PASSWORD": "g"}
    with closing(connect(cli.settings["COMMUNE_DATABASE_URL"], autocommit=True)) as connection:
        connection.execute("ALTER ROLE commune_read NOLOGIN")
        connection.execute("ALTER ROLE commune_grafana NOLOGIN")
        logins = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname IN ('commune_read', 'commune_grafana')"
        cli.ok("db", "migrate", "--dry-run", **passwords)
        assert connection.execute(logins).fetchall() == []
        assert cli.data("db", "migrate", **passwords)["roles"] == ["commune_grafana", "commune_read"]
        assert len(connection.execute(logins).fetchall()) == 2


def test_a_refused_migration_names_what_stands_in_the_way(cli: Cli) -> None:
    with closing(connect(cli.settings["COMMUNE_DATABASE_URL"], autocommit=True)) as connection:
        connection.execute("ALTER TABLE environment ADD COLUMN by_hand integer")
    assert cli.refused("db", "migrate").startswith("commune.environment.by_hand: expected a field of this name")


def test_the_edition_is_told(cli: Cli) -> None:
    told = cli.data("db", "edition")
    assert told["edition"] in ("postgresql", "timescaledb-apache", "timescaledb-community")
    assert cli.ok("db", "edition").strip() == told["description"]


def test_without_an_address_and_without_a_server_one_line_says_what_to_do(tmp_path: Path) -> None:
    words = Cli({}, tmp_path).refused("db", "edition", code=2)
    assert words.startswith("COMMUNE_DATABASE_URL is not set: ")
    assert "\n" not in words
    away = Cli({"COMMUNE_DATABASE_URL": f"postgresql://postgres:secret@127.0.0.1:{free_port()}/x"}, tmp_path)
    words = away.refused("devices", "list")
    assert "Connection refused" in words
    assert "secret" not in words
    assert "\n" not in words


def test_the_program_ends_with_one_line_and_its_exit_code(database_url: str, tmp_path: Path) -> None:
    """The one test that runs `commune` as a process of its own: the exit codes are those of the process."""

    def program(*arguments: str, **settings: str) -> tuple[int, str, int]:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), **settings},
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, len(done.stderr.splitlines())

    assert program("devices", "list", "--json", COMMUNE_DATABASE_URL=database_url) == (0, "[]\n", 0)
    assert program("devices", "show", "x", COMMUNE_DATABASE_URL=database_url) == (1, "", 1)
    assert program("devices", "list") == (2, "", 1)
    assert program("devices", "list", COMMUNE_API_PORT="many") == (2, "", 1)


def test_a_database_that_was_never_migrated_is_refused_in_one_line(empty_database_url: str, tmp_path: Path) -> None:
    words = Cli({"COMMUNE_DATABASE_URL": empty_database_url}, tmp_path).refused("communes", "list")
    assert 'relation "commune" does not exist' in words
    assert "commune db migrate" in words


def test_communes_and_their_places_are_listed(gia_loc: Cli) -> None:
    (commune,) = gia_loc.data("communes", "list")
    assert commune["code"] == "gia-loc"
    assert [hamlet["type"] for hamlet in commune["hamlets"]] == ["xom"]
    assert [site["name"] for site in commune["sites"]] == ["Trụ sở"]
    assert "Thôn Một" in gia_loc.ok("communes", "list")
    assert "taken" in gia_loc.refused("communes", "add", "gia-loc", *COMMUNE)
    gia_loc.ok("communes", "add", "gia-loc", *COMMUNE, "--replace")


def test_a_device_is_registered_shown_and_listed(gia_loc: Cli) -> None:
    added = gia_loc.data(
        "devices", "add", "tram-1", "--kind", "environment", "--commune", "gia-loc", "--name", "Trạm Một",
        "--latitude", "20.9", "--longitude", "106.4", "--interval", "30", "--hamlet", "thon-1", "--site", "ubnd",
    )  # fmt: skip
    assert added["topic"] == "xa/gia-loc/environment/tram-1/telemetry"
    shown = gia_loc.data("devices", "show", "tram-1")
    assert (shown["device_id"], shown["name"], shown["expected_interval_seconds"]) == (
        added["device_id"],
        "Trạm Một",
        30,
    )
    assert "Trạm Một" in gia_loc.ok("devices", "show", "tram-1")
    gia_loc.ok("devices", "add", "cam-1", "--kind", "camera", "--commune", "gia-loc")
    assert [device["code"] for device in gia_loc.data("devices", "list")] == ["cam-1", "tram-1"]
    assert [device["code"] for device in gia_loc.data("devices", "list", "--kind", "camera")] == ["cam-1"]
    assert len(gia_loc.ok("devices", "list", "--limit", "1").splitlines()) == 1


def test_what_cannot_be_registered_is_refused_in_vietnamese_and_english(gia_loc: Cli) -> None:
    words = gia_loc.refused("devices", "add", "tram-1", "--kind", "enviroment", "--commune", "gia-loc")
    assert words.startswith("không có loại 'enviroment'; các loại: environment, ")
    assert f"/ there is no kind 'enviroment'; the kinds are {', '.join(KINDS)}" in words
    assert "\n" not in words
    assert "there is no device 'nobody'" in gia_loc.refused("devices", "show", "nobody")
    assert "there is no kind 'lamp'" in gia_loc.refused("devices", "list", "--kind", "lamp", code=2)


def test_a_code_of_two_communes_asks_for_the_commune(gia_loc: Cli) -> None:
    gia_loc.ok("communes", "add", "vo-nhai", *COMMUNE)
    for commune in ("gia-loc", "vo-nhai"):
        gia_loc.ok("devices", "add", "cam-1", "--kind", "camera", "--commune", commune)
    assert "add --commune (gia-loc, vo-nhai)" in gia_loc.refused("devices", "show", "cam-1")
    assert gia_loc.data("devices", "show", "cam-1", "--commune", "vo-nhai")["commune"] == "vo-nhai"


def test_a_csv_file_is_tried_imported_and_imported_again(gia_loc: Cli) -> None:
    file = gia_loc.directory / "devices.csv"
    file.write_text(
        "Mã;Loại;Tên;Vĩ độ;Kinh độ\ntram-1;environment;Trạm 1;20,87;106,3\nw-1;wifi;;;\n", encoding="utf-8-sig"
    )
    arguments = ("devices", "import", str(file), "--commune", "gia-loc")
    tried = gia_loc.ok(*arguments, "--dry-run")
    assert tried.splitlines()[0] == "2: tram-1: added"
    assert gia_loc.data("devices", "list") == []
    done = gia_loc.data(*arguments)
    assert (done["done"], done["added"], done["refused"]) == (True, 2, 0)
    assert gia_loc.data(*arguments)["unchanged"] == 2
    assert gia_loc.data("devices", "show", "tram-1")["latitude"] == 20.87


def test_a_file_with_bad_rows_changes_nothing_and_names_each_of_them(gia_loc: Cli) -> None:
    file = gia_loc.directory / "devices.json"
    rows = [
        {"commune": "gia-loc", "code": "w-1", "kind": "wifi"},
        {"commune": "gia-loc", "code": "w-2", "kind": "we-fy", "latitud": 20.8},
        {"commune": "gia-lok", "code": "w-3", "kind": "wifi"},
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    lines = gia_loc.refused("devices", "import", str(file)).splitlines()
    assert lines[0] == (
        "cột 'latitud' không dùng đến (có phải là latitude?) / column 'latitud' is not used (did you mean latitude?)"
    )
    assert lines[1].startswith("2: w-2: không có loại 'we-fy'")
    assert lines[2].startswith("3: w-3: không có xã 'gia-lok'")
    assert lines[3] == "1 added, 0 changed, 0 unchanged, 2 refused; không dòng nào được ghi / nothing was written"
    assert gia_loc.data("devices", "list") == []
    judged = json.loads(gia_loc.run("devices", "import", str(file), "--json").stdout)
    assert [row["outcome"] for row in judged["rows"]] == ["added", "refused", "refused"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"code,kind\n", "missing columns: commune"),
        ("a.json", b"{}", "expected a JSON array of devices"),
        ("a.csv", "Tr¹m ®Çu lµng".encode("latin-1"), "save it as CSV UTF-8 or .xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(cli: Cli, name: str, content: bytes, reason: str) -> None:
    file = cli.directory / name
    file.write_bytes(content)
    words = cli.refused("devices", "import", str(file))
    assert reason in words
    assert "\n" not in words
