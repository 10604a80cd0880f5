"""Grafana's alert rules: in the form of its files, with statements that run as its role and find what they look for."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from alerts.rules import Severity
from dashboards.alerting import CONTACT_POINT, RULES, WallRule, files, policies, rules
from dashboards.boards import boards
from dashboards.grafana import DATA_SOURCE_UID
from dashboards.publish import FOLDER_TITLE
from dashboards.statements import statement
from devices.catalogue import KINDS
from tests.dashboards.conftest import Wall

every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.uid for rule in RULES])


def written(rule: WallRule) -> dict[str, Any]:
    """The rule as its file has it."""
    (group,) = rules()["groups"]
    found: dict[str, Any] = next(one for one in group["rules"] if one["uid"] == rule.uid)
    return found


def values(wall: Wall, rule: WallRule) -> dict[str, float]:
    """What the statement of a rule gives, by the words that tell its rows apart."""
    rows = wall.session.execute(statement(rule.statement).encode()).fetchall()
    return {" ".join(str(part) for part in row[:-1]): row[-1] for row in rows}


def test_uids_are_told_apart_and_short_enough_for_grafana() -> None:
    uids = [rule.uid for rule in RULES]
    assert len(set(uids)) == len(uids)
    assert max(map(len, uids)) <= 40


def test_the_files_are_json_of_one_folder_and_one_version() -> None:
    found = {name: orjson.loads(text) for name, text in files().items()}
    assert set(found) == {"rules.json", "contact-points.json", "policies.json"}
    assert {content["apiVersion"] for content in found.values()} == {1}
    assert found["rules.json"]["groups"][0]["folder"] == FOLDER_TITLE


@every_rule
def test_a_rule_says_what_is_wrong_and_what_to_do_and_leads_to_a_dashboard(rule: WallRule) -> None:
    made = written(rule)
    assert made["annotations"]["summary"].endswith(".")
    assert made["annotations"]["description"].endswith(".")
    assert made["labels"]["severity"] in set(Severity)
    assert made["dashboardUid"] in {board.uid for board in boards(KINDS)}


@every_rule
def test_a_rule_asks_our_data_source_and_compares_what_it_answers(rule: WallRule) -> None:
    query, threshold = written(rule)["data"]
    assert query["datasourceUid"] == query["model"]["datasource"]["uid"] == DATA_SOURCE_UID
    assert threshold["model"]["expression"] == query["refId"]
    assert threshold["model"]["conditions"][0]["evaluator"] == {"type": "gt", "params": [rule.above]}
    assert written(rule)["condition"] == threshold["refId"]


@every_rule
def test_nothing_in_a_statement_is_eaten_by_the_expansion_of_the_file(rule: WallRule) -> None:
    sql = written(rule)["data"][0]["model"]["rawSql"]
    assert "$" not in sql
    assert "--" not in sql


def test_the_one_thing_that_is_filled_in_is_whom_to_mail() -> None:
    assert "".join(files().values()).count("$") == 1
    root = policies()["policies"][0]
    assert {root["receiver"], *(route["receiver"] for route in root["routes"])} == {CONTACT_POINT}


@every_rule
def test_a_statement_runs_as_grafanas_role_and_gives_one_number_a_row(wall: Wall, rule: WallRule) -> None:
    cursor = wall.session.execute(statement(rule.statement).encode())
    names = [column.name for column in cursor.description or ()]
    assert names[-1] == "value"
    for *words, value in cursor.fetchall():
        assert isinstance(value, float)
        assert all(isinstance(word, str) for word in words)


def test_the_rules_find_what_is_wrong_in_the_simulated_commune(wall: Wall) -> None:
    found = {rule.uid: values(wall, rule) for rule in RULES}
    assert found["commune-ingest-stopped"][""] < 120 + 3600
    assert found["commune-critical-open"] == {"Xã Gia Lộc": 9.0}
    assert found["commune-broker-drops"] == {"": 4.0}
    assert 0 < found["commune-set-aside"][""] < 0.05
    assert len(found["commune-devices-off"]) == len(KINDS)
