"""Hypothesis strategies that are derived from the catalogue, for every test that needs payloads."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from devices.catalogue import KINDS
from devices.fields import SENTINELS
from devices.model import Behaviour, Field, Kind
from devices.readings import Value

RECEIVED_AT = datetime(2026, 11, 20, 3, 15, 2, tzinfo=UTC)

# The machine that runs the tests may be busy: a slow example is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

printable_texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=64)
device_times = st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001
kinds = st.sampled_from(list(KINDS.values()))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5)
)


def valid_values(field: Field) -> st.SearchStrategy[Value]:
    """Values of a field that must be stored exactly as they were sent."""
    if field.is_number:
        return st.floats(field.minimum, field.maximum).filter(lambda number: number not in SENTINELS)
    if field.behaviour is Behaviour.STATE:
        return st.booleans()
    if field.choices:
        return st.sampled_from(field.choices)
    if field.behaviour is Behaviour.KEY:
        return printable_texts.filter(lambda text: "/" not in text)
    return printable_texts


def valid_members(kind: Kind) -> st.SearchStrategy[dict[str, Value]]:
    """Keys and at least one value field of a reading of a kind, all of them valid."""
    required = {field.name: valid_values(field) for field in kind.keys if field.required}
    optional = {field.name: valid_values(field) for field in kind.fields if field.name not in required}
    value_names = {field.name for field in kind.values}
    return st.fixed_dictionaries(required, optional=optional).filter(lambda member: not value_names.isdisjoint(member))


def doubtful_members(kind: Kind) -> st.SearchStrategy[dict[str, object]]:
    """What a faulty device of a kind may send: its own names with any values, and names of nobody."""
    names = st.sampled_from([field.name for field in kind.fields] + ["ts", "seq", "imsi", "humidity"]) | st.text()
    return st.dictionaries(names, json_values, max_size=12)
