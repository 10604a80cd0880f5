"""Photos of devices: what is taken in, and what is kept of it.

A phone writes into a picture where and when it was taken, and with what: that is about a person, and is left out. The
picture is drawn anew from its pixels, so that nothing else of the file survives, and made small.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageOps, UnidentifiedImageError

from api.errors import ApiProblem, Problem
from devices.model import Text

MOST_BYTES = 2 * 1024 * 1024
LARGEST_SIDE = 1600
"""Pixels of the longer side of what is kept."""
MOST_PIXELS = 50_000_000
"""Of what is taken in: a small file can unfold into a picture that fills the memory."""
QUALITY = 82
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
KEPT_TYPE = "image/jpeg"
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_FORMATS = ("JPEG", "PNG", "WEBP")
_MAGIC = ((0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n\x1a\n"), (8, b"WEBP"))


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it is kept: JPEG without metadata; `width` and `height` in pixels."""

    jpeg: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return sha256(self.jpeg).hexdigest()


def read_photo(content: bytes) -> Photo:
    """A picture out of a JPEG, PNG or WebP file, upright and without metadata.

    Raises ApiProblem (415) for what is no such file, is broken, or has more than `MOST_PIXELS` pixels.
    """
    if not any(content[at : at + len(magic)] == magic for at, magic in _MAGIC):
        raise _no_photo("Tệp này không phải ảnh JPEG, PNG hay WebP.", "This file is no JPEG, PNG or WebP picture.")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _no_photo(
                    f"Ảnh có {opened.width} × {opened.height} điểm, quá {MOST_PIXELS // 1_000_000} triệu.",
                    f"The picture has {opened.width} × {opened.height} pixels, more than "
                    f"{MOST_PIXELS // 1_000_000} million.",
                )
            # Made small before it is turned upright: turning copies it.
            opened.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            picture = _drawn_anew(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, *_BOMBS) as error:
        raise _no_photo("Ảnh bị hỏng, không đọc được.", "The picture is broken and cannot be read.") from error
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, optimize=True)
    return Photo(file.getvalue(), picture.width, picture.height)


def _drawn_anew(picture: Image.Image) -> Image.Image:
    """The pixels alone, on white where they are see-through."""
    with_alpha = picture.convert("RGBA")
    drawn = Image.new("RGB", picture.size, "white")
    drawn.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return drawn


def _no_photo(vi: str, en: str) -> ApiProblem:
    return ApiProblem(Problem.NOT_A_PHOTO, Text(vi, en), allowed=list(MEDIA_TYPES))
