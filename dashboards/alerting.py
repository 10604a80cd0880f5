"""Alert rules and contact points of Grafana as code, in the form of the files that provision them.

`commune maintain` judges the readings and tells of what it finds. Grafana's rules watch over that which it cannot tell
by itself: that it, ingest or the broker has come to a stand; and they call again for what is critical and nobody has
taken on. Grafana expands `$` in these files, so a statement has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from alerts.rules import Severity
from dashboards.grafana import DATA_SOURCE_TYPE, DATA_SOURCE_UID
from dashboards.publish import FOLDER_TITLE
from dashboards.statements import statement

EXPRESSIONS = "__expr__"
CONTACT_POINT = "Trực ban xã"
ADDRESSES = "$GRAFANA_ALERT_MAIL_TO"
"""Filled in by Grafana from its environment."""
INTERVAL = "1m"
LOOK_BACK_SECONDS = 600


@dataclass(frozen=True, slots=True)
class WallRule:
    """A rule: it fires for each row of its statement whose value has been above `above` for so long.

    `statement` gives one number and, where there are several rows, words that tell them apart. `on_silence` is what no
    row means: Alerting where there must be one, OK where none is good news.
    """

    uid: str
    title: str
    statement: str
    above: float
    lasting: str
    severity: Severity
    summary: str
    advice: str
    board: str
    on_silence: str = "OK"


RULES = (
    WallRule(
        "commune-ingest-stopped",
        "Việc nhận tin đã dừng",
        "alert_ingest",
        120,
        "2m",
        Severity.CRITICAL,
        "Không phiên nhận tin nào ghi vào cơ sở dữ liệu trong 2 phút qua.",
        "Xem commune ingest có chạy không; bản tin QoS 1 vẫn được máy chủ MQTT giữ.",
        "commune-quality",
        on_silence="Alerting",
    ),
    WallRule(
        "commune-upkeep-stopped",
        "Việc trông coi đã dừng",
        "alert_upkeep",
        300,
        "5m",
        Severity.CRITICAL,
        "Tiến trình trông coi không làm gì trong 5 phút qua, nên không cảnh báo nào được xét hay gửi.",
        "Xem commune maintain có chạy không; chạy commune doctor.",
        "commune-quality",
        on_silence="Alerting",
    ),
    WallRule(
        "commune-critical-open",
        "Cảnh báo khẩn cấp chưa ai nhận",
        "alert_critical",
        0,
        "5m",
        Severity.CRITICAL,
        "Có cảnh báo khẩn cấp mở đã 5 phút mà chưa ai nhận xử lý.",
        "Mở màn hình điều hành và nhận xử lý cảnh báo.",
        "commune-overview",
    ),
    WallRule(
        "commune-devices-off",
        "Quá nửa thiết bị của một loại mất liên lạc",
        "alert_devices_off",
        0.5,
        "10m",
        Severity.SERIOUS,
        "Quá nửa thiết bị đang hoạt động của một loại đã mất liên lạc.",
        "Kiểm tra nguồn điện, sóng và cổng kết nối dùng chung của loại thiết bị đó.",
        "commune-overview",
    ),
    WallRule(
        "commune-broker-drops",
        "Máy chủ MQTT bỏ bản tin",
        "alert_broker_drops",
        0,
        "0s",
        Severity.CRITICAL,
        "Máy chủ MQTT đã bỏ bản tin trong một giờ qua.",
        "Xem hàng đợi của máy chủ và phiên bị bỏ quên: commune doctor.",
        "commune-quality",
    ),
    WallRule(
        "commune-set-aside",
        "Nhiều bản tin bị để riêng",
        "alert_set_aside",
        0.05,
        "15m",
        Severity.WARNING,
        "Quá 5 % số bản tin từ hôm qua bị để riêng.",
        "Xem lý do ở bảng Chất lượng dữ liệu và nhận tin, sửa rồi nạp lại.",
        "commune-quality",
    ),
)


def rules() -> dict[str, Any]:
    """The rules as Grafana's files have them."""
    group = {"orgId": 1, "name": "commune", "folder": FOLDER_TITLE, "interval": INTERVAL}
    return {"apiVersion": 1, "groups": [group | {"rules": [_rule(rule) for rule in RULES]}]}


def _rule(rule: WallRule) -> dict[str, Any]:
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "data": [_query(statement(rule.statement)), _threshold(rule.above)],
        "dashboardUid": rule.board,
        "noDataState": rule.on_silence,
        "execErrState": "Error",
        "for": rule.lasting,
        "annotations": {"summary": rule.summary, "description": rule.advice},
        "labels": {"severity": rule.severity.value},
        "isPaused": False,
    }


def _query(sql: str) -> dict[str, Any]:
    return {
        "refId": "A",
        "relativeTimeRange": {"from": LOOK_BACK_SECONDS, "to": 0},
        "datasourceUid": DATA_SOURCE_UID,
        "model": {
            "refId": "A",
            "datasource": {"type": DATA_SOURCE_TYPE, "uid": DATA_SOURCE_UID},
            "editorMode": "code",
            "format": "table",
            "rawQuery": True,
            "rawSql": sql,
        },
    }


def _threshold(above: float) -> dict[str, Any]:
    return {
        "refId": "C",
        "relativeTimeRange": {"from": LOOK_BACK_SECONDS, "to": 0},
        "datasourceUid": EXPRESSIONS,
        "model": {
            "refId": "C",
            "type": "threshold",
            "datasource": {"type": EXPRESSIONS, "uid": EXPRESSIONS},
            "expression": "A",
            "conditions": [{"evaluator": {"type": "gt", "params": [above]}}],
        },
    }


def contact_points() -> dict[str, Any]:
    """Whom Grafana tells, by mail."""
    mail = {
        "uid": "commune-mail",
        "type": "email",
        "disableResolveMessage": False,
        "settings": {"addresses": ADDRESSES, "singleEmail": True},
    }
    return {"apiVersion": 1, "contactPoints": [{"orgId": 1, "name": CONTACT_POINT, "receivers": [mail]}]}


def policies() -> dict[str, Any]:
    """How often: one message for what belongs together, again after half a day, critical ones after an hour."""
    critical = {
        "receiver": CONTACT_POINT,
        "object_matchers": [["severity", "=", Severity.CRITICAL.value]],
        "repeat_interval": "1h",
    }
    root = {
        "orgId": 1,
        "receiver": CONTACT_POINT,
        "group_by": ["grafana_folder", "alertname"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "12h",
        "routes": [critical],
    }
    return {"apiVersion": 1, "policies": [root]}


def files() -> Mapping[str, str]:
    """The files of `provisioning/alerting` under their names; JSON, which Grafana reads there as it reads YAML."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    made = {"rules": rules(), "contact-points": contact_points(), "policies": policies()}
    return {f"{name}.json": orjson.dumps(content, option=options).decode() for name, content in made.items()}
