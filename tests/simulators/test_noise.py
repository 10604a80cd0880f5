"""Randomness without state."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulators.noise import PlaneField, key, normal, one, smooth, uniform

NUMBERS = np.arange(200_000)


def test_a_key_depends_on_seed_and_on_every_name() -> None:
    keys = {key(1), key(2), key(1, "a"), key(1, "b"), key(1, "a", "b"), key(1, "ab"), key(1, "a", 1)}
    assert len(keys) == 7


@given(st.integers(-(2**62), 2**62), st.integers(0, 2**63))
def test_a_number_is_the_same_whoever_else_is_asked_for(index: int, seed: int) -> None:
    source = key(seed, "x")
    alone = uniform(source, index)[0]
    assert alone == uniform(source, np.array([5, index, -3]))[1]
    assert 0 < alone < 1


def test_uniform_numbers_fill_the_interval_evenly() -> None:
    counts, _ = np.histogram(uniform(key(1, "u"), NUMBERS), bins=20, range=(0, 1))
    assert np.abs(counts / 10_000 - 1).max() < 0.05


def test_normal_numbers_have_mean_zero_and_deviation_one_and_no_memory() -> None:
    values = normal(key(1, "n"), NUMBERS)
    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1) < 0.01
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.01


def test_different_seeds_have_nothing_to_do_with_each_other() -> None:
    first, second = normal(key(1, "n"), NUMBERS), normal(key(2, "n"), NUMBERS)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01


def test_smooth_noise_has_unit_variance_everywhere_and_a_memory_of_one_unit() -> None:
    source = key(1, "s")
    cells = np.arange(20_000, dtype=np.float64)
    for share in (0.0, 0.25, 0.5, 0.9):
        assert abs(smooth(source, cells + share).std() - 1) < 0.03
    near = np.corrcoef(smooth(source, cells), smooth(source, cells + 0.1))[0, 1]
    far = np.corrcoef(smooth(source, cells), smooth(source, cells + 2.0))[0, 1]
    assert near > 0.95
    assert abs(far) < 0.03


def test_smooth_noise_is_continuous_over_its_lattice() -> None:
    source = key(1, "s")
    lattice = np.arange(-50.0, 50.0)
    assert np.abs(smooth(source, lattice + 1e-9) - smooth(source, lattice - 1e-9)).max() < 1e-6


def test_a_trait_is_one_number_for_good() -> None:
    assert one(key(1, "trait")) == one(key(1, "trait"))


def test_a_plane_field_forgets_at_its_correlation_length() -> None:
    """The correlation at distance d is exp(−d / length), averaged over many fields."""
    length = 120.0
    origin = np.zeros(1)
    at_origin, found = [], {40.0: [], 120.0: [], 360.0: []}  # type: ignore[var-annotated]
    for seed in range(600):
        field = PlaneField(key(seed, "field"), length)
        at_origin.append(field.at(origin, origin)[0])
        for distance, values in found.items():
            values.append(field.at(np.array([0.6 * distance]), np.array([0.8 * distance]))[0])
    assert abs(np.std(at_origin) - 1) < 0.08
    for distance, values in found.items():
        assert abs(np.corrcoef(at_origin, values)[0, 1] - np.exp(-distance / length)) < 0.1
