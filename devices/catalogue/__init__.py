"""The nine kinds of field devices, one file each."""

from __future__ import annotations

from devices.catalogue import (
    camera,
    environment,
    irrigation,
    lighting,
    loudspeaker,
    notice_board,
    signal_probe,
    water_level,
    wifi,
)
from devices.model import Kind

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (
        environment,
        water_level,
        irrigation,
        lighting,
        camera,
        loudspeaker,
        wifi,
        signal_probe,
        notice_board,
    )
}
"""Every kind under its name, in the order of the documentation."""
