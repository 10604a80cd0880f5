"""The reference page of the simulators' faults and fleets, made from the catalogue of faults."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from commune.markdown import page, table
from devices.model import Text
from simulators.faults import FAULTS, Fault, Layer
from simulators.fleet import fleets, load_fleet

LAYERS = {
    Layer.VALUES: Text("số đo", "the values"),
    Layer.CLOCK: Text("đồng hồ", "the clock"),
    Layer.STORE: Text("nguồn điện, đường truyền, bộ nhớ", "power, line, store"),
    Layer.WAY: Text("trên đường đi", "the way"),
    Layer.BYTES: Text("nội dung bản tin", "the bytes"),
}
_PARAMETERS = {
    "share": "share of the messages that are struck, more than 0 and at most 1",
    "field": "the field that is struck",
    "every": "seconds in which it happens once",
    "lasts": "it lasts half of these seconds to all of them",
    "factor": "what the value is multiplied by",
    "offset": "what is added then",
    "per_day": "what is added a day",
    "service_days": "days between two services of the sensor",
    "at": "the number at which the register is full",
    "ahead": "seconds",
    "behind": "seconds",
    "intervals": "in intervals of the device",
    "parts_per_million": "the most by which the crystal is off",
    "sync_days": "days between two settings of the clock",
    "delays": "seconds, one of them for each message",
    "after": "seconds until the repeat",
    "times": "how often the devices start",
    "gap": "seconds between two starts",
    "holds": "seconds of data that are sent at once",
    "batch": "most readings in one array",
}
"""What the parameters mean; one name means the same in every fault."""


def pages() -> dict[str, str]:
    """The page under the name of its file."""
    return {"faults-of-simulators.md": faults_page()}


def faults_page() -> str:
    """Every fault with what it does, what must become of it, and its parameters."""
    rows = [
        (
            f"`{name}`",
            f"{LAYERS[fault.layer].vi} / {LAYERS[fault.layer].en}",
            fault.meaning.vi,
            fault.meaning.en,
            fault.outcome.vi,
            fault.outcome.en,
            ", ".join(f"`{parameter} = {_shown(default)}`" for parameter, default in parameters(fault).items()) or "–",
        )
        for name, fault in FAULTS.items()
    ]
    return page(
        "Faults of simulated devices",
        "Lỗi của thiết bị mô phỏng",
        "What a fleet file may give to simulated devices. A fault acts between the device and the line, in the order of"
        " the second column. Whom and when it strikes follows from the seed, the device and the time alone. What must"
        " become of every message is in the manifest: `commune simulate run --manifest`, `commune simulate verify`.",
        table(
            ("fault", "acts on", "ý nghĩa", "meaning", "kết quả phải có", "what must become of it", "parameters"), rows
        ),
        "## Parameters",
        table(("parameter", "meaning"), [(f"`{name}`", meaning) for name, meaning in _PARAMETERS.items()]),
        "## Fleets",
        table(("`--fleet`", "title"), [(f"`{name}`", load_fleet(name).title) for name in fleets()]),
        "A fleet of your own is a file whose path ends in `.toml`. `devices` names codes, or whole kinds:",
        '    title = "Two stations, one of them bad"\n\n    [[fault]]\n    name = "sentinel"\n'
        '    devices = ["cb-mt-01"]\n    field = "pm25"\n    share = 0.1',
    )


def parameters(fault: type[Fault]) -> dict[str, Any]:
    """The parameters of a fault with their defaults."""
    return {parameter.name: parameter.default for parameter in fields(fault)}  # type: ignore[arg-type]


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return f"[{', '.join(map(str, default))}]"
    return '"…"' if default == "" else str(default)
