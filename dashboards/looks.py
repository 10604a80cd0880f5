"""How panels look, as Grafana writes it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.colours import NO_DATA, NO_DATA_WORDS, no_data, thresholds, words
from dashboards.grafana import PostgresQuery, data_source
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import dashboard


def build(panel: Panel, number: int, place: dashboard.GridPos) -> dashboard.Panel:
    """The panel as Grafana's SDK has it."""
    low, high = panel.bounds
    defaults = dashboard.FieldConfig(
        unit=panel.unit,
        decimals=panel.decimals,
        min_val=low,
        max_val=high,
        no_value=NO_DATA_WORDS,
        mappings=_mappings(panel.words),
        thresholds=thresholds(panel.limits),
        color=_colour(panel),
        custom=_custom(panel),
    )
    return dashboard.Panel(
        type_val=panel.shape.value,
        id_val=number,
        title=panel.title,
        description=panel.description,
        datasource=data_source(),
        grid_pos=place,
        interval=panel.interval,
        targets=[PostgresQuery(panel.sql, "time_series" if panel.shape is Shape.TIMES else "table")],
        options=_options(panel),
        field_config=dashboard.FieldConfigSource(
            defaults, [_override(name, column) for name, column in panel.columns.items()]
        ),
    )


def _mappings(choices: Mapping[str, tuple[str, str]] | None) -> list[dashboard.ValueMapping]:
    return [*([words(dict(choices))] if choices else []), no_data()]


def _colour(panel: Panel) -> dashboard.FieldColor:
    lines = panel.shape is Shape.TIMES
    return dashboard.FieldColor(
        dashboard.FieldColorModeId.PALETTE_CLASSIC_BY_NAME if lines else dashboard.FieldColorModeId.THRESHOLDS
    )


def _custom(panel: Panel) -> dict[str, object]:
    match panel.shape:
        case Shape.TIMES:
            return {
                "drawStyle": "bars" if panel.bars else "line",
                "fillOpacity": 60 if panel.bars else 0,
                "lineWidth": 1 if panel.bars else 2,
                "showPoints": "auto",
                "spanNulls": False,
                "stacking": {"mode": "normal" if panel.bars else "none", "group": "A"},
                "thresholdsStyle": {"mode": "dashed" if len(panel.limits) > 1 else "off"},
            }
        case Shape.TABLE:
            return {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}
        case Shape.STATES:
            return {"fillOpacity": 80, "lineWidth": 0}
    return {}


def _options(panel: Panel) -> dict[str, object]:
    match panel.shape:
        case Shape.TIMES:
            return {
                "legend": {"calcs": ["lastNotNull"], "displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "none"},
            }
        case Shape.STAT:
            return {
                "colorMode": "background_solid",
                "graphMode": "none",
                "justifyMode": "auto",
                "orientation": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "/.*/", "values": False},
                "textMode": "auto",
            }
        case Shape.TABLE:
            return {"cellHeight": "sm", "showHeader": True}
        case Shape.STATES:
            return {"mergeValues": True, "rowHeight": 0.8, "showValue": "auto", "tooltip": {"mode": "single"}}
        case Shape.MAP:
            return _map()


def _map() -> dict[str, object]:
    """Points where the columns `latitude` and `longitude` say, in the colour of the column `health`."""
    style = {
        "color": {"field": "health", "fixed": NO_DATA},
        "opacity": 0.8,
        "size": {"fixed": 7, "min": 2, "max": 15},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
    }
    return {
        "basemap": {"config": {}, "name": "Nền", "type": "default"},
        "controls": {"mouseWheelZoom": False, "showAttribution": True, "showScale": True, "showZoom": True},
        "layers": [
            {
                "config": {"showLegend": False, "style": style},
                "location": {"latitude": "latitude", "longitude": "longitude", "mode": "coords"},
                "name": "Thiết bị",
                "tooltip": True,
                "type": "markers",
            }
        ],
        "tooltip": {"mode": "details"},
        "view": {"allLayers": True, "id": "fit", "lat": 0, "lon": 0, "zoom": 15},
    }


def _override(name: str, column: Column) -> dashboard.DashboardFieldConfigSourceOverrides:
    """What is otherwise for the column of this name."""
    properties: dict[str, object] = {}
    if column.unit:
        properties["unit"] = column.unit
    if column.decimals is not None:
        properties["decimals"] = column.decimals
    if column.words:
        properties["mappings"] = _mappings(column.words)
    if column.limits:
        properties["thresholds"] = thresholds(column.limits)
    if column.words or column.limits:
        properties["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
    if column.link:
        title, url = column.link
        properties["links"] = [{"title": title, "url": url}]
    if column.width:
        properties["custom.width"] = column.width
    if column.hidden:  # the first until Grafana 12, the second since
        properties["custom.hidden"] = True
        properties["custom.hideFrom.viz"] = True
    return dashboard.DashboardFieldConfigSourceOverrides(
        matcher=dashboard.MatcherConfig("byName", name),
        properties=[dashboard.DynamicConfigValue(key, value) for key, value in properties.items()],
    )
