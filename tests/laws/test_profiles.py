"""Every promise of the plans is carried by a profile: the list below is the plans', and nothing may fall off it."""

from __future__ import annotations

from datetime import date

import pytest

from devices import profiles
from devices.catalogue import KINDS
from devices.declared import INDICATORS
from devices.profile import Comparison, Indicator, Level, Quantity, ReportPeriod, Target
from simulators.communes import load as load_sample
from simulators.communes import names as sample_names


def years(*wanted: int) -> tuple[date, ...]:
    return tuple(date(year, 12, 31) for year in wanted)


PROMISES: dict[str, tuple[str, list[str], Indicator, list[float], tuple[date | None, ...]]] = {
    "Gia Lộc: 5G 60 % by 2025": ("gia-loc", ["5g-2025"], Indicator.COVERAGE, [60], years(2025)),
    "Gia Lộc: 5G 100 % by 2030": ("gia-loc", ["5g-2030"], Indicator.COVERAGE, [100], years(2030)),
    "Gia Lộc: more than 1 Gb/s": (
        "gia-loc",
        ["gigabit-2025", "gigabit-2030"],
        Indicator.DECLARED,
        [60, 100],
        years(2025, 2030),
    ),
    "Gia Lộc: 6G": (
        "gia-loc",
        ["6g-2035", "6g-2040", "6g-2045"],
        Indicator.COVERAGE,
        [50, 80, 100],
        years(2035, 2040, 2045),
    ),
    "Gia Lộc: IoT in four fields": ("gia-loc", ["iot"], Indicator.DEPLOYED, [4], (None,)),
    "Gia Lộc: priority sites": ("gia-loc", ["priority-sites"], Indicator.COVERAGE, [100], (None,)),
    "Võ Nhai: 5G in the whole commune": ("vo-nhai", ["5g-2030"], Indicator.COVERAGE, [100], years(2030)),
    "Võ Nhai: no dead spots": ("vo-nhai", ["no-dead-spots"], Indicator.DEAD_SPOTS, [0], years(2030)),
    "Võ Nhai, task 26": (
        "vo-nhai",
        ["operations-centre"],
        Indicator.OPERATIONS_CENTRE,
        [1],
        (date(2025, 7, 31),),
    ),
    "Võ Nhai, task 33": ("vo-nhai", ["environment-platform"], Indicator.DEPLOYED, [2], years(2026)),
    "Võ Nhai, task 34": ("vo-nhai", ["early-warning"], Indicator.EARLY_WARNING, [2], (date(2027, 1, 31),)),
    "Võ Nhai, task 21": ("vo-nhai", ["open-data"], Indicator.OPEN_DATA, [1], years(2026)),
    "Tân Kỳ: public devices": ("tan-ky", ["public-devices"], Indicator.DEPLOYED, [4], years(2030)),
    "Tân Kỳ: data quality": ("tan-ky", ["data-quality"], Indicator.DATA_QUALITY, [90], years(2030)),
    "commune of Thái Nguyên: 5G": ("xa-thai-nguyen", ["5g-2030"], Indicator.COVERAGE, [100], years(2030)),
    "commune of Thái Nguyên: smart centre": ("xa-thai-nguyen", ["smart-centre"], Indicator.DEPLOYED, [4], years(2030)),
    "Thái Nguyên province: 5G": ("tinh-thai-nguyen", ["5g-2030"], Indicator.COVERAGE, [100], years(2030)),
    "nation: 5G for the people": ("quoc-gia", ["5g-population-2030"], Indicator.COVERAGE, [99], years(2030)),
    "nation: fibre of 1 Gb/s": ("quoc-gia", ["gigabit-2030"], Indicator.DECLARED, [100], years(2030)),
}
"""Profile, targets, indicator, thresholds and deadlines of each promise."""

ALL_TARGETS = [(code, target) for code in profiles.names() for target in profiles.load(code).targets]


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_of_the_plans_is_carried_with_threshold_and_deadline(promise: str) -> None:
    code, ids, indicator, thresholds, deadlines = PROMISES[promise]
    targets = [profiles.load(code).target(id_) for id_ in ids]
    assert all(target is not None and target.indicator is indicator for target in targets)
    assert [target.threshold for target in targets if target] == thresholds
    assert tuple(target.deadline for target in targets if target) == deadlines


def test_no_profile_promises_what_no_plan_does() -> None:
    carried = {(code, id_) for code, ids, *_ in PROMISES.values() for id_ in ids}
    assert carried == {(code, target.id) for code, target in ALL_TARGETS}


@pytest.mark.parametrize(("code", "target"), ALL_TARGETS, ids=[f"{code}-{target.id}" for code, target in ALL_TARGETS])
def test_every_target_names_its_document_and_speaks_both_languages(code: str, target: Target) -> None:
    assert target.source.document
    assert target.source.issuer
    assert target.title.vi != target.title.en
    assert all(kind in KINDS for field in target.deployments for group in field.kinds for kind in group)
    assert target.declared is None or target.declared in INDICATORS
    assert target.threshold <= 100 or target.unit != "%"


def test_the_plans_own_words_on_report_periods_are_kept() -> None:
    half_year, year = ReportPeriod.HALF_YEAR, ReportPeriod.YEAR
    assert profiles.load("gia-loc").periods == (ReportPeriod.MONTH, ReportPeriod.QUARTER, half_year, year)
    assert profiles.load("xa-thai-nguyen").periods == (half_year,)
    assert profiles.load("vo-nhai").periods == (year,)


def test_the_promises_that_differ_from_the_usual_say_so() -> None:
    spots = profiles.load("vo-nhai").target("no-dead-spots")
    sites = profiles.load("gia-loc").target("priority-sites")
    people = profiles.national().target("5g-population-2030")
    centre = profiles.load("xa-thai-nguyen").target("smart-centre")
    assert spots is not None and spots.comparison is Comparison.AT_MOST and spots.generations == ()
    assert sites is not None and (sites.quantity, sites.generations) == (Quantity.SITES, ("4G", "5G"))
    assert people is not None and people.quantity is Quantity.POPULATION
    assert centre is not None and centre.centre_only and profiles.load("xa-thai-nguyen").places.centre is not None


@pytest.mark.parametrize("code", [code for code in profiles.names() if profiles.load(code).level is Level.COMMUNE])
def test_places_of_a_commune_are_whole_and_say_that_they_are_samples(code: str) -> None:
    profile = profiles.load(code)
    assert profile.commune is not None and profile.commune.is_sample
    assert profile.places.is_sample
    assert profile.places.origin is not None and "made up" in profile.places.origin.en
    assert profile.places.boundary is not None
    assert profile.priority
    assert all(hamlet.boundary and hamlet.population for hamlet in profile.places.hamlets)
    assert all(site.hamlet for site in profile.places.sites)


@pytest.mark.parametrize("code", sample_names())
def test_a_simulated_commune_lives_in_the_places_of_its_profile(code: str) -> None:
    sample, profile = load_sample(code), profiles.load(code)
    assert (sample.commune, sample.hamlets, sample.sites) == (
        profile.commune,
        profile.places.hamlets,
        profile.places.sites,
    )


def test_a_province_has_its_roll_up_and_a_province_without_a_plan_has_none() -> None:
    found = profiles.province_of("Thái Nguyên")
    assert found is not None and found.level is Level.PROVINCE and found.communes == 92
    assert profiles.province_of("Hải Phòng") is None
