"""What maintenance keeps of targets once a day."""

from __future__ import annotations

import tomllib
from contextlib import closing
from datetime import UTC, datetime, timedelta

from commune.targets_upkeep import keep_targets
from devices import profiles
from reports.rules import ReportRules
from storage.connect import connect
from storage.profiles import put_sample
from storage.target_days import list_target_days

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
"""The morning of the 21st in Viet Nam."""


def test_every_target_is_kept_once_a_local_day_for_communes_and_their_province(database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as session:
        assert keep_targets(session, ReportRules(), NOW) == 0
        for code in ("vo-nhai", "tan-ky"):
            put_sample(session, tomllib.loads(profiles.texts(code)[0]), profiles.load(code).places)
        nation, province = len(profiles.national().targets), 1
        own = len(profiles.load("vo-nhai").targets) + len(profiles.load("tan-ky").targets)
        for _ in range(2):
            assert keep_targets(session, ReportRules(), NOW) == own + 2 * nation + province
        keep_targets(session, ReportRules(), NOW + timedelta(days=1))
        since, until = NOW.date(), NOW.date() + timedelta(days=3)
        days = list_target_days(session, "vo-nhai", since=since, until=until)
        rolled = list_target_days(session, "tinh-thai-nguyen", since=since, until=until)
    assert {one.day.isoformat() for one in days} == {"2026-11-21", "2026-11-22"}
    assert {(one.profile, one.target) for one in rolled} == {("tinh-thai-nguyen", "5g-2030")}
    outcome = {one.target: one.outcome for one in days if one.profile == "vo-nhai"}
    assert outcome["operations-centre"] == "chua_dat"
