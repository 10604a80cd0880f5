"""From what came of a device, and what the broker refused to it, to findings: sentences for the person beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from api.live_words import ADVICE, REFUSAL_ADVICE, about_field, about_message, offset_words
from devices.accounts import AccountState
from devices.clocks import SKEWED_SECONDS
from devices.model import Kind, Text
from devices.reasons import Reason
from devices.refusals import REFUSALS, Refusal
from devices.registry import DeviceState
from storage.broker_accounts import BrokerAccount
from storage.broker_refusals import RefusalRow
from storage.live import Heard, HeardFault
from storage.readiness import IngestState

Severity = Literal["error", "warning", "info"]
SEVERITIES: Sequence[Severity] = ("error", "warning", "info")
INGEST_AWAY_SECONDS = 10.0
"""Ingest writes every two seconds at the least; one that has been silent for longer is away or stuck."""
ACCOUNT_SLOW = timedelta(seconds=5)
"""An account is at the broker within a second; one that waits for longer waits for somebody."""
SETTLED = timedelta(seconds=10)
"""What was wrong so long before the newest reading has been put right meanwhile."""
VIETNAM_HOURS = 7
NEAR_HOURS = 0.1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else bears on whether a device is heard."""

    now: datetime
    since: datetime
    lifecycle: DeviceState
    account: BrokerAccount | None
    refusals: Sequence[RefusalRow]
    ingest: IngestState | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps values away or spoils them, and what to do about it."""

    code: str
    severity: Severity
    text: Text
    advice: Text
    at: datetime | None = None
    times: int = 1


def findings(kind: Kind, heard: Heard, around: Surroundings) -> list[Finding]:
    """Everything worth saying, the gravest first, and of the same gravity the newest first."""
    found = [
        *_of_life(around),
        *_of_account(around),
        *_of_ingest(around),
        *_still(heard, _of_refusals(around.refusals)),
        *_still(heard, (_of_fault(kind, fault) for fault in heard.faults)),
        *_of_clock(heard, around),
    ]
    newest_first = sorted(found, key=lambda one: one.at or around.since, reverse=True)
    return sorted(newest_first, key=lambda one: SEVERITIES.index(one.severity))


def _of_life(around: Surroundings) -> Iterator[Finding]:
    if around.lifecycle is DeviceState.PLANNED:
        yield Finding(
            "planned",
            "error",
            Text(
                "Thiết bị mới ở trạng thái dự kiến, nên bản tin của nó bị để riêng.",
                "The device is only planned, so its messages are set aside.",
            ),
            ADVICE[Reason.NOT_IN_SERVICE],
        )
    if around.lifecycle is DeviceState.RETIRED:
        yield Finding(
            "retired",
            "error",
            Text("Thiết bị đã ngừng sử dụng, nên bị ngắt.", "The device is retired and therefore cut off."),
            Text("Đăng ký thiết bị thay thế với một mã mới.", "Register the device that replaces it."),
        )


def _of_account(around: Surroundings) -> Iterator[Finding]:
    account = around.account
    if account is None or account.state is AccountState.NEEDS_PASSWORD:
        yield Finding(
            "needs_password",
            "error",
            Text("Thiết bị chưa có mật khẩu MQTT.", "The device has no MQTT password."),
            Text(
                "Bấm «Cấp mật khẩu mới» ở mục Tài khoản rồi nhập vào thiết bị.",
                "Press “Give a new password” under Account and type it into the device.",
            ),
        )
    elif account.state is AccountState.FAILED:
        yield Finding(
            "account_failed",
            "error",
            Text("Máy chủ MQTT chưa nhận tài khoản này.", "The broker has not taken this account."),
            Text(
                "Hệ thống tự thử lại; nếu vẫn vậy sau 1 phút, báo cho người quản trị.",
                "It is tried again by itself; after a minute tell the administrator.",
            ),
            account.changed_at,
        )
    elif account.state is AccountState.WAITING and around.now - account.changed_at > ACCOUNT_SLOW:
        yield Finding(
            "account_waiting",
            "warning",
            Text(
                "Tài khoản đang chờ: máy chủ MQTT hoặc tiến trình bảo trì chưa trả lời.",
                "The account waits: the broker or the maintenance process does not answer.",
            ),
            Text(
                "Không cần làm gì: tài khoản tự có khi máy chủ trở lại. Nếu lâu, báo cho người quản trị.",
                "Nothing to do: it comes by itself when they are back. If it takes long, tell the administrator.",
            ),
            account.changed_at,
        )


def _of_ingest(around: Surroundings) -> Iterator[Finding]:
    state = around.ingest
    if state is None or state.behind_seconds > INGEST_AWAY_SECONDS:
        yield Finding(
            "ingest_away",
            "warning",
            Text(
                "Hệ thống đang tạm ngừng tiếp nhận bản tin.",
                "The system is not taking in messages at the moment.",
            ),
            Text(
                "Bản tin gửi bằng QoS 1 vẫn được giữ và sẽ hiện ra sau. Báo cho người quản trị.",
                "What is sent at QoS 1 is kept and appears later. Tell the administrator.",
            ),
        )


def _still(heard: Heard, found: Iterable[Finding]) -> Iterator[Finding]:
    """Those of the findings that the newest reading has not overtaken."""
    newest = max((reading.received_at for reading in heard.readings), default=None)
    for one in found:
        if newest is None or one.at is None or one.at > newest - SETTLED:
            yield one


def _of_refusals(rows: Sequence[RefusalRow]) -> Iterator[Finding]:
    """One finding a reason; the rows are newest first."""
    for reason in dict.fromkeys(Refusal(row.reason) for row in rows):
        same = [row for row in rows if row.reason == reason]
        subject = f" ({same[0].subject})" if same[0].subject else ""
        words = REFUSALS[reason]
        yield Finding(
            reason.value,
            # Who used a client id that is nobody's may be another device than this one.
            "warning" if reason is Refusal.WRONG_CLIENT_ID else "error",
            Text(words.vi.removesuffix(".") + f"{subject}.", words.en.removesuffix(".") + f"{subject}."),
            REFUSAL_ADVICE[reason],
            same[0].last_at,
            sum(row.times for row in same),
        )


def _of_fault(kind: Kind, fault: HeardFault) -> Finding:
    reason = Reason(fault.reason)
    text = (
        about_message(reason, fault.detail)
        if fault.field is None
        else about_field(kind, reason, fault.field, fault.value)
    )
    return Finding(reason.value, "error", text, ADVICE[reason], fault.last_at, fault.times)


def _of_clock(heard: Heard, around: Surroundings) -> Iterator[Finding]:
    if heard.clock_ahead_seconds is not None:
        yield _clock_is_off("clock_ahead", heard.clock_ahead_seconds)
        return
    newest = max(heard.readings, key=lambda reading: reading.received_at, default=None)
    if newest is None or newest.received_at < around.since:
        return
    behind = (newest.received_at - newest.time).total_seconds()
    if behind > SKEWED_SECONDS:
        yield _clock_is_off("clock_behind", behind)


def _clock_is_off(code: str, seconds: float) -> Finding:
    offset = offset_words(seconds)
    is_zone = abs(seconds / 3600 - VIETNAM_HOURS) < NEAR_HOURS
    if code == "clock_ahead":
        text = Text(
            f"Đồng hồ thiết bị chạy nhanh {offset.vi}. Số đo được lưu theo giờ nhận.",
            f"The device's clock is {offset.en} ahead. Readings are stored at the time of receipt.",
        )
        zone = Text(
            "Thiết bị gửi giờ Việt Nam nhưng ghi là UTC: đổi sang giờ UTC, hoặc ghi ts kèm +07:00.",
            "It sends the local time as if it were UTC: send UTC, or write ts with +07:00.",
        )
    else:
        text = Text(
            f"Số đo vừa nhận mang thời điểm cách đây {offset.vi}.",
            f"The reading that came just now says it is {offset.en} old.",
        )
        zone = Text(
            "Nếu không phải số đo lưu từ trước: thiết bị ghi giờ UTC kèm +07:00. Hãy ghi Z thay cho +07:00.",
            "Unless it was stored before: it sends UTC marked as +07:00. Write Z in place of +07:00.",
        )
    other = Text(
        "Bật đồng bộ giờ (NTP) trên thiết bị, hoặc bỏ ts để dùng giờ nhận.",
        "Switch time synchronisation (NTP) on, or leave ts out to have the time of receipt.",
    )
    if code == "clock_behind" and not is_zone:
        other = Text(
            "Bình thường nếu thiết bị gửi bù số đo đã lưu. Nếu không, bật đồng bộ giờ (NTP).",
            "That is right for readings that were stored while it was offline. Else switch NTP on.",
        )
    return Finding(code, "warning", text, zone if is_zone else other)
