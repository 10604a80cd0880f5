"""What Grafana asks of the wall about a kind, derived from the catalogue.

These are statements for Grafana, which expands the macros (`$__timeFilter`) and variables (`$device`) in them; nothing
here runs them. The range decides what is read: readings up to `RAW_RANGE`, hours up to `HOURLY_RANGE`, days beyond.
PostgreSQL sees both ends of the range as constants, so the two branches that do not apply cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devices.model import Behaviour, Field, Kind
from storage.aggregates import Aggregate
from storage.rollup_tables import ORIGIN, Grain, view_name
from storage.rollup_wall import column_name
from storage.views import POSITION

RAW_RANGE = "6 hours 2 minutes"
HOURLY_RANGE = "14 days 2 hours"
"""A little more than what is chosen: the two ends of "the last 6 hours" are rounded, and each panel has its own."""
BUCKET = f"date_bin('$__interval_ms milliseconds', time, {ORIGIN})"
"""The start of the interval of a reading. Grafana's own macros give another type without TimescaleDB, and days of UTC
with it, in which those of the rollups would be moved to the day before."""
_ENDED = f"time < date_bin('$__interval_ms milliseconds', $__timeTo()::timestamptz, {ORIGIN})"
"""Of an interval that still runs only some devices have told: its mean would jump."""
_RANGE = "$__timeTo()::timestamptz - $__timeFrom()::timestamptz"
OPERATOR = "operator"
"""The key of a kind by which its dashboard can be narrowed."""
_RAW = f"{_RANGE} <= interval '{RAW_RANGE}' AND {_ENDED}"
_HOURLY = f"{_RANGE} > interval '{RAW_RANGE}' AND {_RANGE} <= interval '{HOURLY_RANGE}'"
_UP_TO_HOURLY = f"{_RANGE} <= interval '{HOURLY_RANGE}'"
_DAILY = f"{_RANGE} > interval '{HOURLY_RANGE}'"


def shown_values(kind: Kind) -> tuple[Field, ...]:
    """The values of a kind that dashboards show."""
    return tuple(field for field in kind.values if field.name not in POSITION)


def has_operators(kind: Kind) -> bool:
    """Whether the readings of a kind are told apart by operator."""
    return any(key.name == OPERATOR for key in kind.keys)


def _chosen(kind: Kind, operator: str = OPERATOR) -> str:
    """The condition of what the reader has chosen; `operator` is how a statement has it."""
    narrowed = f" AND {operator} IN ($operator)" if has_operators(kind) else ""
    return f"commune IN ($commune) AND device IN ($device){narrowed}"


def _operator_of_key(kind: Kind) -> str:
    """The operator in the key of a newest value, whose parts stand in the order of the catalogue."""
    place = next((place for place, key in enumerate(kind.keys, 1) if key.name == OPERATOR), 1)
    return f"split_part(l.key, '/', {place})"


def trend(kind: Kind, field: Field) -> str:
    """How a field went over time, over all chosen devices; columns `time`, ascending, and one for each line.

    Gauges: mean, smallest, largest; directions: circular mean; rain: its sum at a device; counters: the rise of all;
    states: share of readings. Labels have no trend; raises ValueError for them and for keys.
    """
    hour, day = view_name(kind, Grain.HOUR), view_name(kind, Grain.DAY)
    branches = [(hour, "time", _HOURLY, _of_rollup(field)), (day, "time", _DAILY, _of_rollup(field))]
    if field.behaviour is Behaviour.COUNTER:  # a rise needs the reading before, which the rollups know
        branches[0] = (hour, "time", _UP_TO_HOURLY, _of_rollup(field))
    else:
        branches.insert(0, (kind.name, BUCKET, _RAW, _of_readings(field)))
    return "\nUNION ALL\n".join(_branch(kind, *branch) for branch in branches) + "\nORDER BY 1"


def _branch(kind: Kind, view: str, time: str, condition: str, lines: Mapping[str, str]) -> str:
    listed = ", ".join(f'{expression} AS "{title}"' for title, expression in lines.items())
    return (
        f"SELECT {time} AS time, {listed}\n"
        f"FROM wall.{view} WHERE {condition} AND $__timeFilter(time) AND {_chosen(kind)}\nGROUP BY 1"
    )


def _of_readings(field: Field) -> dict[str, str]:
    name = f'"{field.name}"'
    if field.behaviour is Behaviour.STATE:
        return {"Tỷ lệ": f"avg({name}::integer)"}
    if field.circular:
        return {"Trung bình": _circular(name)}
    if field.additive:
        return {"Tổng mỗi thiết bị": f"sum({name}) / nullif(count(DISTINCT device), 0)"}
    return {"Trung bình": f"avg({name})", "Nhỏ nhất": f"min({name})", "Lớn nhất": f"max({name})"}


def _of_rollup(field: Field) -> dict[str, str]:
    def column(aggregate: Aggregate) -> str:
        return f'"{column_name(field, aggregate)}"'

    match field.behaviour:
        case Behaviour.COUNTER:
            return {"Tăng thêm": f"sum({column(Aggregate.INCREASE)})"}
        case Behaviour.STATE:
            # Of readings, as the branch of readings has it: a share of time asks each hour for the one before it.
            return {"Tỷ lệ": f"avg({column(Aggregate.SHARE)})"}
        case Behaviour.GAUGE if field.circular:
            return {"Trung bình": _circular(column(Aggregate.MEAN))}
        case Behaviour.GAUGE if field.additive:
            return {"Tổng mỗi thiết bị": f"sum({column(Aggregate.SUM)}) / nullif(count(DISTINCT device), 0)"}
        case Behaviour.GAUGE:
            count, mean = column(Aggregate.COUNT), column(Aggregate.MEAN)
            return {
                "Trung bình": f"sum({mean} * {count}) / nullif(sum({count}) FILTER (WHERE {mean} IS NOT NULL), 0)",
                "Nhỏ nhất": f"min({column(Aggregate.MIN)})",
                "Lớn nhất": f"max({column(Aggregate.MAX)})",
            }
    raise ValueError(f"{field.name} is a {field.behaviour}: it has no trend")


def _circular(column: str) -> str:
    """The circular mean in 0 to 360 degrees."""
    mean = f"degrees(atan2(avg(sin(radians({column}))), avg(cos(radians({column}))))) + 360"
    return f"mod(({mean})::numeric, 360)::float8"


def label_counts(kind: Kind, field: Field) -> str:
    """How many devices last said each word of a label."""
    return "\n".join(
        (
            'SELECT text AS "Giá trị", count(*) AS "Thiết bị" FROM wall.latest AS l',
            f"WHERE kind = '{kind.name}' AND field = '{field.name}' AND {_chosen(kind, _operator_of_key(kind))}",
            "GROUP BY 1 ORDER BY 2 DESC, 1",
        )
    )


def latest_table(kind: Kind) -> str:
    """One row for each chosen device (and key): how it stands, and the newest value of every field under its title."""
    values = ",\n    ".join(
        f"max({'text' if field.behaviour is Behaviour.LABEL else 'number'}) FILTER (WHERE field = '{field.name}')"
        f' AS "{field.title.vi}"'
        for field in shown_values(kind)
    )
    return (
        'SELECT coalesce(nullif(d.device_name, \'\'), d.device) AS "Thiết bị", d.device AS "Mã", d.commune AS "Xã",\n'
        '    d.hamlet_name AS "Thôn", d.health AS "Tình trạng", d.seen_at AS "Nhận tin lúc", l.key AS "Phần",\n'
        f"    {values}\n"
        "FROM wall.device AS d LEFT JOIN wall.latest AS l USING (commune, device)\n"
        f"WHERE d.kind = '{kind.name}' AND d.state <> 'retired' AND {_chosen(kind, _operator_of_key(kind))}\n"
        "GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 7 LIMIT 500"
    )


def device_latest(kinds: Iterable[Kind]) -> str:
    """The newest values of one device, with titles and units."""
    return (
        'SELECT n.title AS "Thông số", l.key AS "Phần", coalesce(l.text, round(l.number::numeric, 3)::text)'
        ' AS "Giá trị", n.symbol AS "Đơn vị", l.time AS "Đo lúc"\n'
        f"FROM wall.latest AS l JOIN {_names(kinds)} ON n.kind = l.kind AND n.field = l.field\n"
        "WHERE l.commune = '$commune' AND l.device = '$device'\nORDER BY n.place, 2"
    )


def field_choices(kinds: Iterable[Kind]) -> str:
    """Choices: the fields of one device that are numbers or states."""
    return (
        "SELECT concat_ws(', ', n.title, nullif(n.symbol, '')) AS __text, n.field AS __value\n"
        f"FROM wall.latest AS l JOIN {_names(kinds)} ON n.kind = l.kind AND n.field = l.field\n"
        "WHERE l.commune = '$commune' AND l.device = '$device' AND l.number IS NOT NULL\n"
        "GROUP BY n.place, 1, 2 ORDER BY n.place"
    )


def _names(kinds: Iterable[Kind]) -> str:
    """Title and unit of every value of the kinds, as a table `n`."""
    rows = ",\n    ".join(
        f"('{kind.name}', '{field.name}', {place}, '{field.title.vi}', '{field.unit.symbol if field.unit else ''}')"
        for kind in kinds
        for place, field in enumerate(shown_values(kind))
    )
    return f"(VALUES\n    {rows}\n) AS n (kind, field, place, title, symbol)"


def device_trend(kinds: Iterable[Kind]) -> str:
    """The chosen field of one device by the hour, beyond `HOURLY_RANGE` by the day; `$kind` is the device's kind."""
    branches = [
        f"SELECT g.time, v.metric, v.value FROM wall.{view_name(kind, grain)} AS g\n"  # noqa: S608 names of the catalogue
        f"CROSS JOIN LATERAL (VALUES {_pairs(kind)}) AS v (field, metric, value)\n"
        f"WHERE '$kind' = '{kind.name}' AND {condition} AND $__timeFilter(g.time)\n"
        "    AND g.commune = '$commune' AND g.device = '$device' AND v.field = '$field'"
        for kind in kinds
        for grain, condition in ((Grain.HOUR, _UP_TO_HOURLY), (Grain.DAY, _DAILY))
    ]
    return "\n".join(("SELECT time, metric, value FROM (", "\nUNION ALL\n".join(branches), ") AS t ORDER BY 1"))


def _pairs(kind: Kind) -> str:
    chosen = {Behaviour.GAUGE: Aggregate.MEAN, Behaviour.COUNTER: Aggregate.INCREASE, Behaviour.STATE: Aggregate.SHARE}
    return ", ".join(
        f"('{field.name}', '{field.title.vi}', g.\"{column_name(field, chosen[field.behaviour])}\"::float8)"
        for field in shown_values(kind)
        if field.behaviour in chosen
    )
