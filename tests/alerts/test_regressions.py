"""Coverage that has become worse: one alert for each operator, from three cells on, until it is better."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from alerts.regressions import CoverageLoss, in_words, judge_coverage
from commune.coverage_alerts import losses
from reports.rules import ReportRules
from storage.alerting import take_judging
from storage.alerts import list_alerts
from storage.connect import Session, connect
from tests.api.world import World

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def lost(cells: int, operator: str = "452-04") -> CoverageLoss:
    return CoverageLoss("gia-loc", operator, tuple(f"89411{n:02d}" for n in range(cells)), 0.105 * cells)


def test_a_regression_is_one_alert_an_operator_until_it_is_over(world: World, session: Session) -> None:
    first = judge_coverage(session, [lost(3), lost(2, "452-02")], NOW)
    assert first.opened == ["coverage_loss gia-loc/operator:452-04"]
    assert judge_coverage(session, [lost(7), lost(0, "452-02")], NOW + timedelta(days=1)).opened == []
    (alert,) = list_alerts(session, only_open=True)
    assert "nhà mạng 452-04 mất 7 ô, 0.73 km² (8941100" in alert.detail_vi and "… +2" in alert.detail_en
    over = judge_coverage(session, [lost(1)], NOW + timedelta(days=2))
    assert over.closed == ["coverage_loss gia-loc/operator:452-04"]
    assert list_alerts(session)[0].closed_at == NOW + timedelta(days=2)


def test_a_regression_is_told_while_another_judges_devices(session: Session, database_url: str) -> None:
    with closing(connect(database_url)) as other:
        assert take_judging(other)
        assert judge_coverage(session, [lost(3)], NOW).opened == ["coverage_loss gia-loc/operator:452-04"]


@pytest.mark.parametrize("cells", [0, 1, 2])
def test_a_cell_or_two_on_the_edge_call_nobody(world: World, session: Session, cells: int) -> None:
    assert judge_coverage(session, [lost(cells)], NOW).opened == []


def test_the_words_say_what_to_do() -> None:
    words = in_words(lost(4))
    assert "xe đo lại" in words.vi and words.en.endswith("then tell the operator with the figures.")


def test_where_nobody_drives_nothing_is_lost(world: World, session: Session) -> None:
    assert list(losses(session, ReportRules(), NOW)) == []
