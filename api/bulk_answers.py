"""What is told of an import: a verdict a row, and the new accounts, also as files."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

from api.schemas import Words
from api.schemas_bulk import ChangeAnswer, NewAccountAnswer, SheetAnswer, VerdictAnswer
from devices.accounts import BrokerEndpoint
from devices.registry import Device
from devices.sheets.writing import Format, accounts_file
from storage.import_verdicts import Verdict
from storage.registry_import import ImportReport, NewAccount

HANOI = timezone(timedelta(hours=7))


def account_answers(accounts: Iterable[NewAccount]) -> list[NewAccountAnswer]:
    """The new accounts with their passwords."""
    return [_account_answer(new) for new in accounts]


def sheets_of(report: ImportReport, commune: str, broker: BrokerEndpoint | None, now: datetime) -> list[SheetAnswer]:
    """The new accounts as files; none where there are no accounts."""
    names = {(v.device.commune, v.device.code): v.device.name for v in report.verdicts}
    accounts = [(a.account, a.password, names[a.account.commune, a.account.device]) for a in report.accounts]
    return [
        SheetAnswer(
            name=file_name("tai-khoan", commune, now, form),
            media_type=form.media_type,
            base64=base64.b64encode(accounts_file(accounts, broker, form)).decode(),
        )
        for form in (Format.XLSX, Format.CSV)
        if accounts
    ]


def verdict_answer(verdict: Verdict) -> VerdictAnswer:
    """A verdict as it is told."""
    device = verdict.device
    return VerdictAnswer(
        line=verdict.line,
        code=device.code,
        kind=device.kind,
        name=device.name,
        hamlet=device.hamlet,
        outcome=verdict.outcome,
        changes=[
            ChangeAnswer(field=name, before=_shown(verdict.before, name), after=_shown(device, name))
            for name in verdict.changes
        ],
        reasons=[Words.of(fault) for fault in verdict.faults],
        warnings=[Words.of(warning) for warning in verdict.warnings],
    )


def _shown(device: Device | None, name: str) -> str | int | float | None:
    value: Any = asdict(device)[name] if device is not None else None
    return ", ".join(value) if isinstance(value, tuple) else value


def _account_answer(new: NewAccount) -> NewAccountAnswer:
    account = new.account
    return NewAccountAnswer(
        commune=account.commune,
        code=account.device,
        kind=account.kind,
        username=account.username,
        client_id=account.client_id,
        password=new.password,
    )


def file_name(what: str, commune: str, now: datetime, form: Format) -> str:
    """The name under which a browser saves a file: what it is, whose, and of which day in Viet Nam."""
    return f"{what}-{commune}-{now.astimezone(HANOI):%Y-%m-%d}.{form}"
