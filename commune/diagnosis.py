"""What may be wrong with an installation, asked one question at a time. Nothing here changes anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.address import BrokerAddress
from broker.configuration import BrokerConfiguration, read_configuration
from broker.errors import BrokerError
from broker.probe import probe
from broker.watch import look
from commune.certificates import CertificateError
from commune.diagnosis_accounts import judge_accounts, judge_certificate
from commune.diagnosis_broker import judge_durability, judge_queues
from commune.findings import Finding, State, found
from commune.settings import Settings, SettingsError, read_settings
from storage.alerts import list_alerts
from storage.condition import clock_offset_seconds, silent_sessions
from storage.connect import connect
from storage.editions import describe
from storage.errors import StorageError
from storage.migrate import migrate

SESSION_SILENT_AFTER = timedelta(days=1)
CLOCK_WARN_SECONDS = 2.0
CLOCK_FAIL_SECONDS = 120.0
"""From here on readings of devices whose clocks are right would not be believed."""
DISK_WARN_SHARE = 0.10
DISK_FAIL_SHARE = 0.02
GIBIBYTE = 1024**3


def check_settings() -> Finding:
    """The environment holds settings that can be used."""
    read_settings()
    return found("settings", State.OK, "all settings can be used", "mọi thiết lập đều dùng được")


def check_database(settings: Settings) -> Finding:
    """The database lets us in; which edition it is."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        edition = describe(connection)
    return found("database", State.OK, edition, f"vào được cơ sở dữ liệu: {edition}")


def check_migrations(settings: Settings) -> Finding:
    """The schema is the one that this version needs."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        report = migrate(connection, dry_run=True)
    if not report.changed:
        return found("migrations", State.OK, "the schema is current", "lược đồ đã mới nhất")
    missing = ", ".join(report.files) or f"{len(report.statements)} changes of the catalogue"
    return found(
        "migrations",
        State.FAIL,
        f"run `commune db migrate`; not applied yet: {missing}",
        f"hãy chạy `commune db migrate`; chưa áp dụng: {missing}",
    )


def check_broker(settings: Settings) -> Finding:
    """The broker is there and takes the account."""
    address = _broker(settings)
    answer = probe(address)
    name = answer.version or "MQTT broker"
    who = f"account {address.username}" if address.username else "no account"
    ai = f"tài khoản {address.username}" if address.username else "không có tài khoản"
    where = f"{address.host}:{address.port}"
    milliseconds = f"{answer.seconds * 1000:.0f} ms"
    if address.username is None:
        return found(
            "broker",
            State.WARN,
            f"{name} at {where} lets anyone in: give it a password file",
            f"{name} tại {where} cho bất kỳ ai vào: hãy đặt tệp mật khẩu",
        )
    return found(
        "broker",
        State.OK,
        f"{name} at {where} took {who} in {milliseconds}",
        f"{name} tại {where} đã nhận {ai} sau {milliseconds}",
    )


def check_durability(settings: Settings) -> Finding:
    """What a power cut of the broker costs is known, and little."""
    return judge_durability(_configuration(settings), look(_broker(settings)).received_a_second)


def check_queues(settings: Settings) -> Finding:
    """The broker's queues are far from full, nothing was dropped, and no session is left that nobody uses."""
    return judge_queues(look(_broker(settings)), _configuration(settings))


def check_accounts(settings: Settings) -> Finding:
    """The broker knows every device as the registry says."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        return judge_accounts(connection, _broker(settings), has_key=settings.secret_key is not None)


def check_certificate(settings: Settings) -> Finding:
    """The broker's certificate does not expire soon."""
    return judge_certificate(_broker(settings), settings.broker_certificate_file)


def check_alerts(settings: Settings) -> Finding:
    """Nothing calls for a person at this moment."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        alerts = list_alerts(connection, only_open=True)
    if not alerts:
        return found("alerts", State.OK, "no alert is open", "không có cảnh báo nào")
    return found(
        "alerts",
        State.WARN,
        " ".join(f"since {alert.opened_at:%Y-%m-%d %H:%M} UTC: {alert.detail_en}" for alert in alerts),
        " ".join(f"từ {alert.opened_at:%Y-%m-%d %H:%M} UTC: {alert.detail_vi}" for alert in alerts),
    )


def check_sessions(settings: Settings) -> Finding:
    """No ingest session is left behind for which the broker still collects messages."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        silent = silent_sessions(connection, datetime.now(UTC) - SESSION_SILENT_AFTER)
    if not silent:
        return found("sessions", State.OK, "no ingest session is silent", "không có phiên tiếp nhận nào im lặng")
    who = ", ".join(f"{session.client_id} (since {session.seen_at:%Y-%m-%d %H:%M} UTC)" for session in silent)
    ai = ", ".join(f"{session.client_id} (từ {session.seen_at:%Y-%m-%d %H:%M} UTC)" for session in silent)
    return found(
        "sessions",
        State.WARN,
        f"silent for more than a day, and the broker may collect messages for it: {who}",
        f"im lặng hơn một ngày, máy chủ MQTT có thể vẫn dồn bản tin cho phiên này: {ai}",
    )


def check_clock(settings: Settings) -> Finding:
    """This machine's clock and the database's agree."""
    with closing(connect(_database_url(settings), autocommit=True)) as connection:
        offset = clock_offset_seconds(connection, lambda: datetime.now(UTC))
    return judge_clock(offset)


def judge_clock(offset_seconds: float) -> Finding:
    """What an offset of this machine's clock against the database's means."""
    size = abs(offset_seconds)
    state = State.FAIL if size >= CLOCK_FAIL_SECONDS else State.WARN if size >= CLOCK_WARN_SECONDS else State.OK
    return found(
        "clock",
        state,
        f"this machine's clock is {offset_seconds:+.1f} s off the database's",
        f"đồng hồ máy này lệch {offset_seconds:+.1f} s so với cơ sở dữ liệu",
    )


def check_disk(settings: Settings) -> Finding:
    """There is room left on the disk of this machine that the private servers use."""
    place = settings.local_directory.absolute()
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return judge_disk(place, usage.free, usage.total)


def judge_disk(place: Path, free_bytes: int, total_bytes: int) -> Finding:
    """What the room left on a disk means."""
    share = free_bytes / total_bytes
    state = State.FAIL if share < DISK_FAIL_SHARE else State.WARN if share < DISK_WARN_SHARE else State.OK
    room = f"{free_bytes / GIBIBYTE:.1f} GiB ({share:.0%})"
    return found("disk", state, f"{room} free at {place}", f"còn trống {room} tại {place}")


CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "durability": check_durability,
    "queues": check_queues,
    "sessions": check_sessions,
    "accounts": check_accounts,
    "certificate": check_certificate,
    "alerts": check_alerts,
    "clock": check_clock,
    "disk": check_disk,
}
"""Every check by name, in the order in which they are made; `settings` goes before all of them."""


def diagnose(names: Iterable[str] = tuple(CHECKS)) -> list[Finding]:
    """Make the checks of these names. A check that cannot be made has failed; the others are made all the same."""
    try:
        findings = [check_settings()]
        settings = read_settings()
    except SettingsError as error:
        return [_failed("settings", error)]
    wanted = set(names)
    for name, check in CHECKS.items():
        if name not in wanted:
            continue
        try:
            findings.append(check(settings))
        except (SettingsError, StorageError, BrokerError, CertificateError, OSError) as error:
            findings.append(_failed(name, error))
    return findings


def _database_url(settings: Settings) -> str:
    if settings.database_url is None:
        raise SettingsError("COMMUNE_DATABASE_URL is not set")
    return settings.database_url


def _broker(settings: Settings) -> BrokerAddress:
    return BrokerAddress(
        settings.broker_host,
        settings.broker_port,
        settings.broker_username,
        settings.broker_password,
        settings.broker_ca_file,
    )


def _configuration(settings: Settings) -> BrokerConfiguration | None:
    path = settings.broker_configuration_file
    return None if path is None else read_configuration(path)


def _failed(name: str, error: Exception) -> Finding:
    what = " ".join(str(error).split())
    return found(name, State.FAIL, what, f"không kiểm tra được: {what}")
