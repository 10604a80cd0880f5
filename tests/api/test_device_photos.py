"""The photo of a device: small, upright, and without what a phone writes into a picture."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import httpx
import pytest
from PIL import Image

from api.photos import LARGEST_SIDE, MOST_BYTES, Photo, read_photo
from devices.people import Role
from tests.api.registering import client, path, problem
from tests.api.world import World, token

__all__ = ["client"]

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
SECRET = b"Camera of Lan"


def phone_photo(width: int = 400, height: int = 300, *, format: str = "JPEG") -> bytes:
    """A picture, red on its left, as a phone that was turned writes it: with its maker, its place and a comment."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKE] = SECRET.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (20.0, 52.0, 12.0), 3: "E", 4: (106.0, 18.0, 4.0)})
    file = io.BytesIO()
    picture.save(file, format, exif=exif)
    return file.getvalue()


def put(client: httpx.Client, content: bytes, media_type: str = "image/jpeg") -> httpx.Response:
    return client.put(path("env-01", "photo"), content=content, headers={"Content-Type": media_type})


@pytest.fixture
def device(world: World) -> World:
    """A world with one device."""
    world.device("env-01")
    return world


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "MPO"])
def test_a_photo_is_kept_upright_and_without_what_the_phone_wrote_into_it(client: httpx.Client, format: str) -> None:
    content = phone_photo(format=format)
    assert SECRET in content
    answer = put(client, content, f"image/{'jpeg' if format == 'MPO' else format.lower()}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["width"], answer.json()["height"]) == (300, 400)
    kept = client.get(answer.json()["photo"])
    assert kept.headers["content-type"] == "image/jpeg"
    assert SECRET not in kept.content
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        red, _, blue = picture.convert("RGB").getpixel((150, 20))  # type: ignore[misc]
        assert (red > 200, blue < 60) == (True, True), "what was on the left is on top"


@pytest.mark.usefixtures("device")
def test_a_photo_belongs_to_its_device_and_may_be_changed_and_deleted(client: httpx.Client) -> None:
    problem(client.get(path("env-01", "photo")), 404, "unknown-photo")
    assert client.get(path("env-01")).json()["photo"] is None
    first = put(client, phone_photo())
    assert client.get(path("env-01")).json()["photo"] == path("env-01", "photo")
    second = put(client, phone_photo(200, 100))
    assert first.headers["etag"] != second.headers["etag"]
    kept = client.get(path("env-01", "photo"))
    assert kept.headers["etag"] == second.headers["etag"]
    assert kept.headers["cache-control"] == "private, no-cache"
    known = client.get(path("env-01", "photo"), headers={"If-None-Match": second.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert client.delete(path("env-01", "photo")).json() == {"deleted": True}
    assert client.delete(path("env-01", "photo")).json() == {"deleted": False}
    problem(client.get(path("env-01", "photo")), 404, "unknown-photo")


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a" + b"\x00" * 100, "no JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG, PNG or WebP"),
        (b"", "no JPEG, PNG or WebP"),
        (b"\xff\xd8\xff" + b"\x00" * 100, "is broken"),
        (phone_photo()[:2000], "is broken"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(
    client: httpx.Client, content: bytes, words: str
) -> None:
    assert words in problem(put(client, content), 415, "not-a-photo")["detail"]


@pytest.mark.usefixtures("device")
def test_a_file_that_is_too_large_or_of_another_type_is_refused_unread(client: httpx.Client) -> None:
    problem(put(client, b"\xff\xd8\xff" + b"\x00" * MOST_BYTES), 413, "too-large")
    problem(put(client, phone_photo(), "image/gif"), 415, "not-a-photo")
    problem(client.put(path("env-02", "photo"), content=phone_photo(), headers={"Content-Type": "image/jpeg"}), 404,
            "unknown-device")  # fmt: skip


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused() -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 4_000)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    with pytest.raises(Exception, match="more than 50 million"):
        read_photo(file.getvalue())


@pytest.mark.usefixtures("device")
def test_many_photos_at_once_are_drawn_one_after_the_other(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, at_once, most = Lock(), 0, 0

    def counted(content: bytes) -> Photo:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        try:
            return read_photo(content)
        finally:
            with lock:
                at_once -= 1

    monkeypatch.setattr("api.device_photos.read_photo", counted)
    content = phone_photo(2000, 1500)
    with ThreadPoolExecutor(6) as people:
        answers = list(people.map(lambda _: put(client, content), range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert most == 1, "one photo of 50 million pixels takes hundreds of megabytes"


def test_a_large_picture_is_made_small_and_a_see_through_one_stands_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (3200, 800), (0, 0, 0, 0)).save(file, "PNG")
    photo = read_photo(file.getvalue())
    assert (photo.width, photo.height) == (LARGEST_SIDE, 400)
    with Image.open(io.BytesIO(photo.jpeg)) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_a_viewer_sees_photos_and_hands_none_in(device: World, address: str) -> None:
    with httpx.Client(base_url=address, timeout=30, headers=token(device.url, Role.VIEWER)) as viewer:
        problem(put(viewer, phone_photo()), 403, "role-needed")
        problem(viewer.delete(path("env-01", "photo")), 403, "role-needed")
        problem(viewer.get(path("env-01", "photo")), 404, "unknown-photo")
