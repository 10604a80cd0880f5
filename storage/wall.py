"""The views that dashboards may read: schema `wall`, one view a kind and those of the whole.

Those of the rollups, two a kind, are made in storage/rollup_wall.py. All of them run with the rights of the role that
migrates, so whoever reads the wall needs no right on any table behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql

from devices.model import Kind
from storage.sql import query
from storage.tables import columns, table
from storage.views import PLACE, PLACES, POSITION, View, described

WALL_COLUMNS = frozenset(PLACE)
"""The columns of every kind's view beside those of its table; no field may bear such a name."""

FIXED_VIEWS = {
    "device": ("wall_device", "Thiết bị: nơi đặt, lần cuối nhận được tin, tình trạng"),
    "latest": ("wall_latest", "Giá trị mới nhất của từng thông số"),
    "ledger": ("wall_ledger", "Sổ đối soát bản tin theo thiết bị và ngày"),
    "alert": ("wall_alert", "Cảnh báo đang mở và đã kết thúc"),
    "status": ("wall_status", "Lúc thiết bị có mặt và vắng mặt"),
    "dead_letter": ("wall_dead_letter", "Bản tin để riêng, không kèm nội dung"),
    "ingest_session": ("wall_ingest_session", "Các phiên nhận tin"),
    "broker": ("wall_broker", "Số đếm mới nhất của máy chủ MQTT"),
    "broker_drop": ("wall_broker_drop", "Những lần máy chủ MQTT bỏ bản tin"),
    "coverage_cell": ("wall_coverage_cell", "Phủ sóng di động theo ô, đánh giá gần nhất"),
    "target": ("wall_target", "Các chỉ tiêu của kế hoạch theo ngày"),
}


WATCH_VIEWS = frozenset({"alert", "status", "dead_letter", "ingest_session", "broker", "broker_drop"})
"""Those of them that a database has since it has alerts with a severity."""

COVERAGE_VIEWS = frozenset({"coverage_cell"})
"""Those that it has since coverage is counted."""

TARGET_VIEWS = frozenset({"target"})
"""Those that it has since targets of plans are followed."""


def views(
    kinds: Mapping[str, Kind], *, watch: bool = True, coverage: bool = True, targets: bool = True
) -> tuple[View, ...]:
    """Every view of the wall for these kinds, but for those of their rollups.

    `watch`: with `WATCH_VIEWS`; `coverage`: with `COVERAGE_VIEWS`; `targets`: with `TARGET_VIEWS`.
    """
    groups = ((watch, WATCH_VIEWS), (coverage, COVERAGE_VIEWS), (targets, TARGET_VIEWS))
    absent = frozenset[str]().union(*(names for is_there, names in groups if not is_there))
    fixed = [
        described("wall", name, sql.SQL(query(named)), words)
        for name, (named, words) in FIXED_VIEWS.items()
        if name not in absent
    ]
    own = [described("wall", kind.name, _of_kind(kind), kind.meaning.vi) for kind in kinds.values()]
    return (*fixed, *own)


def _of_kind(kind: Kind) -> sql.Composed:
    """Readings of a kind under the codes, names and places of their devices, but for where a probe was."""
    own = [c.name for c in columns(kind) if c.name not in ("device_id", "time", *POSITION)]
    chosen = [
        sql.SQL("r.time"),
        *(sql.SQL("{} AS {}").format(source, sql.Identifier(name)) for name, source in PLACE.items()),
        *(sql.Identifier("r", name) for name in own),
    ]
    return sql.SQL(
        "CREATE VIEW {view} AS SELECT {chosen} FROM {readings} AS r JOIN commune.device AS d USING (device_id) {places}"
    ).format(
        view=sql.Identifier("wall", kind.name),
        chosen=sql.SQL(", ").join(chosen),
        readings=table(kind),
        places=PLACES,
    )
