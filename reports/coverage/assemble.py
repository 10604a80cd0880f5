"""One report from what days of samples left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devices.model import Text
from reports.coverage.cells import (
    STATES,
    UNMEASURED,
    Question,
    States,
    best_of,
)
from reports.coverage.chances import any_of, draw
from reports.coverage.ground import Ground
from reports.coverage.hexagons import centres, code_of, parents
from reports.coverage.operators import OperatorCells, judge_operator
from reports.coverage.rules import CoverageRules
from reports.coverage.service_quality import service_indicators
from reports.coverage.shares import share_figure
from reports.coverage.site_verdicts import judge_sites
from reports.coverage.sites import dead_spots
from reports.coverage.summary import (
    CellVerdict,
    CoverageReport,
    HamletFigures,
    ParentCell,
    SampleCounts,
    ShareFigure,
    Subject,
)
from reports.coverage.tally import CellDays, Picks
from reports.coverage.words import LeftOut, Surroundings
from reports.grids import Floats, Integers


@dataclass(frozen=True, slots=True)
class Tallies:
    """What the days of a period left behind. `picks` are those of the period, one a fine cell (`tally.least`);
    `left_out` tells of each operator how many samples do not count, by cause, but for those outside the commune.
    """

    picks: Picks
    days: CellDays
    left_out: Mapping[str, Mapping[LeftOut, int]]

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators of whom there are samples that count."""
        return tuple(sorted(self.days.operators[number] for number in np.unique(self.days.operator)))


def assemble(subject: Subject, ground: Ground, tallies: Tallies, rules: CoverageRules) -> CoverageReport:
    """The report on a subject. An operator without any sample leaves every cell unmeasured."""
    question = Question(subject.technology, subject.surroundings, subject.profile)
    chosen = [name for name in tallies.operators if subject.operator in (None, name)]
    operators = [judge_operator(ground, tallies.picks, tallies.days, name, question, rules) for name in chosen]
    # Who was not measured so at all has no voice, or nowhere could be known to be without any operator.
    operators = [operator for operator in operators if operator.evidence.samples.any()]
    states, speaks, draws = _together(operators, ground, rules)
    sites = judge_sites(ground, tallies.picks, operators, question, rules)
    inside = _inside(ground, tallies.days, chosen)
    return CoverageReport(
        subject=subject,
        rules=rules,
        counts=_counts(subject, tallies, operators, inside),
        area=share_figure(ground.area_km2, states, draws, "km2", rules),
        population=_people(ground, states, draws, rules, ground.unplaced),
        sites=sites.figure,
        cells=_cells(operators, ground, states, speaks, by_name=subject.operator is None),
        parents=_parents(ground, states, rules),
        site_verdicts=sites.verdicts,
        hamlets=_hamlets(ground, states, draws, rules),
        dead_spots=dead_spots(ground.spots, tallies.picks, rules),
        service=service_indicators(inside, rules),
        operators=tallies.operators,
        notes=_notes(ground, tallies, subject, rules.vehicle_loss_db),
    )


def _together(
    operators: Sequence[OperatorCells], ground: Ground, rules: CoverageRules
) -> tuple[States, Integers, Floats]:
    """The state of each cell, the operator that speaks for it, and draws of what the cell may be."""
    size = ground.cells.size
    if not operators:
        nothing = np.zeros(size)
        return np.full(size, UNMEASURED, dtype=np.int8), nothing.astype(np.int64), draw(nothing, rules)
    states, speaks = best_of(
        [operator.states for operator in operators],
        [operator.evidence.samples for operator in operators],
        [operator.evidence.passed for operator in operators],
    )
    return states, speaks, draw(any_of([operator.chances for operator in operators]), rules)


def _inside(ground: Ground, days: CellDays, operators: Sequence[str]) -> CellDays:
    numbers = [days.operators.index(name) for name in operators]
    return days.take((ground.places(days.cell) >= 0) & np.isin(days.operator, numbers))


def _counts(subject: Subject, tallies: Tallies, operators: Sequence[OperatorCells], inside: CellDays) -> SampleCounts:
    """Of the subject's operators, in all surroundings; what is drawn is of its surroundings and profile."""
    days = tallies.days
    chosen = [days.operators.index(name) for name in tallies.operators if subject.operator in (None, name)]
    own = np.isin(days.operator, chosen)
    left_out = dict.fromkeys(LeftOut, 0)
    for name, causes in tallies.left_out.items():
        if subject.operator in (None, name):
            for cause, count in causes.items():
                left_out[cause] += count
    used = int(inside.samples.sum())
    left_out[LeftOut.OUTSIDE] += int(days.samples[own].sum()) - used
    thinned = sum(int(operator.evidence.samples.sum()) for operator in operators)
    return SampleCounts(used + sum(left_out.values()), used, thinned, left_out)


def _people(ground: Ground, states: States, draws: Floats, rules: CoverageRules, unplaced: float) -> ShareFigure | None:
    if ground.people.sum() + unplaced <= 0:
        return None
    return share_figure(ground.people, states, draws, "persons", rules, nowhere=unplaced)


def _cells(
    operators: Sequence[OperatorCells], ground: Ground, states: States, speaks: Integers, *, by_name: bool
) -> tuple[CellVerdict, ...]:
    rows = []
    for at, (cell, state, voice) in enumerate(
        zip(ground.cells.tolist(), states.tolist(), speaks.tolist(), strict=True)
    ):
        speaker = operators[voice] if operators else None
        evidence = speaker.evidence if speaker else None
        level = float(evidence.mean_level[at]) if evidence else np.nan
        measured = evidence is not None and evidence.samples[at] > 0
        rows.append(
            CellVerdict(
                cell=code_of(cell),
                latitude=float(ground.latitude[at]),
                longitude=float(ground.longitude[at]),
                area_km2=float(ground.area_km2[at]),
                state=STATES[state],
                samples=int(evidence.samples[at]) if evidence else 0,
                passed=int(evidence.passed[at]) if evidence else 0,
                slots=int(evidence.slots[at]) if evidence else 0,
                population=float(ground.people[at]),
                hamlet=ground.hamlet_code(at),
                operator=speaker.name if speaker and by_name and measured else None,
                mean_rsrp_dbm=None if np.isnan(level) else level,
            )
        )
    return tuple(rows)


def _parents(ground: Ground, states: States, rules: CoverageRules) -> tuple[ParentCell, ...]:
    above = parents(ground.cells, rules.parent_resolution)
    cells, at = np.unique(above, return_inverse=True)
    counts = np.zeros((cells.size, len(STATES)), dtype=np.int64)
    np.add.at(counts, (at, states), 1)
    latitude, longitude = centres(cells)
    return tuple(
        ParentCell(code_of(cell), y, x, dict(zip(STATES, row, strict=True)))
        for cell, y, x, row in zip(cells.tolist(), latitude.tolist(), longitude.tolist(), counts.tolist(), strict=True)
    )


def _hamlets(ground: Ground, states: States, draws: Floats, rules: CoverageRules) -> tuple[HamletFigures, ...]:
    found = []
    for number, hamlet in enumerate(ground.hamlets):
        own = ground.hamlet_of == number
        if own.any():
            people = ground.people[own]
            figures = share_figure(ground.area_km2[own], states[own], draws[:, own], "km2", rules)
            inhabited = share_figure(people, states[own], draws[:, own], "persons", rules) if people.sum() > 0 else None
            found.append(HamletFigures(hamlet.code, hamlet.name, figures, inhabited))
    return tuple(found)


def _notes(ground: Ground, tallies: Tallies, subject: Subject, loss: float) -> tuple[Text, ...]:
    notes = []
    if ground.unplaced > 0:
        notes.append(
            Text(
                f"{ground.unplaced:g} người thuộc thôn chưa có ranh giới hay tọa độ; họ được tính là chưa đo.",
                f"{ground.unplaced:g} people live in hamlets without a boundary or a point: not measured.",
            )
        )
    if subject.operator is not None and subject.operator not in tallies.operators:
        notes.append(
            Text("Kỳ này không có mẫu nào của nhà mạng.", "There are no samples of the operator in the period.")
        )
    vehicle = bool(tallies.picks.in_vehicle.any())
    if vehicle and subject.surroundings is Surroundings.OUTDOOR:
        corrected = Text(f"quy tắc cộng thêm {loss:g} dB", f"the rules add {loss:g} dB to them")
        if loss == 0:
            corrected = Text("quy tắc không cộng thêm gì", "the rules add nothing to them")
        notes.append(
            Text(
                f"Một phần mẫu đo trong xe, mức thu thấp hơn ngoài trời; {corrected.vi}.",
                f"Some samples were taken in a vehicle, where levels are lower; {corrected.en}.",
            )
        )
    return tuple(notes)
