"""Dashboards are pushed once, differences are named, and a Grafana that refuses is told of in one line."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import orjson
import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from dashboards.board import to_json
from dashboards.boards import boards
from dashboards.errors import GrafanaRefused
from dashboards.publish import FOLDER_UID, Grafana, Outcome, differences, publish
from devices.catalogue import KINDS
from tests.dashboards.grafana_api import TOKEN, GrafanaApi, serving

BOARDS = boards(KINDS)


@pytest.fixture
def api() -> Iterator[GrafanaApi]:
    with serving() as found:
        yield found


@pytest.fixture
def grafana(api: GrafanaApi) -> Grafana:
    return Grafana(api.url, TOKEN)


def commune(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dashboards", *arguments])


def test_every_dashboard_arrives_whole_in_a_folder_of_its_own(api: GrafanaApi, grafana: Grafana) -> None:
    done = publish(grafana, BOARDS)
    assert done == {board.uid: Outcome.CREATED for board in BOARDS}
    assert list(api.folders) == [FOLDER_UID]
    for board in BOARDS:
        kept = api.dashboards[board.uid]
        assert {name: kept["dashboard"][name] for name in to_json(board)} == to_json(board)
        assert kept["meta"]["folderUid"] == FOLDER_UID
    assert differences(grafana, BOARDS) == []


def test_pushing_again_writes_nothing(api: GrafanaApi, grafana: Grafana) -> None:
    publish(grafana, BOARDS)
    writes = list(api.writes)
    assert set(publish(grafana, BOARDS).values()) == {Outcome.UNCHANGED}
    assert api.writes == writes


def test_what_somebody_changed_is_named_and_put_right(api: GrafanaApi, grafana: Grafana) -> None:
    publish(grafana, BOARDS)
    changed = api.dashboards["commune-overview"]["dashboard"]
    changed["title"] = "Bảng của tôi"
    changed["liveNow"] = True
    del changed["refresh"]
    title = changed["panels"][1]["title"]
    changed["panels"][1]["fieldConfig"]["defaults"]["unit"] = "short"
    assert sorted(differences(grafana, BOARDS)) == [
        "commune-overview.liveNow: should not be there",
        f"commune-overview.panels[{title}].fieldConfig.defaults.unit: is 'short', should be 'none'",
        "commune-overview.refresh: is not there",
        "commune-overview.title: is 'Bảng của tôi', should be 'Tổng quan xã thông minh'",
    ]
    done = publish(grafana, BOARDS)
    assert [uid for uid, outcome in done.items() if outcome is Outcome.UPDATED] == ["commune-overview"]
    assert api.dashboards["commune-overview"]["dashboard"]["version"] == 2
    assert differences(grafana, BOARDS) == []


def test_what_is_missing_or_elsewhere_is_named(api: GrafanaApi, grafana: Grafana) -> None:
    publish(grafana, BOARDS)
    del api.dashboards["commune-device"]
    api.dashboards["commune-quality"]["meta"]["folderUid"] = "general"
    api.dashboards["commune-kind-wifi"]["dashboard"]["panels"].pop()
    api.sources["commune-postgresql"]["jsonData"] = {}
    panels = len(to_json(next(board for board in BOARDS if board.uid == "commune-kind-wifi"))["panels"])
    assert sorted(differences(grafana, BOARDS)) == [
        "commune-device: is not there",
        f"commune-kind-wifi.panels: has {panels - 1} entries, should have {panels}",
        "commune-quality: lies in the folder 'general', not 'commune'",
        "data source commune-postgresql: jsonData.database is not set",
    ]
    api.sources.clear()
    assert "data source commune-postgresql: is not there" in differences(grafana, BOARDS)


def test_a_dashboard_that_comes_from_a_file_is_left_alone(api: GrafanaApi, grafana: Grafana) -> None:
    publish(grafana, BOARDS)
    api.dashboards["commune-overview"]["meta"]["provisioned"] = True
    with pytest.raises(GrafanaRefused, match="commune-overview comes from a file there"):
        publish(grafana, BOARDS)


def test_a_grafana_below_a_path_is_found() -> None:
    with serving("/bang") as api:
        assert set(publish(Grafana(f"{api.url}/", TOKEN), BOARDS[:1]).values()) == {Outcome.CREATED}


@pytest.mark.parametrize("url", ["grafana.example", "ftp://grafana.example", ""])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(GrafanaRefused, match="is no address of a Grafana"):
        Grafana(url, TOKEN)


@pytest.mark.parametrize("status", [400, 403, 412, 500])
def test_a_refusal_names_the_call(api: GrafanaApi, grafana: Grafana, status: int) -> None:
    api.failure = (status, {"status": "no", "message": "not today"})
    with pytest.raises(GrafanaRefused, match=r"GET /api/folders/commune.*not today"):
        publish(grafana, BOARDS)


def test_a_server_that_is_not_there_is_told_of_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens on it
        result = commune("publish", "--url", f"http://127.0.0.1:{taken.getsockname()[1]}", "--token", TOKEN)
    assert result.exit_code == 1
    assert "does not answer GET /api/folders/commune" in result.stderr
    assert TOKEN not in result.stderr


def test_the_commands_publish_check_and_exit_by_what_they_find(api: GrafanaApi) -> None:
    where = ("--url", api.url, "--token", TOKEN)
    before = commune("check", *where)
    assert before.exit_code == 1
    assert "commune-overview: is not there" in before.stdout
    assert f"{len(BOARDS)} dashboards, {len(BOARDS)} changed." in commune("publish", *where).stdout
    assert set(orjson.loads(commune("publish", *where, "--json").stdout).values()) == {"unchanged"}
    after = commune("check", *where, "--json")
    assert (after.exit_code, orjson.loads(after.stdout)) == (0, {"ok": True, "differences": []})


def test_a_wrong_token_is_refused(api: GrafanaApi) -> None:
    result = commune("check", "--url", api.url, "--token", "guess")
    assert result.exit_code == 1
    assert "Unauthorized" in result.stderr
