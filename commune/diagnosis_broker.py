"""What the broker itself may lose, as far as it tells: its queues, and what survives a power cut of it."""

from __future__ import annotations

from broker.configuration import BrokerConfiguration
from broker.watch import Condition
from commune.findings import Finding, State, found, worst

QUEUE_WARN_SHARE = 0.5
QUEUE_FAIL_SHARE = 0.9
AUTOSAVE_WARN_SECONDS = 300
QOS_0_EN = "what is published at QoS 0 and lost is seen by nobody: let devices publish at QoS 1"
QOS_0_VI = "bản tin gửi ở QoS 0 mà mất thì không ai thấy: hãy cho thiết bị gửi ở QoS 1"

Part = tuple[State, str, str]
"""A state with its words in English and in Vietnamese."""


def judge_queues(condition: Condition, configuration: BrokerConfiguration | None) -> Finding:
    """What the broker's queues mean: how near to their limit they are, what was dropped, who is away."""
    parts = [_waiting(condition, configuration), _dropped(condition), _away(condition)]
    said = [part for part in parts if part is not None]
    return found(
        "queues",
        worst(*(state for state, _, _ in said)),
        "; ".join([en for _, en, _ in said] + [QOS_0_EN]),
        "; ".join([vi for _, _, vi in said] + [QOS_0_VI]),
    )


def _waiting(condition: Condition, configuration: BrokerConfiguration | None) -> Part | None:
    if condition.queued_messages is None:
        return None
    en, vi = f"{condition.queued_messages:,} messages wait", f"{condition.queued_messages:,} bản tin đang chờ"
    if configuration is None:
        return State.OK, f"{en} (the limit is not known)", f"{vi} (không biết giới hạn)"
    limits = (
        (condition.queued_messages, configuration.max_queued_messages),
        (condition.queued_bytes or 0, configuration.max_queued_bytes),
    )
    share = max((held / limit for held, limit in limits if limit), default=0.0)
    state = State.FAIL if share >= QUEUE_FAIL_SHARE else State.WARN if share >= QUEUE_WARN_SHARE else State.OK
    more_en = "" if state is State.OK else "; at 100 % the broker drops what comes: see whether ingest runs"
    more_vi = "" if state is State.OK else "; đến 100 % máy chủ sẽ bỏ bản tin mới: hãy xem tiếp nhận có chạy không"
    return state, f"{en}, {share:.0%} of what a queue may hold{more_en}", f"{vi}, {share:.0%} sức chứa{more_vi}"


def _dropped(condition: Condition) -> Part | None:
    if not condition.dropped:
        return None
    since = f"{condition.started_at:%Y-%m-%d %H:%M} UTC"
    return (
        State.WARN,
        f"the broker has dropped {condition.dropped:,} messages since it started at {since}",
        f"máy chủ MQTT đã bỏ {condition.dropped:,} bản tin từ khi khởi động lúc {since}",
    )


def _away(condition: Condition) -> Part | None:
    if not condition.sessions_away:
        return None
    return (
        State.WARN,
        f"{condition.sessions_away} sessions are kept while nobody is connected to them, and their queues fill: start "
        "what they belong to, or remove them (docs/how-to/watch-ingest.md)",
        f"{condition.sessions_away} phiên đang được giữ mà không ai kết nối, hàng đợi của chúng đầy dần: hãy chạy lại "
        "tiến trình của phiên, hoặc xóa phiên (docs/how-to/watch-ingest.md)",
    )


def judge_durability(configuration: BrokerConfiguration | None, received_a_second: float | None) -> Finding:
    """What a power cut of the broker costs, by its configuration and by what is published to it at present."""
    state, en, vi = _durability(configuration)
    seconds = None if configuration is None or not configuration.persistence else configuration.autosave_seconds
    if seconds and received_a_second is not None:
        count = f"{seconds * received_a_second:,.0f}"
        en += f": at most {count} messages at the present {received_a_second:.1f} a second, and none that ingest stored"
        vi += f": nhiều nhất {count} bản tin với {received_a_second:.1f} bản tin mỗi giây, trừ bản tin đã lưu"
    return found("durability", state, en, vi)


def _durability(configuration: BrokerConfiguration | None) -> Part:
    if configuration is None:
        return (
            State.WARN,
            "what a power cut of the broker costs is not known: name its mosquitto.conf in "
            "COMMUNE_BROKER_CONFIGURATION_FILE (with Mosquitto's defaults nothing waiting survives a restart)",
            "không biết mất điện máy chủ MQTT thì mất bao nhiêu: hãy đặt COMMUNE_BROKER_CONFIGURATION_FILE là tệp "
            "mosquitto.conf của nó (theo mặc định, bản tin đang chờ mất hết khi khởi động lại)",
        )
    if not configuration.persistence:
        return (
            State.FAIL,
            "the broker keeps nothing over a restart: set persistence true",
            "máy chủ MQTT không giữ gì khi khởi động lại: hãy đặt persistence true",
        )
    if configuration.autosave_seconds is None:
        return (
            State.WARN,
            "the broker writes its queues by number of changes (autosave_on_changes): when nothing comes any more the "
            "last are never written; set autosave_on_changes false",
            "máy chủ MQTT ghi hàng đợi theo số thay đổi (autosave_on_changes): những bản tin cuối có thể không được "
            "ghi; hãy đặt autosave_on_changes false",
        )
    if configuration.autosave_seconds == 0:
        return (
            State.WARN,
            "the broker writes its queues only when it ends properly: a power cut costs all that waits; set "
            "autosave_interval 60",
            "máy chủ MQTT chỉ ghi hàng đợi khi tắt đúng cách: mất điện là mất mọi bản tin đang chờ; hãy đặt "
            "autosave_interval 60",
        )
    en = f"a power cut of the broker costs what came in the last {configuration.autosave_seconds} s (autosave_interval)"
    vi = f"mất điện máy chủ MQTT thì mất bản tin của {configuration.autosave_seconds} giây cuối (autosave_interval)"
    if configuration.autosave_seconds > AUTOSAVE_WARN_SECONDS:
        return State.WARN, f"{en}, more than need be: 60 is a good value", f"{vi}, quá lâu: nên đặt 60"
    return State.OK, en, vi
