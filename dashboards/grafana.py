"""A query of the PostgreSQL data source, which Grafana's SDK does not know: a variant of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.sdk import common, runtime, variants

DATA_SOURCE_TYPE = "grafana-postgresql-datasource"
DATA_SOURCE_UID = "commune-postgresql"
"""The uid that deploy/grafana/provisioning gives the data source, for ever."""


def data_source() -> common.DataSourceRef:
    """What panels and variables name as their data source."""
    return common.DataSourceRef(type_val=DATA_SOURCE_TYPE, uid=DATA_SOURCE_UID)


@dataclass(frozen=True, slots=True)
class PostgresQuery(variants.Dataquery):
    """One statement for the data source. `format` is `table` or `time_series`; `ref_id` names it within its panel."""

    sql: str
    format: str
    ref_id: str = "A"

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        return {
            "datasource": data_source(),
            "editorMode": "code",
            "format": self.format,
            "rawQuery": True,
            "rawSql": self.sql,
            "refId": self.ref_id,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PostgresQuery:
        """From what `to_json` made."""
        return cls(data["rawSql"], data["format"], data["refId"])


runtime.Runtime().register_dataquery_variant(runtime.DataqueryConfig(DATA_SOURCE_TYPE, PostgresQuery.from_json))
