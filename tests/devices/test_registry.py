"""The values of the registry."""

from __future__ import annotations

import dataclasses

import pytest

from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType


def test_a_device_is_registered_with_no_more_than_commune_code_and_kind() -> None:
    device = Device("gia-loc", "tram-01", "environment")
    assert device.state is DeviceState.REGISTERED
    assert device.latitude is None
    assert device.expected_interval_seconds is None


def test_registered_values_do_not_change_in_place() -> None:
    device = Device("gia-loc", "tram-01", "environment")
    with pytest.raises(dataclasses.FrozenInstanceError):
        device.kind = "camera"  # type: ignore[misc]
    assert dataclasses.replace(device, state=DeviceState.RETIRED) != device


def test_a_hamlet_keeps_its_local_type() -> None:
    assert [place.value for place in HamletType] == ["xom", "thon", "khoi", "to_dan_pho"]
    assert Hamlet("thon-1", "Thôn 1", HamletType("thon")).type is HamletType.THON


def test_communes_and_sites_have_a_place() -> None:
    commune = Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3)
    site = Site("ubnd", "Trụ sở UBND xã", SiteType.UBND, commune.latitude, commune.longitude)
    assert not commune.is_sample
    assert site.hamlet is None
