"""The photo of a device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.errors import driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo as it is kept: a JPEG file, its SHA-256 in hexadecimal, and its size in pixels."""

    jpeg: bytes
    sha256: str
    width: int
    height: int
    received_at: datetime


def put_photo(
    connection: Connection[Any], device_id: int, jpeg: bytes, *, sha256: str, width: int, height: int
) -> None:
    """Keep a photo of a device instead of the one that it has; the same again changes nothing."""
    values = {"device_id": device_id, "jpeg": jpeg, "sha256": sha256, "width": width, "height": height}
    with driver_errors():
        connection.execute(query("put_photo"), values)


def get_photo(connection: Connection[Any], device_id: int) -> PhotoRow | None:
    """The photo of a device, or None."""
    with driver_errors(), connection.cursor(row_factory=class_row(PhotoRow)) as cursor:
        return cursor.execute(query("photo_of_device"), {"device_id": device_id}).fetchone()


def delete_photo(connection: Connection[Any], device_id: int) -> bool:
    """Delete the photo of a device; returns whether there was one."""
    with driver_errors():
        return connection.execute(query("delete_photo"), {"device_id": device_id}).rowcount > 0
