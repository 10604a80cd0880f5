"""`commune devices import`, `export` and `template`, as a person at a terminal uses them."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from commune.cli import app
from devices.importing import parse_file
from devices.registry import Commune, Hamlet, HamletType
from storage.connect import connect
from storage.registry import add_commune, add_hamlet, count_devices
from tests.devices.sheets.books import workbook

SECRET = "a secret of the tests that is long enough"
ROWS = (("Mã", "Loại", "Tên", "Thôn"), ("w-1", "wifi", "Điểm 1", "Thôn Một"), ("w-2", "Đèn đường", "", ""))


class Terminal:
    """Runs `commune devices` against a database."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory

    def __call__(self, *arguments: str, secret: str | None = SECRET) -> Result:
        """Run a command; paths are its own business."""
        environment = {"COMMUNE_DATABASE_URL": self.url, "COMMUNE_BROKER_PUBLIC_HOST": "mqtt.example"}
        if secret is not None:
            environment["COMMUNE_SECRET_KEY"] = secret
        return CliRunner().invoke(app, ["devices", *arguments], env=environment)

    def file(self, name: str, data: bytes) -> str:
        """A file in the person's directory."""
        path = self.directory / name
        path.write_bytes(data)
        return str(path)

    def devices(self) -> int:
        """How many are registered."""
        with closing(connect(self.url)) as connection:
            return count_devices(connection)


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    """A terminal in an empty directory, and a commune with a hamlet."""
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn Một", HamletType.THON))
    return Terminal(database_url, tmp_path)


def test_a_spreadsheet_is_tried_then_imported_and_the_accounts_are_in_a_file_of_ones_own(terminal: Terminal) -> None:
    file = terminal.file("thiết bị.xlsx", workbook(*ROWS))
    accounts = terminal.directory / "tài khoản.csv"
    tried = terminal("import", file, "--commune", "gia-loc", "--dry-run", "--accounts", str(accounts))
    assert tried.exit_code == 0, tried.output
    assert tried.stdout.splitlines()[:2] == ["2: w-1: added", "3: w-2: added"]
    assert (terminal.devices(), accounts.exists()) == (0, False)
    done = terminal("import", file, "--commune", "gia-loc", "--accounts", str(accounts))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "2 added, 0 changed, 0 unchanged, 0 refused",
        f"tài khoản MQTT, chỉ có ở đây / MQTT accounts, here only: {accounts}",
    ]
    assert accounts.stat().st_mode & 0o777 == 0o600
    lines = list(csv.DictReader(accounts.read_text(encoding="utf-8-sig").splitlines()))
    assert [line["Client ID"] for line in lines] == ["gia-loc.w-1", "gia-loc.w-2"]
    assert lines[0]["Máy chủ MQTT / MQTT host"] == "mqtt.example"
    assert all(len(line["Mật khẩu / Password"]) == 23 for line in lines)


def test_a_sheet_of_accounts_is_never_written_over(terminal: Terminal) -> None:
    file = terminal.file("a.csv", "mã,loại\nw-1,wifi\n".encode())
    there = terminal.file("accounts.csv", b"of the week before")
    refused = terminal("import", file, "--commune", "gia-loc", "--accounts", there)
    assert refused.exit_code == 1
    assert "File exists" in refused.stderr
    assert terminal.devices() == 0


def test_a_refused_file_leaves_no_sheet_of_accounts(terminal: Terminal) -> None:
    file = terminal.file("a.csv", "mã,loại,thôn\nw-1,wifi,\nw-2,wifi,Thôn Hai\n".encode())
    accounts = terminal.directory / "accounts.xlsx"
    refused = terminal("import", file, "--commune", "gia-loc", "--accounts", str(accounts))
    assert refused.exit_code == 1
    assert "3: w-2: không có thôn 'Thôn Hai'; hiện có: thon-1 (Thôn Một) / there is no hamlet" in refused.stderr
    assert (terminal.devices(), accounts.exists()) == (0, False)


def test_without_a_sheet_or_a_key_the_devices_wait_for_their_passwords(terminal: Terminal) -> None:
    file = terminal.file("a.csv", "mã,loại\nw-1,wifi\n".encode())
    accounts = str(terminal.directory / "accounts.csv")
    refused = terminal("import", file, "--commune", "gia-loc", "--accounts", accounts, secret=None)
    assert (refused.exit_code, terminal.devices()) == (2, 0)
    assert "COMMUNE_SECRET_KEY is not set" in refused.stderr
    done = terminal("import", file, "--commune", "gia-loc")
    assert "thiết bị mới chưa có mật khẩu MQTT" in done.stdout
    with closing(connect(terminal.url)) as connection:
        assert connection.execute("SELECT username, sealed_password FROM broker_account").fetchall() == [
            ("gia-loc.w-1", None)
        ]


def test_json_tells_all_but_passwords(terminal: Terminal) -> None:
    file = terminal.file("a.csv", 'mã,loại,toạ độ,lạ\nw-1,wifi,"10.77, 106.7",x\n'.encode())
    accounts = terminal.directory / "accounts.csv"
    done = terminal("import", file, "--commune", "gia-loc", "--accounts", str(accounts), "--json")
    told = json.loads(done.stdout)
    assert (told["done"], told["added"], len(told["unused_columns"])) == (True, 1, 1)
    assert "km away from commune gia-loc" in told["rows"][0]["warnings"][0]["en"]
    (line,) = csv.DictReader(accounts.read_text(encoding="utf-8-sig").splitlines())
    assert line["Mật khẩu / Password"] not in done.stdout


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_imported_again_without_a_change(terminal: Terminal, form: str) -> None:
    terminal("import", terminal.file("a.xlsx", workbook(*ROWS)), "--commune", "gia-loc")
    file = terminal.directory / f"out.{form}"
    written = terminal("export", str(file))
    assert written.stdout == f"2 thiết bị / devices: {file}\n"
    again = terminal("import", str(file))
    assert again.stdout == "0 added, 0 changed, 2 unchanged, 0 refused\n"


def test_templates_are_written_with_and_without_a_database(terminal: Terminal) -> None:
    bare, own = terminal.directory / "mẫu.csv", terminal.directory / "mẫu.xlsx"
    assert CliRunner().invoke(app, ["devices", "template", str(bare)]).exit_code == 0
    assert parse_file(bare.read_bytes()).rows
    assert terminal("template", str(own), "--commune", "gia-loc").exit_code == 0
    assert load_workbook(own).worksheets[3]["C2"].value == "Thôn Một"
    unknown = terminal("template", str(own), "--commune", "gia-lok")
    assert (unknown.exit_code, "there is no commune 'gia-lok': gia-loc" in unknown.stderr) == (1, True)


@pytest.mark.parametrize("command", ["export", "template"])
def test_a_file_of_another_form_is_refused(terminal: Terminal, command: str) -> None:
    refused = terminal(command, str(terminal.directory / "a.pdf"))
    assert (refused.exit_code, "the name must end in .csv or .xlsx" in refused.stderr) == (2, True)


def test_a_file_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    refused = terminal("import", terminal.file("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
    assert refused.exit_code == 1
    assert "a.xls: tệp .xls kiểu cũ hoặc có mật khẩu" in refused.stderr
