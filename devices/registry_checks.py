"""Whether a registered value makes sense by itself: codes, coordinates, intervals. The faults are in words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from devices.catalogue import KINDS
from devices.geometry import faults_of_boundary
from devices.model import Kind, Text
from devices.registry import Commune, Device, Hamlet, Site
from devices.topics import SLUG

VIET_NAM_LATITUDES = (8.0, 24.0)
VIET_NAM_LONGITUDES = (101.0, 118.0)
"""A box around Viet Nam with its islands, in WGS 84 degrees; it serves to recognise exchanged coordinates only."""
LONGEST_INTERVAL_SECONDS = 604_800
"""A week."""
MOST_TAGS = 20
LONGEST_TAG = 40


def faults_of_device(device: Device, kinds: Mapping[str, Kind] = KINDS) -> list[Text]:
    """What is wrong with a device by itself; an empty list when nothing is."""
    return [
        *_code("thiết bị", "device", device.code),
        *_kind(device.kind, kinds),
        *_place(device.latitude, device.longitude),
        *_height(device.height_m),
        *_interval(device.expected_interval_seconds),
        *_tags(device.tags),
    ]


def faults_of_commune(commune: Commune) -> list[Text]:
    """What is wrong with a commune by itself."""
    return [
        *_code("xã", "commune", commune.code),
        *_name(commune.name),
        *_place(commune.latitude, commune.longitude),
    ]


def faults_of_hamlet(hamlet: Hamlet) -> list[Text]:
    """What is wrong with a hamlet by itself."""
    faults = [*_code("thôn", "hamlet", hamlet.code), *_name(hamlet.name), *_place(hamlet.latitude, hamlet.longitude)]
    if hamlet.population is not None and hamlet.population < 0:
        faults.append(Text(f"dân số {hamlet.population} là số âm", f"population {hamlet.population} is negative"))
    if hamlet.boundary is not None:
        faults.extend(faults_of_boundary(json.loads(hamlet.boundary)))
    return faults


def faults_of_site(site: Site) -> list[Text]:
    """What is wrong with a site by itself."""
    return [
        *_code("địa điểm", "site", site.code),
        *_name(site.name),
        *_place(site.latitude, site.longitude),
    ]


def joined(faults: list[Text]) -> Text:
    """All faults in one sentence a language."""
    return Text("; ".join(fault.vi for fault in faults), "; ".join(fault.en for fault in faults))


def _code(vi: str, en: str, code: str) -> Iterator[Text]:
    if not SLUG.fullmatch(code):
        yield Text(
            f"mã {vi} {code!r} phải gồm 2 đến 63 ký tự a-z, 0-9, - và _ (không dấu, không hoa)",
            f"the {en} code {code!r} must be 2 to 63 characters of a-z, 0-9, - and _",
        )


def _name(name: str) -> Iterator[Text]:
    if not name.strip():
        yield Text("thiếu tên", "the name is missing")


def _kind(kind: str, kinds: Mapping[str, Kind]) -> Iterator[Text]:
    if kind not in kinds:
        known = ", ".join(kinds)
        yield Text(f"không có loại {kind!r}; các loại: {known}", f"there is no kind {kind!r}; the kinds are {known}")


def _place(latitude: float | None, longitude: float | None) -> Iterator[Text]:
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        yield Text("phải có cả vĩ độ và kinh độ", "latitude and longitude go together")
        return
    if _within(longitude, *VIET_NAM_LATITUDES) and _within(latitude, *VIET_NAM_LONGITUDES):
        yield Text(
            f"vĩ độ {latitude:g} và kinh độ {longitude:g} có lẽ bị đổi chỗ cho nhau",
            f"latitude {latitude:g} and longitude {longitude:g} have probably changed places",
        )
        return
    if not _within(latitude, -90, 90):
        yield Text(f"vĩ độ {latitude:g} ngoài khoảng -90 đến 90", f"latitude {latitude:g} is outside -90 to 90")
    if not _within(longitude, -180, 180):
        yield Text(
            f"kinh độ {longitude:g} ngoài khoảng -180 đến 180", f"longitude {longitude:g} is outside -180 to 180"
        )


def _height(height_m: float | None) -> Iterator[Text]:
    if height_m is not None and not math.isfinite(height_m):
        yield Text(f"chiều cao {height_m} không phải là một số", f"height {height_m} is not a number")


def _interval(seconds: int | None) -> Iterator[Text]:
    if seconds is not None and not 1 <= seconds <= LONGEST_INTERVAL_SECONDS:
        yield Text(
            f"chu kỳ {seconds} giây ngoài khoảng 1 đến {LONGEST_INTERVAL_SECONDS}",
            f"interval of {seconds} seconds is outside 1 to {LONGEST_INTERVAL_SECONDS}",
        )


def _tags(tags: Sequence[str]) -> Iterator[Text]:
    if len(tags) > MOST_TAGS:
        yield Text(f"có {len(tags)} nhãn, nhiều hơn {MOST_TAGS}", f"there are {len(tags)} tags, more than {MOST_TAGS}")
    for tag in tags:
        if not tag.strip() or tag != tag.strip() or len(tag) > LONGEST_TAG or "," in tag or not tag.isprintable():
            yield Text(
                f"nhãn {tag!r} phải có 1 đến {LONGEST_TAG} ký tự, không có dấu phẩy hay khoảng trắng ở hai đầu",
                f"the tag {tag!r} must be 1 to {LONGEST_TAG} characters without a comma or a space at its ends",
            )
    if len(set(tags)) != len(tags):
        yield Text("một nhãn được ghi hai lần", "a tag is given twice")


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high
