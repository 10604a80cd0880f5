"""The label of a device: one small page, whatever its name is."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from api.labels import make_label
from storage.fleet import FleetDevice, LineState
from tests.api.world import NOW, World

ADDRESS = "https://iot.xa.example/devices/gia-loc/den-001"


def device(**members: object) -> FleetDevice:
    """A lamp with something changed."""
    known: dict[str, object] = dict.fromkeys(FleetDevice.__dataclass_fields__) | {
        "commune": "gia-loc",
        "code": "den-001",
        "kind": "lighting",
        "name": "Đèn trước cổng chợ",
        "serial": "LC-2024-0117",
        "state": LineState.ON,
    }
    return FleetDevice(**{**known, **members})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["", "Đèn ngã ba Ổ Gà, phường Trường Thịnh, cạnh nhà văn hóa thôn Đông Hạ" * 3, "灯 \N{WAVING HAND SIGN}"]
)
def test_it_is_one_page_of_seventy_by_forty_millimetres(name: str) -> None:
    content = make_label(device(name=name), ADDRESS, "vi")
    assert content.count(b"/Type /Page\n") == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert box is not None
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [70, 40]
    assert len(content) < 60_000


def test_it_is_asked_for_under_the_page_of_the_device(client: httpx.Client, world: World) -> None:
    world.device("env-01", name="Trạm cổng Đình")
    world.send("env-01", {"temperature": 20}, received_at=NOW - timedelta(minutes=1))
    answer = client.get("/devices/gia-loc/env-01/label.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="gia-loc-env-01.pdf"'
    assert client.get("/devices/gia-loc/env-02/label.pdf").status_code == 404
