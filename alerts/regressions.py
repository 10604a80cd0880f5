"""The alert on coverage that has become worse. Which cells were lost is worked out by the reports; here it is judged.

One alert for each operator of a commune: its rule's threshold says how many cells (0.105 km² each) must be lost, so
that a cell on the edge, which is covered on one drive and not on the next, calls nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.rules import COVERAGE_LOSS
from alerts.telling import Judged
from devices.model import Text
from storage.alerts import About, close_alert, open_alert
from storage.connect import Session

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class CoverageLoss:
    """The cells (H3) that were covered by an operator (MCC-MNC) and are known not to be any more; maybe none."""

    commune: str
    operator: str
    cells: tuple[str, ...]
    area_km2: float

    @property
    def subject(self) -> str:
        """As the alert names it."""
        return f"{self.commune}/operator:{self.operator}"


def judge_coverage(session: Session, losses: Sequence[CoverageLoss], now: datetime) -> Judged:
    """Open and close the alerts of the operators that were looked at. Raises what psycopg raises.

    It needs not be alone at it: what was found counts however often it is told, and nobody else tells it.
    """
    judged, least = Judged(), COVERAGE_LOSS.limits.threshold
    assert least is not None, "the rule has one"
    with session.transaction():
        for loss in losses:
            name = f"{COVERAGE_LOSS.name} {loss.subject}"
            if len(loss.cells) >= least:
                about = About(COVERAGE_LOSS.severity, commune=loss.commune)
                if open_alert(session, COVERAGE_LOSS.name, loss.subject, now, in_words(loss), about):
                    judged.opened.append(name)
            elif close_alert(session, COVERAGE_LOSS.name, loss.subject, now):
                judged.closed.append(name)
    return judged


def in_words(loss: CoverageLoss) -> Text:
    """What the alert says."""
    title, advice = COVERAGE_LOSS.title, COVERAGE_LOSS.advice
    more = len(loss.cells) - MOST_NAMED
    named = ", ".join(loss.cells[:MOST_NAMED]) + (f" … +{more}" if more > 0 else "")
    return Text(
        f"{title.vi}: nhà mạng {loss.operator} mất {len(loss.cells)} ô, {loss.area_km2:.2f} km² ({named}). {advice.vi}",
        f"{title.en}: operator {loss.operator} lost {len(loss.cells)} cells, {loss.area_km2:.2f} km² ({named})."
        f" {advice.en}",
    )
