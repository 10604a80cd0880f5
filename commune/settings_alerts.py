"""Settings of the delivery of alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from alerts.mail import Mailbox
from alerts.webhook import Webhook

_ADDRESS = r"[^@\s,<>]+@[^@\s,<>]+"
EmptyIsUnset = BeforeValidator(lambda given: None if given == "" else given)


class AlertSettings(BaseSettings):
    """By which ways alerts are told, beside the API and the topic."""

    alert_webhook_url: Annotated[
        Annotated[str, Field(pattern=r"^https?://\S+$")] | None,
        EmptyIsUnset,
        Field(
            description="Address to which `commune maintain` sends alerts as signed JSON. Unset: to none.",
        ),
    ] = None
    alert_webhook_secret: Annotated[
        Annotated[str, Field(min_length=16)] | None,
        EmptyIsUnset,
        Field(
            description="Secret shared with the receiver of the webhook, who verifies the signature with it. The "
            "webhook needs one.",
        ),
    ] = None
    alert_mail_to: Annotated[
        Annotated[str, Field(pattern=rf"^{_ADDRESS}(,{_ADDRESS})*$")] | None,
        EmptyIsUnset,
        Field(
            description="Addresses to which alerts are mailed, with commas between them. Unset: to none.",
        ),
    ] = None
    alert_mail_from: Annotated[
        Annotated[str, Field(pattern=rf"^{_ADDRESS}$")] | None,
        EmptyIsUnset,
        Field(description="Sender of the mail. Mail needs one."),
    ] = None
    smtp_host: Annotated[str | None, EmptyIsUnset, Field(description="Mail server (SMTP). Mail needs one.")] = None
    smtp_port: Annotated[int, Field(ge=1, le=65535, description="Port of the mail server.")] = 587
    smtp_username: Annotated[
        str | None, EmptyIsUnset, Field(description="Account at the mail server. Unset: no account.")
    ] = None
    smtp_password: Annotated[
        str | None, EmptyIsUnset, Field(description="Password of the account at the mail server.")
    ] = None
    smtp_starttls: Annotated[
        bool,
        Field(description="Speak to the mail server by TLS only (STARTTLS). False: in clear, on one's own machine."),
    ] = True

    def alert_fault(self) -> str:
        """What is missing for a way of delivery that is asked for; empty for nothing."""
        if self.alert_webhook_url and not self.alert_webhook_secret:
            return "COMMUNE_ALERT_WEBHOOK_URL needs COMMUNE_ALERT_WEBHOOK_SECRET"
        if self.alert_mail_to and not (self.alert_mail_from and self.smtp_host):
            return "COMMUNE_ALERT_MAIL_TO needs COMMUNE_ALERT_MAIL_FROM and COMMUNE_SMTP_HOST"
        return ""

    def alert_channels(self) -> list[Webhook | Mailbox]:
        """The ways that are set."""
        channels: list[Webhook | Mailbox] = []
        if self.alert_webhook_url and self.alert_webhook_secret:
            channels.append(Webhook(self.alert_webhook_url, self.alert_webhook_secret))
        if self.alert_mail_to and self.alert_mail_from and self.smtp_host:
            channels.append(
                Mailbox(
                    self.smtp_host,
                    self.smtp_port,
                    self.alert_mail_from,
                    self.alert_mail_to.split(","),
                    self.smtp_username,
                    self.smtp_password,
                    self.smtp_starttls,
                )
            )
        return channels
