"""What the tests of the API put into a database, through the same writer that ingest uses."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import finalize

import orjson
import pytest
from PIL import Image

from api.photos import read_photo
from devices.catalogue import KINDS
from devices.codec import decode_status, decode_telemetry
from devices.model import Text
from devices.people import Role
from devices.readings import Fault
from devices.reasons import Reason
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage.alerts import About, open_alert
from storage.arrivals import Arrival, Outcome
from storage.connect import Session, connect
from storage.photos import put_photo
from storage.registry import add_commune, add_device, add_hamlet, add_site
from storage.tokens import add_token
from storage.writer import Writer

COMMUNE = "gia-loc"
NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
"""What the clock of the API says in these tests, unless a test moves it."""
BOUNDARY = {
    "type": "Polygon",
    "coordinates": [[[106.29, 20.86], [106.31, 20.86], [106.31, 20.88], [106.29, 20.88], [106.29, 20.86]]],
}
Members = Mapping[str, object]


def token(url: str, role: Role = Role.ADMINISTRATOR) -> dict[str, str]:
    """The header of a fresh token of a role."""
    with closing(connect(url)) as connection:
        made = add_token(connection, f"test {role}", role, timedelta(hours=1))
        connection.commit()
    return {"Authorization": f"Bearer {made.secret}"}


def execute(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Do a statement in a test's database; its rows."""
    with closing(connect(url, autocommit=True)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


class ClearSealer:
    """Seals nothing, so that a test sees what was sealed."""

    def seal(self, password: str) -> bytes:
        """The password's bytes."""
        return password.encode()


class World:
    """One commune in one database, and the hands to fill it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.numbers: dict[str, int] = {}
        self.kinds: dict[str, str] = {}
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """A session that is kept as long as the world: to open one takes longer than most of what is done in it."""
        if self._session is None or self._session.closed:
            self._session = connect(self.url, autocommit=True)
            finalize(self, self._session.close)
        return self._session

    def leave(self) -> None:
        """End the session; it is opened again when it is wanted."""
        if self._session is not None:
            self._session.close()

    def commune(self, code: str = COMMUNE) -> None:
        """Register a commune with a hamlet and a site."""
        with self.session.transaction():
            add_commune(self.session, Commune(code, "Xã Gia Lộc", "Hải Phòng", 20.87, 106.3, is_sample=True))
            boundary = orjson.dumps(BOUNDARY).decode()
            add_hamlet(self.session, code, Hamlet("thon-1", "Thôn 1", HamletType.THON, 812, 20.87, 106.3, boundary))
            add_hamlet(self.session, code, Hamlet("thon-2", "Thôn 2", HamletType.THON, 640, 20.88, 106.31))
            add_site(self.session, code, Site("ubnd", "Trụ sở UBND xã", SiteType.UBND, 20.872, 106.302, "thon-1"))

    def device(
        self,
        code: str,
        kind: str = "environment",
        *,
        commune: str = COMMUNE,
        place: tuple[float, float] | None = (20.871, 106.301),
        hamlet: str | None = "thon-1",
        interval_seconds: int = 60,
        state: DeviceState = DeviceState.ACTIVE,
        name: str = "",
    ) -> int:
        """Register a device and return its number."""
        latitude, longitude = place or (None, None)
        device = Device(
            commune,
            code,
            kind,
            name=name,
            latitude=latitude,
            longitude=longitude,
            hamlet=hamlet,
            expected_interval_seconds=interval_seconds,
            state=state,
        )
        with self.session.transaction():
            number = add_device(self.session, device)
        self.numbers[code], self.kinds[code] = number, kind
        return number

    def photo(self, code: str) -> None:
        """Keep a photo of a device."""
        file = io.BytesIO()
        Image.new("RGB", (40, 30), "green").save(file, "PNG")
        photo = read_photo(file.getvalue())
        size = {"width": photo.width, "height": photo.height}
        put_photo(self.session, self.numbers[code], photo.jpeg, sha256=photo.sha256, **size)

    def message(self, code: str, members: Members | Sequence[Members], received_at: datetime = NOW) -> Arrival:
        """A telemetry message of a device, decoded as ingest decodes it."""
        payload = orjson.dumps(members)
        kind = KINDS[self.kinds[code]]
        readings, faults = decode_telemetry(payload, kind, received_at)
        return Arrival(
            topic=f"xa/{COMMUNE}/{kind.name}/{code}/telemetry",
            payload=payload,
            received_at=received_at,
            device_id=self.numbers[code],
            kind=kind,
            readings=readings,
            faults=faults,
        )

    def write(self, *arrivals: Arrival) -> Outcome:
        """Write messages in one batch."""
        return Writer(self.session).write(arrivals)

    def send(self, code: str, *readings: Members, received_at: datetime = NOW) -> Outcome:
        """Write the readings of one device, each in a message of its own."""
        return self.write(*(self.message(code, members, received_at) for members in readings))

    def status(self, code: str, state: str, received_at: datetime = NOW) -> None:
        """Write a status message of a device: online or offline."""
        status = decode_status(orjson.dumps({"state": state}), received_at)
        assert not isinstance(status, Fault), status
        topic = f"xa/{COMMUNE}/{self.kinds[code]}/{code}/status"
        self.write(Arrival(topic, b"{}", received_at, self.numbers[code], KINDS[self.kinds[code]], status=status))

    def alert(self, code: str) -> None:
        """Open an alert about a device."""
        about = About("warning", device_id=self.numbers[code])
        open_alert(self.session, "device_offline", f"{COMMUNE}/{code}", NOW, Text("mất liên lạc", "silent"), about)

    def strange(self, payload: bytes, received_at: datetime = NOW) -> None:
        """Write a message of a device that nobody registered."""
        fault = Fault(Reason.UNKNOWN_DEVICE, "gia-loc/env-999 is not registered")
        self.write(Arrival("xa/gia-loc/environment/env-999/telemetry", payload, received_at, faults=[fault]))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A database with one commune in it and no devices."""
    world = World(database_url)
    world.commune()
    yield world
    world.leave()


def series_of(count: int, field: str = "temperature", *, every: timedelta = timedelta(minutes=1)) -> list[Members]:
    """Readings of one field up to just before NOW, oldest first."""
    first = NOW - every * count
    return [
        {"ts": (first + every * place).isoformat(), field: round(20 + (place * 7 % 50) / 10, 1)}
        for place in range(count)
    ]
