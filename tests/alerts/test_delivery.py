"""Delivery to real receivers on this machine: a web server, a mail server, the broker; what fails is tried again."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from alerts.errors import DeliveryFailed
from alerts.mail import Mailbox
from alerts.outbox import FAILURES_A_ROUND, GIVE_UP, LONGEST_DELAY, Channel, delay_after, send_due
from alerts.topic import Topic, topic_of
from alerts.webhook import SIGNATURE, TOLERANCE_SECONDS, Webhook, is_genuine, signature_of
from broker.client import loop_until, make_client, open_session
from commune.stack.mosquitto import MosquittoServer
from devices.model import Text
from storage.alert_outbox import due_events
from storage.alerts import About, close_alert, open_alert
from storage.connect import Session
from tests.api.world import World

SECRET = "a secret of sixteen"
START = datetime.now(UTC)
Clock = Callable[[], datetime]


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks that answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.seen: list[tuple[bytes, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/alerts"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((body, self.headers[SIGNATURE]))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class MailServer(socketserver.ThreadingTCPServer):
    """As much of an SMTP server (RFC 5321) as takes a mail."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[tuple[list[str], EmailMessage]] = []


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        recipients: list[str] = []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(line.decode().split("<")[1].split(">")[0])
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                data = b"".join(iter(self.rfile.readline, b".\r\n"))
                mail = email.message_from_bytes(data, policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                self.server.mails.append((recipients, mail))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 8BITMIME\r\n")
            if verb == b"QUIT":
                return


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serving(receiver):
        yield receiver


def opened(session: Session, subject: str = "gia-loc/wl-001", **about: object) -> None:
    detail = Text("Mực nước 181 cm", "Water level 181 cm")
    open_alert(session, "flood_level_2", subject, START, detail, About(**about))  # type: ignore[arg-type]


def later(**after: float) -> Clock:
    return lambda: datetime.now(UTC) + timedelta(**after)


def send(session: Session, channel: Channel, now: Clock | None = None) -> tuple[int, int]:
    sent = send_due(session, [channel], now or later())
    return sent.delivered, sent.failed


def test_a_webhook_is_told_once_of_each_event_with_a_signature(session: Session, receiver: Receiver) -> None:
    webhook = Webhook(receiver.url, SECRET)
    opened(session, members=("gia-loc/a", "gia-loc/b"))
    close_alert(session, "flood_level_2", "gia-loc/wl-001", START + timedelta(hours=1))
    assert send(session, webhook) == (2, 0)
    assert send(session, webhook) == (0, 0)
    events = [orjson.loads(body) for body, _ in receiver.seen]
    assert [one["event"] for one in events] == ["opened", "resolved"]
    assert events[0]["title"]["vi"] == "Mực nước đạt báo động 2"
    assert events[0]["members"] == ["gia-loc/a", "gia-loc/b"]
    for body, header in receiver.seen:
        now = datetime.now(UTC).timestamp()
        assert is_genuine(SECRET, body, header, now)
        assert not is_genuine(SECRET, body + b" ", header, now)
        assert not is_genuine("another secret", body, header, now)
        assert not is_genuine(SECRET, body, header, now + TOLERANCE_SECONDS + 5)
        assert not is_genuine(SECRET, body, "t=x,v1=0", now)


def test_the_signature_is_the_one_that_receivers_are_told_to_compute() -> None:
    digest = "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
    assert signature_of("key", b"{}", 1) == f"t=1,v1={digest}", "printf '1.{}' | openssl dgst -sha256 -hmac key"


@pytest.mark.parametrize("status", [302, 400, 500, 503])
def test_what_a_webhook_does_not_take_is_tried_again_later(session: Session, receiver: Receiver, status: int) -> None:
    webhook = Webhook(receiver.url, SECRET)
    opened(session)
    receiver.status = status
    assert send(session, webhook) == (0, 1)
    assert send(session, webhook) == (0, 0), "it waits"
    receiver.status = 200
    assert send(session, webhook, later(seconds=11)) == (1, 0)
    row = session.execute("SELECT attempts, failure, settled_at IS NOT NULL FROM alert_delivery").fetchone()
    assert row == (2, None, True)
    assert len(receiver.seen) == 2, "a redirect is not followed"


def test_a_receiver_that_is_away_is_asked_a_few_times_a_round_and_nothing_is_lost(session: Session) -> None:
    receiver = Receiver()
    webhook = Webhook(receiver.url, SECRET)
    receiver.server_close()
    for number in range(10):
        opened(session, f"gia-loc/wl-{number:03d}")
    assert send(session, webhook) == (0, FAILURES_A_ROUND)
    back = Receiver()
    with serving(back):
        again = Webhook(back.url, SECRET)
        assert send(session, again, later(hours=1)) == (10, 0)
    assert [orjson.loads(body)["subject"][-3:] for body, _ in back.seen] == [f"{n:03d}" for n in range(10)]


def test_delays_double_up_to_an_hour() -> None:
    assert [delay_after(attempts).total_seconds() for attempts in (1, 2, 3, 4)] == [10, 20, 40, 80]
    assert delay_after(1000) == LONGEST_DELAY


def test_what_fails_for_days_is_given_up_and_said_so(session: Session, receiver: Receiver) -> None:
    webhook = Webhook(receiver.url, SECRET)
    receiver.status = 500
    opened(session)
    almost = later(seconds=GIVE_UP.total_seconds() - 5)
    assert send(session, webhook, almost) == (0, 1)
    row = session.execute("SELECT failure, settled_at IS NOT NULL FROM alert_delivery").fetchone()
    assert row == ("the webhook answered 500", True)


def test_a_new_channel_is_not_told_of_the_past(session: Session) -> None:
    opened(session)
    session.execute("UPDATE alert_event SET at = at - interval '4 days'")
    now = datetime.now(UTC)
    assert due_events(session, "new", now, since=now - GIVE_UP, limit=10) == []


def test_a_secret_is_in_no_name(receiver: Receiver) -> None:
    webhook = Webhook(receiver.url + "?key=hidden", SECRET)
    assert "hidden" not in webhook.name and SECRET not in repr(webhook)


def test_a_mail_says_it_in_vietnamese_and_in_english_to_all(session: Session) -> None:
    server = MailServer()
    opened(session, severity="serious", members=("gia-loc/a",))
    with serving(server):
        mailbox = Mailbox(
            "127.0.0.1", server.server_address[1], "iot@xa.vn", ["truc@xa.vn", "pct@xa.vn"], starttls=False
        )
        assert send(session, mailbox) == (1, 0)
    ((recipients, mail),) = server.mails
    assert recipients == ["truc@xa.vn", "pct@xa.vn"]
    assert mail["Subject"] == "[serious] Cảnh báo: Mực nước đạt báo động 2 – gia-loc/wl-001"
    body = mail.get_content()
    assert "Mực nước 181 cm" in body and "Water level 181 cm" in body and "- gia-loc/a" in body


def test_mail_is_not_sent_in_clear_where_tls_is_asked_for(session: Session) -> None:
    server = MailServer()
    opened(session)
    with serving(server):
        mailbox = Mailbox("127.0.0.1", server.server_address[1], "iot@xa.vn", ["truc@xa.vn"])
        assert send(session, mailbox) == (0, 1)
    assert server.mails == []
    assert send(session, mailbox, later(minutes=1)) == (0, 1), "nor does a server that is away lose it"


def test_the_topic_of_a_commune_tells_of_its_alerts(
    world: World, session: Session, broker_server: MosquittoServer
) -> None:
    got: list[tuple[str, str]] = []
    listener = make_client(broker_server.address("ingest"), "alerts-listener", manual_ack=False)
    listener.on_message = lambda _c, _u, message: got.append((message.topic, orjson.loads(message.payload)["subject"]))
    open_session(listener, broker_server.address("ingest"), clean=True)
    ready: list[bool] = []
    listener.on_subscribe = lambda *_: ready.append(True)
    listener.subscribe("xa/+/alerts", 1)
    loop_until(listener, lambda: bool(ready), 10)
    opened(session, commune="gia-loc")
    opened(session, "system")
    assert send(session, Topic(broker_server.address("maintain"))) == (2, 0)
    loop_until(listener, lambda: len(got) == 2, 10)
    listener.leave()
    assert got == [("xa/gia-loc/alerts", "gia-loc/wl-001"), ("xa/-/alerts", "system")]


def test_a_broker_that_refuses_the_topic_is_no_delivery(session: Session, broker_server: MosquittoServer) -> None:
    opened(session)
    assert send(session, Topic(broker_server.address("simulator"), "alerts-refused")) == (0, 1)
    assert topic_of(None) == "xa/-/alerts"


def test_a_failure_is_an_error_of_this_room() -> None:
    assert issubclass(DeliveryFailed, Exception)
