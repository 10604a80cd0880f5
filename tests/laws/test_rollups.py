"""Laws of the rollups over the whole catalogue: one test for each law and kind."""

from __future__ import annotations

import pytest

from devices.catalogue import KINDS
from devices.model import Behaviour, Kind
from storage.aggregates import allowed_aggregates, group_aggregates
from storage.rollup_parts import part_columns, parts_of, speech_seconds
from storage.rollup_tables import Grain, table_name, view_name
from storage.rollup_wall import column_name
from storage.views import PLACE

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
LONGEST_NAME = 63
"""PostgreSQL cuts longer names short, and then two may be one."""


@every_kind
def test_no_two_columns_of_a_rollup_bear_one_name(kind: Kind) -> None:
    names = [column.name for column in part_columns(kind)]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_NAME


@every_kind
def test_no_two_columns_of_a_view_of_the_wall_bear_one_name(kind: Kind) -> None:
    names = [column_name(field, aggregate) for field in kind.values for aggregate in allowed_aggregates(field)]
    names += ["time", *PLACE, *(key.name for key in kind.keys)]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_NAME


def test_no_rollup_bears_the_name_of_a_kind() -> None:
    names = {name(kind, grain) for kind in KINDS.values() for grain in Grain for name in (table_name, view_name)}
    assert names.isdisjoint(KINDS)


@every_kind
def test_every_field_that_is_no_key_is_rolled_up_and_answers_something(kind: Kind) -> None:
    for field in kind.values:
        assert parts_of(kind, [field])
        assert allowed_aggregates(field)
        assert group_aggregates(field)


@every_kind
def test_only_gauges_are_additive_and_only_counters_roll_over(kind: Kind) -> None:
    for field in kind.fields:
        assert not field.additive or (field.behaviour is Behaviour.GAUGE and not field.circular), field.name
        assert field.rollover is None or (field.behaviour is Behaviour.COUNTER and field.rollover > 1), field.name


@every_kind
def test_a_reading_speaks_for_longer_than_its_kind_is_silent(kind: Kind) -> None:
    assert speech_seconds(kind) >= 3 * kind.interval_seconds
