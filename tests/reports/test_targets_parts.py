"""What each kind of target rests on, apart from any database: worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import profiles
from devices.alert_book import RULES
from devices.declared import Declaration, Provenance
from devices.model import Text
from devices.profile import Comparison, Indicator, Target
from devices.registry import Hamlet, HamletType
from reports.coverage.summary import DeadSpot, Interval, ShareFigure
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import Outcome, SpotState, Technology
from reports.figures import Figure, Group, Place, Report, Row
from reports.periods import parse_period
from reports.targets import outcome_of
from reports.targets_counted import deployed, early_warning, is_live, open_data, operations_centre
from reports.targets_declared import declared_share
from reports.targets_measured import MemberShare, data_quality, dead_spots, roll_up, technology_of
from reports.targets_types import Found
from storage.alert_desk import AlertOverride
from storage.declared import InForce
from storage.fleet import FleetDevice, LineState

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
TODAY = date(2026, 11, 21)
NOTHING = Text("", "")


def target(code: str, id_: str) -> Target:
    found = profiles.load(code).target(id_)
    assert found is not None
    return found


def device(kind: str, state: LineState = LineState.ON, **members: object) -> FleetDevice:
    given: dict[str, object] = dict.fromkeys(FleetDevice.__dataclass_fields__)
    given |= {"device_id": 1, "commune": "vo-nhai", "code": f"{kind}-1", "kind": kind, "state": state}
    given |= {"lifecycle": "active", "seen_at": NOW, "latitude": 21.755, "longitude": 106.078, "tags": []}
    return FleetDevice(**(given | members))  # type: ignore[arg-type]


def found(low: float | None, high: float | None) -> Found:
    return Found(low, low, high, NOTHING)


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (60.0, 70.0, Outcome.MET),
        (59.9, 70.0, Outcome.UNDECIDED),
        (10.0, 60.0, Outcome.UNDECIDED),
        (10.0, 59.9, Outcome.NOT_MET),
        (None, None, Outcome.UNDECIDED),
        (60.0 - 1e-12, 99.0, Outcome.MET),
    ],
)
def test_a_verdict_compares_the_worse_and_the_better_bound(
    low: float | None, high: float | None, outcome: Outcome
) -> None:
    assert outcome_of(target("gia-loc", "5g-2025"), found(low, high)) is outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"), [(0, 0, Outcome.MET), (0, 3, Outcome.UNDECIDED), (1, 3, Outcome.NOT_MET)]
)
def test_what_must_not_be_more_is_judged_from_the_other_side(low: float, high: float, outcome: Outcome) -> None:
    assert outcome_of(target("vo-nhai", "no-dead-spots"), found(low, high)) is outcome


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([50.0, 60.0, 99.0, 100.0]))
def test_the_verdict_is_that_of_the_coverage_report(a: float, b: float, threshold: float) -> None:
    low, high = sorted((a, b))
    if any(abs(edge - threshold / 100) < 1e-8 for edge in (low, high)):
        return
    figure = ShareFigure("km²", 1, 1, 0, 1, 2, 3, Interval(low, high, "x"))
    wanted = replace(target("gia-loc", "5g-2025"), threshold=threshold)
    assert outcome_of(wanted, found(100 * low, 100 * high)) is verdict_of(figure, threshold / 100).outcome


@pytest.mark.parametrize(
    ("generations", "technology"),
    [((), Technology.ANY), (("5G",), Technology.FIVE_G), (("4G", "5G"), Technology.FOUR_G), (("6G",), None)],
)
def test_generations_are_what_the_coverage_report_can_measure(
    generations: tuple[str, ...], technology: Technology | None
) -> None:
    assert technology_of(replace(target("gia-loc", "5g-2025"), generations=generations)) is technology


@pytest.mark.parametrize(
    ("lifecycle", "state", "live"),
    [
        ("active", LineState.ON, True),
        ("registered", LineState.LATE, True),
        ("active", LineState.OFF, False),
        ("active", LineState.NEVER, False),
        ("maintenance", LineState.ON, False),
        ("planned", LineState.ON, False),
    ],
)
def test_a_device_is_live_when_it_is_in_use_and_heard(lifecycle: str, state: LineState, live: bool) -> None:
    assert is_live(device("camera", state, lifecycle=lifecycle)) is live


def test_fields_are_counted_by_their_live_devices_and_the_missing_are_named() -> None:
    devices = [device("environment"), device("lighting"), device("camera", LineState.OFF)]
    result = deployed(target("gia-loc", "iot"), devices, None)
    assert result.value == 2
    assert "missing: Irrigation, Security" in result.reason.en
    told = {evidence.title.en: evidence.value.en for evidence in result.evidence}
    assert told == {"Environment": "1 of 1", "Irrigation": "0 of 0", "Public lighting": "1 of 1", "Security": "0 of 1"}


def test_a_target_of_the_centre_counts_what_stands_inside_it() -> None:
    profile = profiles.load("xa-thai-nguyen")
    wanted = target("xa-thai-nguyen", "smart-centre")
    inside = [device(kind, latitude=21.48, longitude=105.79) for kind in ("lighting", "camera", "wifi")]
    outside = [device("notice_board", latitude=21.5, longitude=105.81), device("loudspeaker", latitude=None)]
    assert deployed(wanted, [*inside, *outside], profile.places.centre).value == 3
    unknown = deployed(wanted, inside, None)
    assert unknown.low is None and "centre is not known" in unknown.reason.en


def test_a_field_needs_as_many_live_devices_as_the_plan_says() -> None:
    wanted = target("gia-loc", "iot")
    two = replace(wanted, deployments=(replace(wanted.deployments[0], at_least=2),))
    assert deployed(two, [device("environment")], None).value == 0
    assert deployed(two, [device("environment"), device("water_level")], None).value == 1


def test_early_warning_needs_a_rule_that_is_awake_for_the_device() -> None:
    wanted = target("vo-nhai", "early-warning")
    devices = [device("environment"), device("water_level")]
    by_rule = early_warning(wanted, devices, [])
    assert by_rule.value is not None
    rising = [rule.name for rule in RULES if rule.field == "level"]
    awake = [AlertOverride(name, "vo-nhai", device="water_level-1", threshold=250.0) for name in rising]
    assert early_warning(wanted, devices, awake).value == 2
    asleep = [replace(one, enabled=False) for one in awake]
    rain = [
        rule.name for rule in __import__("devices.alert_book", fromlist=["RULES"]).RULES if rule.field == "rainfall"
    ]
    off = [AlertOverride(name, "vo-nhai", enabled=False) for name in rain]
    assert early_warning(wanted, devices, [*asleep, *off]).value == 0


def test_an_operations_centre_is_one_whose_wall_has_live_data() -> None:
    assert operations_centre([device("camera")], NOW).value == 1
    assert operations_centre([device("camera", seen_at=NOW - timedelta(hours=2))], NOW).value == 0
    assert operations_centre([device("camera", LineState.OFF)], NOW).value == 0
    assert operations_centre([], NOW).value == 0


def test_open_data_are_counted_by_their_routes() -> None:
    assert open_data(["/a", "/b"]).value == 2
    assert outcome_of(target("vo-nhai", "open-data"), open_data([])) is Outcome.NOT_MET


HAMLETS = [Hamlet(f"h{at}", f"Thôn {at}", HamletType.THON, people) for at, people in enumerate((1000, 3000))]


def row(hamlet: str | None, part: float, whole: float, operator: str = "Viettel", day: date = TODAY) -> InForce:
    provenance = Provenance(f"{operator} HP", day, "a.xlsx", "0" * 64)
    return InForce(Declaration("fixed_broadband_1gbps", hamlet, operator, part, whole), provenance, 1, 2)


def shares(rows: list[InForce], hamlets: list[Hamlet] = HAMLETS) -> tuple[float | None, float | None]:
    result = declared_share("fixed_broadband_1gbps", rows, hamlets, today=TODAY, old_after_months=12)
    return result.low, result.high


def test_nothing_declared_is_nothing_known() -> None:
    assert shares([]) == (None, None)


def test_hamlets_weigh_by_their_people_and_one_that_is_missing_may_be_anything() -> None:
    assert shares([row("h0", 100, 200), row("h1", 300, 400)]) == (68.75, 68.75)
    assert shares([row("h0", 100, 200)]) == (12.5, 87.5)


def test_operators_share_households_nobody_knows_how_many() -> None:
    assert shares([row("h0", 100, 200), row("h0", 60, 200, "VNPT"), row("h1", 400, 400)]) == (87.5, 95.0)
    assert shares([row("h0", 150, 200), row("h0", 150, 200, "VNPT"), row("h1", 0, 400)]) == (18.75, 25.0)


def test_the_larger_count_of_households_is_taken_where_operators_differ() -> None:
    found = shares([row("h0", 100, 200), row("h0", 10, 400, "VNPT")], HAMLETS[:1])
    assert found == pytest.approx((25.0, 27.5))


def test_households_weigh_where_the_people_of_a_hamlet_are_not_known() -> None:
    unknown = [replace(HAMLETS[0], population=None), HAMLETS[1]]
    assert shares([row("h0", 100, 100), row("h1", 0, 300)], unknown) == (25.0, 25.0)


def test_a_figure_for_the_whole_commune_counts_where_no_hamlet_is_declared() -> None:
    assert shares([row(None, 60, 100)]) == (60.0, 60.0)
    assert shares([row(None, 60, 100), row("h0", 200, 200)]) == (25.0, 100.0)


def test_an_old_list_is_told_to_be_old() -> None:
    result = declared_share(
        "fixed_broadband_1gbps", [row("h0", 1, 2, day=date(2025, 1, 1))], HAMLETS, today=TODAY, old_after_months=12
    )
    assert "over 12 months old" in result.evidence[-1].value.en


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["h0", "h1"]), st.integers(0, 100), st.sampled_from("AB")), max_size=6))
def test_bounds_of_what_is_declared_never_cross_and_never_leave_0_to_100(rows: list[tuple[str, int, str]]) -> None:
    low, high = shares([row(hamlet, part, 100, operator) for hamlet, part, operator in rows])
    assert (low is None) == (not rows)
    assert low is None or high is None or 0 <= low <= high + 1e-9 <= 100 + 2e-9


def spot(state: SpotState) -> DeadSpot:
    return DeadSpot("a", "Cụm A", 21.7, 106.0, False, state, 9, 1)


def test_dead_spots_are_counted_with_those_that_may_be_some() -> None:
    states = [SpotState.SERVED, SpotState.HOLLOW, SpotState.WHITE, SpotState.UNMEASURED, SpotState.INSUFFICIENT]
    result = dead_spots([spot(state) for state in states])
    assert (result.value, result.low, result.high) == (2, 2, 4)
    assert dead_spots([]).low is None
    assert dead_spots([spot(SpotState.UNMEASURED)]).value is None


def test_a_province_counts_what_is_not_registered_as_unknown() -> None:
    result = roll_up([MemberShare("Xã A", 100.0, None)], 400.0, 4)
    assert (result.low, result.high, result.value) == (0.0, 100.0, None)
    assert "1/4 communes are registered, 25.0 %" in result.reason.en
    assert roll_up([], None, None).low is None


def test_every_target_has_a_unit_that_its_threshold_makes_sense_in() -> None:
    assert target("gia-loc", "5g-2025").unit == "%"
    assert target("vo-nhai", "no-dead-spots").unit == ""
    assert target("vo-nhai", "no-dead-spots").comparison is Comparison.AT_MOST
    assert target("gia-loc", "iot").indicator is Indicator.DEPLOYED


def quality(**shares: float | None) -> Report:
    period = parse_period("2026-11")
    figures = {name: Figure(value, "", name, 100, 100) for name, value in shares.items()}
    return Report("data_quality", period, Group.COMMUNE, {}, [Row(Place("tan-ky"), figures)] if shares else [])


def test_the_quality_of_data_is_its_least_measure_in_per_cent() -> None:
    result = data_quality(quality(valid=0.99, complete=0.87, clean=1.0, live=0.95, score=0.87))
    assert (result.value, result.low, result.high) == (87, 87, 87)
    assert "“complete”" in result.reason.en
    assert outcome_of(target("tan-ky", "data-quality"), result) is Outcome.NOT_MET
    assert data_quality(quality()).low is None
    assert data_quality(quality(valid=None, complete=None, clean=None, live=None, score=None)).low is None
