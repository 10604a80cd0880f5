"""What was opened and closed is held against what is foretold: kind, subject, times, members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.alarms import compare_alerts, moment, table
from simulators.foretold import Foretold
from simulators.found import Found, FoundAlert, Verdict
from simulators.manifest import Manifest, Record
from tests.simulators.manifests import ABOUT, NOW, REGISTERED

CUT = Foretold("place_silent", "gia-loc/feeder:471", float(NOW), NOW + 3600.0, ("gia-loc/cs-01", "gia-loc/cs-02"))
FOUND = FoundAlert(
    CUT.kind, CUT.subject, NOW * 1_000_000, "3 of 4", (NOW + 3600) * 1_000_000, ["gia-loc/cs-01", "gia-loc/cs-02"]
)
Judge = Callable[..., Verdict]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    def judge(foretold: list[Foretold], *there: FoundAlert, judged: bool = True) -> Verdict:
        path = tmp_path / "m"
        path.unlink(missing_ok=True)
        with Manifest(path, REGISTERED, ABOUT) as manifest:
            manifest.foretell(foretold)
        verdict = Verdict()
        with Record(path) as record:
            assert sorted(record.foretold(), key=repr) == sorted(foretold, key=repr)
            found = Found((), (), (), lambda *_: (), lambda *_: (), there)
            compare_alerts(record, found, verdict, judged=judged)
        return verdict

    return judge


def test_what_is_foretold_and_came_is_no_difference(judged: Judge) -> None:
    verdict = judged([CUT], FOUND)
    assert (verdict.differences, verdict.alerts) == ([], 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"opened": NOW * 1_000_000 + 2_000_000}, "no alert place_silent was opened"),
        ({"closed": None}, "is over at –, not at"),
        ({"closed": (NOW + 3605) * 1_000_000}, "is over at"),
        ({"members": ["gia-loc/cs-01"]}, "stands for gia-loc/cs-01, and not for gia-loc/cs-01, gia-loc/cs-02"),
        ({"subject": "gia-loc/feeder:473"}, "no alert place_silent was opened"),
    ],
)
def test_another_time_end_member_or_subject_is_a_difference(
    judged: Judge, change: dict[str, object], says: str
) -> None:
    verdict = judged([CUT], replace(FOUND, **change))  # type: ignore[arg-type]
    assert any(says in str(difference) for difference in verdict.differences)


def test_an_alert_that_is_open_at_the_end_must_be_open(judged: Judge) -> None:
    still = replace(CUT, closed=None)
    assert judged([still], replace(FOUND, closed=None)).differences == []
    assert len(judged([still], FOUND).differences) == 1


def test_none_else_may_be_there_not_even_the_same_twice(judged: Judge) -> None:
    verdict = judged([CUT], FOUND, FOUND)
    assert [difference.what for difference in verdict.differences] == ["unknown"]
    assert [difference.what for difference in judged([], FOUND).differences] == ["unknown"]


def test_one_that_is_not_certain_may_be_there_and_need_not(judged: Judge) -> None:
    perhaps = replace(CUT, certain=False)
    assert judged([perhaps]).differences == [] == judged([perhaps], FOUND).differences


def test_looks_that_nobody_planned_have_slack(judged: Judge) -> None:
    loose = replace(CUT, slack=30.0)
    late = replace(FOUND, opened=(NOW + 20) * 1_000_000, closed=(NOW + 3590) * 1_000_000)
    assert judged([loose], late).differences == []


def test_a_run_that_nobody_judged_may_still_not_let_the_broker_drop_messages(judged: Judge) -> None:
    drop = FoundAlert("broker_drop", "127.0.0.1:1883", NOW, "the broker dropped 3 messages")
    verdict = judged([CUT], drop, FOUND, judged=False)
    assert verdict.alerts_not_judged == {"place_silent": 1}
    (difference,) = verdict.differences
    assert "the broker dropped 3 messages" in str(difference)


def test_the_table_says_it_in_utc() -> None:
    assert moment(None) == "–"
    assert table([replace(CUT, closed=None)]) == [
        ("place_silent", "gia-loc/feeder:471", 2, moment(NOW), "–"),
    ]
