"""The life of a device: planned → registered → active → maintenance → retired.

`TRANSITIONS` is the whole law: which steps there are, and the least role that may take each. Every other step is
refused, and `REFUSALS` says why. Retired is final: what comes after is another device, which may replace this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from devices.model import Text
from devices.people import ROLE_WORDS, Role
from devices.registry import DeviceState

PLANNED, REGISTERED, ACTIVE, MAINTENANCE, RETIRED = DeviceState

Step = tuple[DeviceState, DeviceState]

TRANSITIONS: Mapping[Step, Role] = {
    (PLANNED, REGISTERED): Role.TECHNICIAN,
    (PLANNED, RETIRED): Role.OPERATOR,
    (REGISTERED, MAINTENANCE): Role.TECHNICIAN,
    (REGISTERED, RETIRED): Role.OPERATOR,
    (ACTIVE, MAINTENANCE): Role.TECHNICIAN,
    (ACTIVE, RETIRED): Role.OPERATOR,
    (MAINTENANCE, ACTIVE): Role.TECHNICIAN,
    (MAINTENANCE, RETIRED): Role.OPERATOR,
}
"""Every step that a person may take, with the least role that may take it."""

BY_ITSELF: Step = (REGISTERED, ACTIVE)
"""The one step that no person takes: `commune maintain` takes it with the first message that is stored."""

AT_REGISTRATION = (PLANNED, REGISTERED)
"""How a life begins. (A file of devices that have long been in use may name a later state.)"""

STATE_WORDS: Mapping[DeviceState, Text] = {
    PLANNED: Text("dự kiến", "planned"),
    REGISTERED: Text("đã đăng ký", "registered"),
    ACTIVE: Text("đang hoạt động", "active"),
    MAINTENANCE: Text("bảo trì", "in maintenance"),
    RETIRED: Text("ngừng sử dụng", "retired"),
}

STATE_MEANINGS: Mapping[DeviceState, Text] = {
    PLANNED: Text(
        "sẽ được lắp; bản tin của nó bị để riêng",
        "it will be installed; its messages are set aside",
    ),
    REGISTERED: Text(
        "đã lắp hoặc đang lắp; bản tin đầu tiên được lưu sẽ đưa nó vào hoạt động",
        "it is installed or being installed; the first message that is stored makes it active",
    ),
    ACTIVE: Text("đã gửi số liệu và đang được dùng", "it has sent data and is in use"),
    MAINTENANCE: Text(
        "đang được sửa hay kiểm tra; bản tin vẫn được lưu",
        "it is being mended or checked; its messages are stored all the same",
    ),
    RETIRED: Text(
        "không còn dùng nữa; bản tin bị để riêng, số liệu cũ được giữ, trạng thái này là cuối cùng",
        "it is out of use; its messages are set aside, its data is kept, and this state is final",
    ),
}

RETIRED_IS_FINAL = Text(
    "thiết bị đã ngừng sử dụng là kết thúc; hãy đăng ký thiết bị mới, hoặc thay thế nó bằng thiết bị mới",
    "a retired device is at its end; register a new device, or let a new device replace it",
)
_WENT_ON = Text(
    "thiết bị đã được đăng ký, không thể trở lại dự kiến; nếu không lắp nữa, hãy cho ngừng sử dụng",
    "the device has been registered and is a plan no more; retire it if it will not be installed",
)
_HAS_SPOKEN = Text(
    "thiết bị đã qua bước đăng ký; hãy chuyển sang bảo trì nếu cần sửa",
    "the device is past its registration; put it into maintenance if it needs a hand",
)
_NOT_INSTALLED = Text(
    "thiết bị mới chỉ là dự kiến; hãy đăng ký nó trước",
    "the device is only planned; register it first",
)

REFUSALS: Mapping[Step, Text] = {
    BY_ITSELF: Text(
        "thiết bị tự chuyển sang hoạt động khi bản tin đầu tiên của nó được lưu; không ai bấm thay nó",
        "the device becomes active by itself with the first message that is stored; nobody says so in its place",
    ),
    (PLANNED, ACTIVE): _NOT_INSTALLED,
    (PLANNED, MAINTENANCE): _NOT_INSTALLED,
    (REGISTERED, PLANNED): _WENT_ON,
    (ACTIVE, PLANNED): _WENT_ON,
    (MAINTENANCE, PLANNED): _WENT_ON,
    (ACTIVE, REGISTERED): _HAS_SPOKEN,
    (MAINTENANCE, REGISTERED): _HAS_SPOKEN,
    (RETIRED, PLANNED): RETIRED_IS_FINAL,
    (RETIRED, REGISTERED): RETIRED_IS_FINAL,
    (RETIRED, ACTIVE): RETIRED_IS_FINAL,
    (RETIRED, MAINTENANCE): RETIRED_IS_FINAL,
}
"""Why each other step is refused. A step to the same state has words of its own."""


def refusal(present: DeviceState, wanted: DeviceState, role: Role | None = None) -> Text | None:
    """Why a device may not go from one state to another, or None when it may.

    With a `role` the step must also be one that this role may take; without one only the law itself is asked.
    """
    if present is wanted:
        word = STATE_WORDS[present]
        return Text(f"thiết bị đang ở trạng thái này rồi ({word.vi})", f"the device is {word.en} already")
    least = TRANSITIONS.get((present, wanted))
    if least is None:
        return REFUSALS[present, wanted]
    if role is not None and not role.at_least(least):
        needed, step = ROLE_WORDS[least], STATE_WORDS[wanted]
        return Text(
            f"chuyển sang {step.vi} cần vai trò {needed.vi} trở lên",
            f"that a device is {step.en} is for the role {needed.en} or above to say",
        )
    return None


def may_become(present: DeviceState, role: Role | None = None) -> tuple[DeviceState, ...]:
    """The states that a person (of this role, where one is given) may lead a device to, in the order of its life."""
    return tuple(state for state in DeviceState if refusal(present, state, role) is None)


def replacement_refusal(present: DeviceState) -> Text | None:
    """Why a device in this state cannot be replaced by another, or None when it can."""
    if present is PLANNED:
        return Text(
            "thiết bị mới chỉ là dự kiến, chưa có gì để thay; hãy sửa thông tin của nó",
            "the device is only planned, there is nothing to replace yet; change its description",
        )
    return None


def swap_refusal(present: DeviceState) -> Text | None:
    """Why the hardware of a device in this state cannot be exchanged under its code, or None when it can."""
    return RETIRED_IS_FINAL if present is RETIRED else replacement_refusal(present)


def steps() -> tuple[Step, ...]:
    """Every pair of different states, in the order of a life."""
    return tuple((a, b) for a, b in product(DeviceState, DeviceState) if a is not b)
