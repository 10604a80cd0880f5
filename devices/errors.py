"""What this room raises."""

from __future__ import annotations

from devices.model import Text
from devices.reasons import Reason


class TopicError(ValueError):
    """A topic, or a part of one, that is not of the native format; the message says what is expected."""


class Refused(Exception):
    """Part of a message is set aside: the reason, and in English what was wrong and what is expected.

    `value` is the offending value where a whole reading falls with it. It never leaves the codec, which turns it into
    a `Fault`.
    """

    def __init__(self, reason: Reason, detail: str, value: object = None) -> None:
        super().__init__(detail)
        self.value = value
        self.reason = reason
        self.detail = detail


class SheetError(ValueError):
    """A file of devices cannot be read as a whole; `text` says why in Vietnamese and in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class CoordinateError(ValueError):
    """A text gives no latitude, longitude or place; `text` says why, and what is expected, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class CellError(ValueError):
    """A cell of a file cannot be what its column holds; `text` says why, and what is expected, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class PlaceError(ValueError):
    """No hamlet or site is meant by a text, or several may be; `text` lists them in Vietnamese and in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text


class ProfileError(ValueError):
    """A profile, or a file of places, is not to be read; `text` says where and why in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.vi} / {text.en}")
        self.text = text
