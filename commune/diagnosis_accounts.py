"""What may be wrong with the accounts of devices at the broker, and with its certificate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from broker.address import BrokerAddress
from broker.errors import NotInControl
from commune.certificates import CertificateFacts, facts, shown_by
from commune.findings import Finding, State, found, worst
from commune.reconciling import reconcile
from devices.accounts import AccountState
from storage.account_wishes import count_waiting
from storage.broker_accounts import all_accounts
from storage.connect import Session

WAIT_WARN_SECONDS = 60.0
EXPIRY_WARN_DAYS, EXPIRY_FAIL_DAYS = 30, 7

Part = tuple[State, str, str]
"""A state with its words in English and in Vietnamese."""


def judge_accounts(session: Session, broker: BrokerAddress, *, has_key: bool) -> Finding:
    """The broker knows every device as the registry says, none waits for long, and new ones can be given passwords."""
    states = Counter(account.state for account in all_accounts(session))
    parts = [*_of_states(states), *_of_waiting(*count_waiting(session)), *_of_drift(session, broker)]
    if not has_key:
        parts.append(
            (
                State.WARN,
                "COMMUNE_SECRET_KEY is not set here: devices can be given no passwords",
                "chưa đặt COMMUNE_SECRET_KEY: không cấp được mật khẩu cho thiết bị",
            )
        )
    return found(
        "accounts",
        worst(*(state for state, _, _ in parts)),
        "; ".join(en for _, en, _ in parts),
        "; ".join(vi for _, _, vi in parts),
    )


def _of_states(states: Counter[AccountState]) -> list[Part]:
    parts: list[Part] = [
        (State.OK, f"{states[AccountState.READY]} devices can speak", f"{states[AccountState.READY]} thiết bị vào được")
    ]
    if states[AccountState.FAILED]:
        parts.append(
            (
                State.FAIL,
                f"the broker did not take {states[AccountState.FAILED]} accounts: see the log of `commune maintain`",
                f"máy chủ MQTT không nhận {states[AccountState.FAILED]} tài khoản: xem nhật ký `commune maintain`",
            )
        )
    if states[AccountState.NEEDS_PASSWORD]:
        parts.append(
            (
                State.WARN,
                f"{states[AccountState.NEEDS_PASSWORD]} devices need a password (`commune devices rotate`)",
                f"{states[AccountState.NEEDS_PASSWORD]} thiết bị cần mật khẩu (`commune devices rotate`)",
            )
        )
    return parts


def _of_waiting(count: int, seconds: float) -> list[Part]:
    if not count or seconds < WAIT_WARN_SECONDS:
        return []
    return [
        (
            State.WARN,
            f"{count} accounts wait for the broker, the oldest for {seconds:.0f} s: does `commune maintain` run?",
            f"{count} tài khoản đang chờ máy chủ MQTT, lâu nhất {seconds:.0f} s: `commune maintain` có chạy không?",
        )
    ]


def _of_drift(session: Session, broker: BrokerAddress) -> list[Part]:
    try:
        drifts = [finding for finding in reconcile(session, broker) if finding.is_open]
    except NotInControl:
        return [
            (
                State.OK,
                f"not compared with the broker, which account {broker.username!r} may not do",
                f"chưa so với máy chủ MQTT vì tài khoản {broker.username!r} không được phép",
            )
        ]
    if not drifts:
        return []
    return [
        (
            State.FAIL,
            f"the broker stands otherwise than the registry in {len(drifts)} ways: `commune devices reconcile`",
            f"máy chủ MQTT lệch với danh bạ ở {len(drifts)} chỗ: hãy chạy `commune devices reconcile`",
        )
    ]


def judge_certificate(broker: BrokerAddress, certificate_file: Path | None, now: datetime | None = None) -> Finding:
    """The broker's certificate is valid for long enough; the one that it shows, or the one of its file."""
    looked_at = _certificates(broker, certificate_file)
    if not looked_at:
        return found(
            "certificate",
            State.OK,
            "the broker is reached without TLS, and COMMUNE_BROKER_CERTIFICATE_FILE names no certificate",
            "kết nối máy chủ MQTT không qua TLS, và COMMUNE_BROKER_CERTIFICATE_FILE chưa chỉ tới chứng chỉ nào",
        )
    soonest = min(looked_at, key=lambda one: one.not_after)
    days = soonest.days_left(now or datetime.now(UTC))
    state = State.FAIL if days < EXPIRY_FAIL_DAYS else State.WARN if days < EXPIRY_WARN_DAYS else State.OK
    en, vi = "", ""
    if state is not State.OK:
        en, vi = (
            ": `commune certs renew`, then restart the broker",
            ": `commune certs renew`, rồi khởi động lại máy chủ",
        )
    return found(
        "certificate",
        state,
        f"{soonest.where} is valid for {days} days more, until {soonest.not_after:%Y-%m-%d}{en}",
        f"{soonest.where} còn hạn {days} ngày, đến {soonest.not_after:%Y-%m-%d}{vi}",
    )


def _certificates(broker: BrokerAddress, certificate_file: Path | None) -> Sequence[CertificateFacts]:
    looked_at = []
    if certificate_file is not None and certificate_file.exists():
        looked_at.append(facts(certificate_file))
    if broker.ca_file is not None:
        looked_at += [shown_by(broker.host, broker.port, broker.ca_file), facts(broker.ca_file)]
    return looked_at
