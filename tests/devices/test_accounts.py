"""The names, topics and passwords of devices at the broker."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.accounts import DeviceAccount, is_device_name
from devices.passwords import GROUP_LENGTH, GROUPS, LETTERS, new_password

SLUGS = st.from_regex(r"[a-z0-9_-]{2,63}", fullmatch=True)
LAMP = DeviceAccount("gia-loc", "lighting", "den-07")


def test_a_password_is_read_off_a_phone_and_not_guessed() -> None:
    password = new_password()
    assert [len(group) for group in password.split("-")] == [GROUP_LENGTH] * GROUPS
    assert set(password) <= set(LETTERS) | {"-"}
    assert GROUPS * GROUP_LENGTH * math.log2(len(LETTERS)) >= 96
    assert set("ilo01") & set(LETTERS) == set()


def test_no_two_passwords_are_the_same() -> None:
    assert len({new_password() for _ in range(2000)}) == 2000


def test_a_device_publishes_what_it_measures_and_reads_its_own_four_topics() -> None:
    own = "xa/gia-loc/lighting/den-07"
    assert LAMP.username == LAMP.client_id == "gia-loc.den-07"
    assert LAMP.publishes == (f"{own}/telemetry", f"{own}/event", f"{own}/status")
    assert LAMP.subscribes == (*LAMP.publishes, f"{own}/error")


@given(SLUGS, SLUGS, SLUGS, SLUGS)
def test_no_two_devices_have_the_same_name(commune: str, device: str, commune_2: str, device_2: str) -> None:
    names = {DeviceAccount(c, "environment", d).username for c, d in ((commune, device), (commune_2, device_2))}
    assert all(map(is_device_name, names))
    assert (len(names) == 1) == ((commune, device) == (commune_2, device_2))


@pytest.mark.parametrize(
    "name", ["ingest", "maintain", "simulator", "gia-loc", "a.b", "Gia-Loc.den-07", "aa.bb.cc", ""]
)
def test_other_names_are_not_taken_for_those_of_devices(name: str) -> None:
    assert not is_device_name(name)
