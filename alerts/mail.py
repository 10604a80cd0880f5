"""E-mail about alerts, by SMTP: Vietnamese first, English below it."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from typing import Any

from alerts.errors import DeliveryFailed
from devices.model import Text
from storage.alert_outbox import Due

TIMEOUT_SECONDS = 15.0
EVENTS = {
    "opened": Text("Cảnh báo", "Alert"),
    "acknowledged": Text("Đã có người nhận xử lý", "Acknowledged"),
    "resolved": Text("Đã hết", "Resolved"),
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An SMTP server, and who is written to. With `starttls` nothing is said in clear; a name needs a password."""

    host: str
    port: int
    sender: str
    recipients: Sequence[str]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = True

    @property
    def name(self) -> str:
        """The channel."""
        return "mail"

    def deliver(self, due: Due, members: dict[str, Any]) -> None:
        """Send one mail to all recipients. Raises DeliveryFailed."""
        message = mail_of(due, members, self.sender, self.recipients)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
                if self.starttls:
                    server.starttls()
                if self.username is not None and self.password is not None:
                    server.login(self.username, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"the mail server {self.host}:{self.port} did not take the mail: {error}") from error


def mail_of(due: Due, members: dict[str, Any], sender: str, recipients: Sequence[str]) -> MIMEText:
    """The mail about an event; its Message-ID is the event's, so that what comes twice is seen to be one."""
    words = EVENTS[due.event]
    listed = "".join(f"\n- {member}" for member in due.members)
    body = f"{words.vi}. {due.detail_vi}\n\n{words.en}. {due.detail_en}\n{listed}\n"
    message = MIMEText(body, "plain", "utf-8")
    # EmailMessage loses the space between two encoded words of a long subject; Header keeps it.
    subject = f"[{due.severity}] {words.vi}: {members['title']['vi']} – {due.subject}"
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Message-ID"] = f"<alert-event-{due.alert_event_id}@{sender.rpartition('@')[2]}>"
    return message
