"""The life of a device: which steps there are, who may take them, and why the others are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.lifecycle import (
    AT_REGISTRATION,
    BY_ITSELF,
    REFUSALS,
    STATE_MEANINGS,
    STATE_WORDS,
    TRANSITIONS,
    may_become,
    refusal,
    replacement_refusal,
    steps,
    swap_refusal,
)
from devices.model import Text
from devices.people import Role
from devices.registry import DeviceState

STATES = st.sampled_from(DeviceState)
ROLES = st.sampled_from(Role)


def test_every_step_is_either_allowed_or_refused_with_a_reason() -> None:
    assert set(TRANSITIONS) | set(REFUSALS) == set(steps())
    assert set(TRANSITIONS) & set(REFUSALS) == set()
    assert len(steps()) == len(DeviceState) * (len(DeviceState) - 1)


@pytest.mark.parametrize("text", [*REFUSALS.values(), *STATE_WORDS.values(), *STATE_MEANINGS.values()])
def test_every_word_is_in_both_languages(text: Text) -> None:
    assert text.vi
    assert text.en
    assert text.vi != text.en


def test_every_state_has_a_word_and_a_meaning() -> None:
    assert set(STATE_WORDS) == set(STATE_MEANINGS) == set(DeviceState)


@given(STATES)
def test_retired_is_final(wanted: DeviceState) -> None:
    assert refusal(DeviceState.RETIRED, wanted) is not None
    assert may_become(DeviceState.RETIRED) == ()


@given(STATES, STATES, ROLES)
def test_a_step_that_a_role_may_take_makes_sense_and_every_higher_role_may_take_it(
    present: DeviceState, wanted: DeviceState, role: Role
) -> None:
    if refusal(present, wanted, role) is None:
        assert refusal(present, wanted) is None
        assert all(refusal(present, wanted, other) is None for other in Role if other.at_least(role))


@given(STATES, ROLES)
def test_a_viewer_takes_no_step_and_only_an_operator_retires(present: DeviceState, role: Role) -> None:
    assert may_become(present, Role.VIEWER) == ()
    assert not (DeviceState.RETIRED in may_become(present, role) and not role.at_least(Role.OPERATOR))


@given(st.lists(STATES, max_size=12), st.sampled_from(AT_REGISTRATION))
def test_no_life_comes_back_to_planned_or_out_of_retirement(wishes: list[DeviceState], state: DeviceState) -> None:
    lived = [state]
    for wish in wishes:
        if refusal(lived[-1], wish) is None or (lived[-1], wish) == BY_ITSELF:
            lived.append(wish)
    assert DeviceState.PLANNED not in lived[1:]
    assert DeviceState.RETIRED not in lived[:-1]


def test_every_state_is_reached_from_the_first_and_can_end() -> None:
    reached = {DeviceState.PLANNED}
    for _ in DeviceState:
        reached |= {end for start, end in (*TRANSITIONS, BY_ITSELF) if start in reached}
    assert reached == set(DeviceState)
    assert all(DeviceState.RETIRED in may_become(state) for state in DeviceState if state is not DeviceState.RETIRED)


def test_a_step_to_where_a_device_is_already_is_refused_as_such() -> None:
    refused = refusal(DeviceState.ACTIVE, DeviceState.ACTIVE)
    assert refused is not None
    assert refused.en == "the device is active already"


def test_a_role_that_is_too_low_is_told_which_is_needed() -> None:
    refused = refusal(DeviceState.ACTIVE, DeviceState.RETIRED, Role.TECHNICIAN)
    assert refused is not None
    assert "operator" in refused.en


@given(STATES)
def test_what_is_only_planned_is_not_replaced_and_what_is_retired_has_no_new_hardware(state: DeviceState) -> None:
    assert (replacement_refusal(state) is None) is (state is not DeviceState.PLANNED)
    assert (swap_refusal(state) is None) is (state not in (DeviceState.PLANNED, DeviceState.RETIRED))
