"""The disturber of demonstrations: what it does, in which order, and that everything is back at its end."""

from __future__ import annotations

import threading

import pytest

from commune.demo import chaos
from commune.demo.chaos import Chaos, Disturbance
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaos, "SHORTEST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(chaos, "LONGEST_PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(chaos, "LONGEST_ABSENCE_SECONDS", 0.001)


class Service:
    """Something that may be away."""

    def __init__(self) -> None:
        self.here = True
        self.times_away = 0

    def away(self) -> None:
        assert self.here
        self.here = False
        self.times_away += 1

    def back(self) -> None:
        self.here = True


def order_of(seed: int, count: int) -> list[str]:
    """The first disturbances that a seed gives."""
    order: list[str] = []
    names = ["one", "two", "three"]
    disturbances = {name: Disturbance(lambda name=name: order.append(name)) for name in names}  # type: ignore[misc]
    with Chaos(disturbances, seed, lambda _: None):
        wait_until(lambda: len(order) >= count, f"{count} disturbances were done")
    return order[:count]


def test_the_same_seed_disturbs_in_the_same_order_and_another_in_another() -> None:
    assert order_of(7, 9) == order_of(7, 9)
    assert len({tuple(order_of(seed, 9)) for seed in range(5)}) > 1


def test_each_disturbance_is_done_before_any_is_done_again() -> None:
    order = order_of(3, 9)
    for start in (0, 3, 6):
        assert sorted(order[start : start + 3]) == ["one", "three", "two"]


def test_everything_is_back_at_the_end_and_was_counted() -> None:
    services = {name: Service() for name in ("database", "broker")}
    told: list[str] = []
    disturbances = {name: Disturbance(service.away, service.back) for name, service in services.items()}
    with Chaos(disturbances, 1, told.append) as running:
        wait_until(lambda: sum(running.done.values()) >= 6, "six disturbances were done")
    assert all(service.here for service in services.values())
    assert running.done == {name: service.times_away for name, service in services.items()}
    assert len(told) == sum(running.done.values())


def test_quiet_is_held_while_something_is_away() -> None:
    service = Service()
    gone = threading.Event()
    seen: list[bool] = []

    def away() -> None:
        service.away()
        seen.append(running.quiet.locked())
        gone.set()

    with Chaos({"database": Disturbance(away, service.back)}, 1, lambda _: None) as running:
        wait_until(gone.is_set, "the database was away")
    assert seen
    assert all(seen)
    assert not running.quiet.locked()


def test_what_cannot_be_brought_back_fails_the_demonstration() -> None:
    def never() -> None:
        raise OSError("it does not start any more")

    failing = Chaos({"database": Disturbance(lambda: None, never)}, 1, lambda _: None)
    with pytest.raises(OSError, match="does not start any more"), failing:
        wait_until(lambda: not failing._thread.is_alive(), "the thread has ended")
