"""The small reader of Compose files does what Compose's documentation says."""

from __future__ import annotations

import pytest

from tests.commune.compose import InterpolationError, fill_in, interpolate

VARIABLES = {"SET": "word", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$SET-x", "word-x"),
        ("a${SET}b", "awordb"),
        ("${UNSET}", ""),
        ("${SET:-other}", "word"),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY-other}", ""),
        ("${UNSET-other}", "other"),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${SET:?why}", "word"),
        ("${EMPTY?why}", ""),
        ("$$SET and $$", "$SET and $"),
        ("${UNSET:-}", ""),
    ],
)
def test_each_form_gives_what_compose_gives(text: str, result: str) -> None:
    assert interpolate(text, VARIABLES) == result


@pytest.mark.parametrize("text", ["${UNSET:?set it}", "${UNSET?set it}", "${EMPTY:?set it}"])
def test_a_required_variable_that_is_missing_is_named_with_its_message(text: str) -> None:
    with pytest.raises(InterpolationError, match=r"required variable (UNSET|EMPTY) is missing a value: set it"):
        interpolate(text, VARIABLES)


@pytest.mark.parametrize("text", ["100 $", "${", "${1}", "${SET!x}"])
def test_a_form_that_compose_refuses_is_refused(text: str) -> None:
    with pytest.raises(InterpolationError, match="write"):
        interpolate(text, VARIABLES)


def test_only_values_are_filled_in_and_other_types_stay() -> None:
    assert fill_in({"$SET": ["$SET", 3, None, True]}, VARIABLES) == {"$SET": ["word", 3, None, True]}
