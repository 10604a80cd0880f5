"""Coordinates in the forms that people write, read as WGS 84 degrees.

    20.7301   20,7301   20.7301° N   20,7301 B   N 20.7301   vĩ độ: 20,7301
    20°43'48.4"N   20º43′48,4″ B   20o43'48''   20d43m48s   20 43 48.4   20:43:48   20 độ 43 phút 48 giây   20°43.806'
    20.7301, 106.4012   20,7301; 106,4012   20°43'48"N 106°24'04"E   a link of Google Maps

B (bắc), N (nam or north), Đ or D (đông), T (tây) are read as well as N, S, E, W. A lone N is north: Viet Nam lies
there, and "nam" is written out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import Enum

from devices.errors import CoordinateError
from devices.model import Text
from devices.registry_checks import VIET_NAM_LATITUDES, VIET_NAM_LONGITUDES

LONGEST = 200
"""Characters of a cell that are looked at; a link of a map is the longest that people paste."""
DECIMALS = 7
"""Digits kept of what is computed from minutes and seconds: a centimetre on the ground."""


class Axis(Enum):
    """Latitude or longitude: its names, the largest absolute value, and where Viet Nam lies on it, in degrees."""

    LATITUDE = (Text("vĩ độ", "latitude"), 90.0, VIET_NAM_LATITUDES)
    LONGITUDE = (Text("kinh độ", "longitude"), 180.0, VIET_NAM_LONGITUDES)

    def __init__(self, title: Text, largest: float, viet_nam: tuple[float, float]) -> None:
        self.title = title
        self.largest = largest
        self.viet_nam = viet_nam

    @property
    def other(self) -> Axis:
        """The axis that this one is not."""
        return Axis.LONGITUDE if self is Axis.LATITUDE else Axis.LATITUDE

    def holds(self, degrees: float) -> bool:
        """True when there is such a value on this axis; never for NaN."""
        return -self.largest <= degrees <= self.largest

    def in_viet_nam(self, degrees: float) -> bool:
        """True when a place of Viet Nam may have this value."""
        low, high = self.viet_nam
        return low <= degrees <= high


@dataclass(frozen=True, slots=True)
class Angle:
    """Degrees, and the axis where the text names it. `parts` counts the numbers that it was written with."""

    degrees: float
    axis: Axis | None = None
    parts: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in WGS 84 degrees. `exchanged` is true when the text had longitude first and did not say so."""

    latitude: float
    longitude: float
    exchanged: bool = False


_SIGNS = str.maketrans(
    dict.fromkeys("º˚∘⁰ᵒ", "°")
    | dict.fromkeys("’‘′´`ʹ‛", "'")
    | dict.fromkeys("″“”„ʺ", '"')
    | dict.fromkeys("−–—", "-")
)
_WORDS = (
    (r"\bdo\b|\bdeg(?:rees?)?\b", "°"),
    (r"\bphut\b|\bmin(?:utes?)?\b", "'"),
    (r"\bgiay\b|\bsec(?:onds?)?\b", '"'),
)
_LATITUDE_LABEL = r"latitude|lat|vi ?do|vi"
_LONGITUDE_LABEL = r"longitude|long|lng|lon|kinh ?do|kinh"
_LABEL = re.compile(rf"(?:(?P<lat>{_LATITUDE_LABEL})|(?P<lon>{_LONGITUDE_LABEL}))\b\s*[:=]?\s*")
_HALVES = {
    **dict.fromkeys(("n", "b", "bac", "north"), (Axis.LATITUDE, 1)),
    **dict.fromkeys(("s", "nam", "south"), (Axis.LATITUDE, -1)),
    **dict.fromkeys(("e", "d", "dong", "east"), (Axis.LONGITUDE, 1)),
    **dict.fromkeys(("w", "t", "tay", "west"), (Axis.LONGITUDE, -1)),
}
_HALF = "|".join(sorted(_HALVES, key=len, reverse=True))
_BEFORE = re.compile(rf"({_HALF})(?![a-z])\s*")
_AFTER = re.compile(rf"\s*(?:(?:{_LATITUDE_LABEL}|{_LONGITUDE_LABEL})\s+)?(?:(?<![a-z])|(?<=\d[ms]))({_HALF})$")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_NUMBER}\s*°?",
        rf"(\d{{1,3}})\s*°\s*{_NUMBER}\s*(?:'\s*(?:{_NUMBER}\s*\"?)?)?",
        rf"(\d{{1,3}})\s*d\s*{_NUMBER}\s*(?:[m']\s*(?:{_NUMBER}\s*[s\"]?)?)?",
        rf"(\d{{1,3}})[ :-]+{_NUMBER}(?:[ :-]+{_NUMBER})?",
    )
)
_PLACE_IN_LINK = re.compile(r"!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)")
_CENTRE_IN_LINK = re.compile(r"[@=/](-?\d+\.\d+),\s*(?:%20|\+)?(-?\d+\.\d+)")
_BETWEEN = re.compile(r"\s*[;,/|\n\t]\s*|\s+")


def read_angle(text: str) -> Angle | None:
    """One latitude or longitude, or None where the text is none. The value may be on no axis at all."""
    return _angle(_simple(text))


def read_degrees(cell: str | float, axis: Axis) -> float:
    """The latitude or longitude in a cell of its own; raises CoordinateError that says what is expected."""
    angle = Angle(float(cell)) if isinstance(cell, (int, float)) else read_angle(cell)
    if angle is None:
        raise CoordinateError(_unreadable(axis, cell))
    lost = not axis.holds(angle.degrees) and axis.other.in_viet_nam(angle.degrees)
    if angle.axis is axis.other or lost:
        raise CoordinateError(_of_other_axis(axis, cell))
    if not axis.holds(angle.degrees):
        raise CoordinateError(_outside(axis, angle.degrees))
    return angle.degrees


def read_place(text: str) -> Place:
    """The place that one cell gives with both of its coordinates; raises CoordinateError.

    Where no letters say which is which, latitude comes first, as people write it; a text that can be a place of Viet
    Nam only the other way round is read that way, and the place says so.
    """
    found = {(place, a.parts == b.parts) for a, b in _pairs(text) if (place := _place(a, b)) is not None}
    # 101,12 8,00 is two decimals, though 101° and 12° 8,00' would be a place too: people write both alike.
    for alike, at_home in ((True, True), (False, True), (True, False), (False, False)):
        chosen = {place for place, same in found if same >= alike and _in_viet_nam(place) >= at_home}
        if len(chosen) == 1:
            return chosen.pop()
        if chosen:
            break
    raise CoordinateError(_no_pair(text))


def _place(first: Angle, second: Angle) -> Place | None:
    """The place of two angles, None where they cannot be one."""
    if first.axis is not None and first.axis is second.axis:
        return None
    axis = first.axis or (second.axis.other if second.axis else None)
    if axis is Axis.LONGITUDE:
        first, second = second, first
    straight = Place(first.degrees, second.degrees) if _valid(first, second) else None
    turned = Place(second.degrees, first.degrees, exchanged=True) if _valid(second, first) else None
    if axis is not None or turned is None or (straight is not None and not _in_viet_nam(turned)):
        return straight
    return turned


def _valid(latitude: Angle, longitude: Angle) -> bool:
    return Axis.LATITUDE.holds(latitude.degrees) and Axis.LONGITUDE.holds(longitude.degrees)


def _in_viet_nam(place: Place) -> bool:
    return Axis.LATITUDE.in_viet_nam(place.latitude) and Axis.LONGITUDE.in_viet_nam(place.longitude)


def _pairs(text: str) -> list[tuple[Angle, Angle]]:
    """Every way to part a text into two angles."""
    if link := _PLACE_IN_LINK.search(text) or _CENTRE_IN_LINK.search(text):
        return [(Angle(float(link[1]), Axis.LATITUDE), Angle(float(link[2]), Axis.LONGITUDE))]
    simple = _simple(text)
    # Letters that touch the next number part two angles as a space would: 20.7301N106.4012E.
    simple = re.sub(r"(?<=[\d'\"°])([nbe])(?=\d)", r" \1 ", simple)
    ways = ((simple[: gap.start()], simple[gap.end() :]) for gap in _BETWEEN.finditer(simple))
    angles = ((_angle(first), _angle(second)) for first, second in ways)
    return [(first, second) for first, second in angles if first is not None and second is not None]


def _simple(text: str) -> str:
    """Lower case without accents or brackets, with one sign for each meaning."""
    if len(text) > LONGEST:
        return ""
    letters = unicodedata.normalize("NFD", text.translate(_SIGNS).lower().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = re.sub(r"\btoa do\b\s*:?|[()\[\]{}]", " ", bare).replace("''", '"')
    bare = re.sub(r"(?<=\d)o(?![a-z])", "°", bare)
    for word, sign in _WORDS:
        bare = re.sub(rf"(?<!vi )(?<!kinh )(?:{word})(?!:)", sign, bare)
    return " ".join(bare.split())


def _angle(simple: str) -> Angle | None:
    """An angle with its label, its half of the earth and its sign, whichever it has."""
    axis: Axis | None = None
    if label := _LABEL.match(simple):
        axis = Axis.LATITUDE if label["lat"] else Axis.LONGITUDE
        simple = simple[label.end() :]
    sign = -1 if simple[:1] == "-" else 1
    if (angle := _number(simple[1:].strip() if simple[:1] in ("-", "+") else simple)) is not None:
        return replace(angle, degrees=sign * angle.degrees, axis=axis)
    for half in (_BEFORE.match(simple), _AFTER.search(simple)):
        if half is None:
            continue
        said, sign = _HALVES[half[1]]
        angle = _number((simple[: half.start()] + simple[half.end() :]).strip())
        if angle is not None and axis in (None, said):
            return replace(angle, degrees=sign * angle.degrees, axis=said)
    return None


def _number(text: str) -> Angle | None:
    """Degrees of a number without sign: decimal, or with minutes and seconds below 60."""
    for form in _FORMS:
        if found := form.fullmatch(text):
            whole, *parts = (float(part.replace(",", ".")) for part in found.groups() if part is not None)
            if any(part >= 60 for part in parts) or (len(parts) == 2 and not parts[0].is_integer()):
                return None
            # A plain number stays as it was written, to the last digit.
            fraction = sum(part / 60**place for place, part in enumerate(parts, 1))
            return Angle(round(whole + fraction, DECIMALS) if parts else whole, parts=1 + len(parts))
    return None


def _unreadable(axis: Axis, cell: object) -> Text:
    example = "20.7301 / 20,7301 / 20°43'48\"B" if axis is Axis.LATITUDE else "106.4012 / 106,4012 / 106°24'04\"Đ"
    return Text(
        f"{axis.title.vi}: {str(cell)[:80]!r} không đọc được (cần độ, như {example})",
        f"{axis.title.en}: {str(cell)[:80]!r} is not readable (degrees, like {example})",
    )


def _of_other_axis(axis: Axis, cell: object) -> Text:
    said = repr(cell) if isinstance(cell, str) else f"{cell:.15g}"
    return Text(
        f"{axis.title.vi}: {said} là {axis.other.title.vi}; hai ô có lẽ bị đổi chỗ cho nhau",
        f"{axis.title.en}: {said} is a {axis.other.title.en}; the two cells have probably changed places",
    )


def _outside(axis: Axis, degrees: float) -> Text:
    vi = f"{axis.title.vi} {degrees:.15g} ngoài khoảng -{axis.largest:g} đến {axis.largest:g}"
    en = f"{axis.title.en} {degrees:.15g} is outside -{axis.largest:g} to {axis.largest:g}"
    if abs(degrees) >= 1000:
        meant = next((d for n in range(2, 15) if axis.in_viet_nam(d := degrees / 10**n)), None)
        vi += f"; có lẽ đã mất dấu thập phân ({meant:.15g}?)" if meant else ""
        en += f"; a decimal point may have been lost ({meant:.15g}?)" if meant else ""
        vi += "; nếu là toạ độ phẳng VN-2000 (mét), hãy đổi sang độ WGS 84"
        en += "; if these are metres of VN-2000, convert them to degrees of WGS 84"
    return Text(vi, en)


def _no_pair(text: str) -> Text:
    return Text(
        f"toạ độ: {text[:80]!r} không đọc được (cần vĩ độ rồi kinh độ, như 20.7301, 106.4012 hay 20,7301; 106,4012)",
        f"coordinates: {text[:80]!r} is not readable (latitude, then longitude, like 20.7301, 106.4012 or "
        "20,7301; 106,4012)",
    )
