"""Coordinates as people write them, and what is said of those that are none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.coordinates import Angle, Axis, Place, read_angle, read_degrees, read_place
from devices.errors import CoordinateError
from tests.devices.strategies import patient

NORTH, EAST = Axis.LATITUDE, Axis.LONGITUDE
HERE = Place(20.7301, 106.4012)
SEXAGESIMAL = ("{}°{}'{}\"", "{} {} {}", "{}d{}m{}s", "{}º {}′ {}″", "{}:{}:{}")
IN_MINUTES = 20 + 43 / 60 + 48.4 / 3600

home_latitudes = st.floats(*NORTH.viet_nam)
home_longitudes = st.floats(*EAST.viet_nam)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("20.7301", None),
        (" 20,7301 ", None),
        ("+20.7301", None),
        ("20.7301°", None),
        ("20.7301º", None),
        ("20,7301 độ", None),
        ("20.7301 N", NORTH),
        ("20.7301N", NORTH),
        ("n20.7301", NORTH),
        ("20,7301° B", NORTH),
        ("20,7301 Bắc", NORTH),
        ("20,7301 độ vĩ bắc", NORTH),
        ("vĩ độ: 20,7301", NORTH),
        ("vĩ độ bắc 20,7301", NORTH),
        ("Lat: 20.7301", NORTH),
        ("latitude=20.7301", NORTH),
        ("20.7301 E", EAST),
        ("20.7301 Đ", EAST),
        ("20.7301 D", EAST),
        ("20,7301 Đông", EAST),
        ("kinh độ đông 20,7301", EAST),
        ("lng 20.7301", EAST),
    ],
)
def test_a_decimal_number_is_read_with_what_it_says_of_itself(text: str, axis: Axis | None) -> None:
    assert read_angle(text) == Angle(20.7301, axis)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("20°43'48.4\"N", NORTH),
        ("20° 43' 48,4\" B", NORTH),
        ("20º43′48,4″ Bắc", NORTH),
        ("20˚43’48.4”", None),
        ("20°43'48.4''", None),
        ("20o43'48.4''B", NORTH),
        ("20°43'48.4", None),
        ("20d43m48.4s", None),
        ("20d43m48.4sN", NORTH),
        ("20D43'48.4\"", None),
        ("20 43 48.4", None),
        ("20:43:48,4 B", NORTH),
        ("20-43-48.4", None),
        ("20 độ 43 phút 48,4 giây", None),
        ("20 deg 43 min 48.4 sec N", NORTH),
        ("B 20°43'48,4\"", NORTH),
        ("20°43.806667'", None),
        ("20 43,806667 Đ", EAST),
    ],
)
def test_degrees_minutes_and_seconds_are_read_in_their_many_spellings(text: str, axis: Axis | None) -> None:
    angle = read_angle(text)
    assert angle is not None
    assert angle.degrees == pytest.approx(IN_MINUTES, abs=1e-7)
    assert angle.axis is axis


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("-20.5", Angle(-20.5)),
        ("−20,5", Angle(-20.5)),
        ("20.5 S", Angle(-20.5, NORTH)),
        ("20,5 Nam", Angle(-20.5, NORTH)),
        ("20 30 00 S", Angle(-20.5, NORTH)),
        ("20,5 T", Angle(-20.5, EAST)),
        ("20.5 W", Angle(-20.5, EAST)),
        ("20,5 Tây", Angle(-20.5, EAST)),
        ("-20°30'", Angle(-20.5)),
    ],
)
def test_the_other_halves_of_the_earth_are_negative(text: str, angle: Angle) -> None:
    assert read_angle(text) == angle


@pytest.mark.parametrize(
    "text",
    ["", "north", "20.73.01", "20,73,01,5", "20°61'", "20°10'61\"", "20°10.5'30\"", "--20", "-20 S", "lat: 20 E",
     "1e2", "nan", "inf", "0x14", "20.7301 106.4012", "9" * 300, "20°", "20..7"],
)  # fmt: skip
def test_what_is_no_angle_is_not_guessed_at(text: str) -> None:
    angle = read_angle(text)
    assert angle is None or text == "20°"


@pytest.mark.parametrize(
    "text",
    [
        "20.7301, 106.4012",
        "20.7301,106.4012",
        "20,7301; 106,4012",
        "20,7301, 106,4012",
        "20,7301,106,4012",
        "20.7301 106.4012",
        "20.7301\n106.4012",
        "20.7301 / 106.4012",
        "(20.7301, 106.4012)",
        "[20.7301 | 106.4012]",
        "Toạ độ: 20,7301; 106,4012",
        "lat: 20.7301, lon: 106.4012",
        "vĩ độ 20,7301 kinh độ 106,4012",
        "20.7301N 106.4012E",
        "20.7301N106.4012E",
        "N20.7301E106.4012",
        "20,7301° B; 106,4012° Đ",
        "106.4012 E, 20.7301 N",
        "106,4012 Đ; 20,7301",
        "kinh độ: 106,4012, vĩ độ: 20,7301",
        "https://www.google.com/maps/@20.7301,106.4012,17z",
        "https://maps.google.com/?q=20.7301,106.4012",
        "https://www.google.com/maps/place/X/@21.0,105.0,17z/data=!3d20.7301!4d106.4012",
    ],
)
def test_both_coordinates_in_one_cell_are_told_apart(text: str) -> None:
    assert read_place(text) == HERE


@pytest.mark.parametrize(
    "text", ["20°43'48.36\"N 106°24'4.32\"E", "20 43 48.36 106 24 4.32", "20o43'48,36'' 106o24'4,32''"]
)
def test_two_angles_in_minutes_share_a_cell(text: str) -> None:
    assert read_place(text) == HERE


@pytest.mark.parametrize("text", ["106.4012, 20.7301", "106,4012; 20,7301", "106.4012 20.7301"])
def test_longitude_first_is_recognised_in_viet_nam_and_said(text: str) -> None:
    assert read_place(text) == Place(20.7301, 106.4012, exchanged=True)


def test_abroad_latitude_comes_first_unless_it_cannot() -> None:
    assert read_place("35.1, 39.5") == Place(35.1, 39.5)
    assert read_place("139.5, 35.1") == Place(35.1, 139.5, exchanged=True)


@pytest.mark.parametrize(
    "text", ["", "20,7301", "20.7301", "20.7301,", "20 106 20 106", "20.7 N 21.0 N", "95, 190", "trụ sở xã"]
)
def test_what_is_no_place_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(CoordinateError) as raised:
        read_place(text)
    assert raised.value.text.vi.endswith("(cần vĩ độ rồi kinh độ, như 20.7301, 106.4012 hay 20,7301; 106,4012)")
    assert "latitude, then longitude" in raised.value.text.en


@pytest.mark.parametrize(
    ("cell", "axis", "said"),
    [
        ("north", NORTH, "latitude: 'north' is not readable (degrees, like 20.7301 / 20,7301 / 20°43'48\"B)"),
        ("106.4 E", NORTH, "latitude: '106.4 E' is a longitude; the two cells have probably changed places"),
        ("20,7 B", EAST, "longitude: '20,7 B' is a latitude; the two cells have probably changed places"),
        ("106.4", NORTH, "latitude: '106.4' is a longitude; the two cells have probably changed places"),
        (106.4, NORTH, "latitude: 106.4 is a longitude; the two cells have probably changed places"),
        ("95", NORTH, "latitude 95 is outside -90 to 90"),
        (math.nan, NORTH, "latitude nan is outside -90 to 90"),
        (20730.0, NORTH, "a decimal point may have been lost (20.73?)"),
        ("1064012", EAST, "a decimal point may have been lost (106.4012?)"),
        (584123.44, EAST, "if these are metres of VN-2000, convert them to degrees of WGS 84"),
    ],
)
def test_a_cell_that_cannot_be_says_what_happened_to_it(cell: str | float, axis: Axis, said: str) -> None:
    with pytest.raises(CoordinateError) as raised:
        read_degrees(cell, axis)
    assert said in raised.value.text.en
    assert raised.value.text.vi != raised.value.text.en


def test_a_number_is_read_as_it_is() -> None:
    assert read_degrees(20.123456789, NORTH) == 20.123456789
    assert read_degrees(106, EAST) == 106.0


@patient
@given(st.floats(-180, 180))
def test_a_decimal_number_keeps_its_last_digit(degrees: float) -> None:
    text = f"{degrees:.17f}"
    for written in (text, text.replace(".", ",")):
        assert read_angle(written) == Angle(float(text))


def sexagesimal(degrees: float) -> tuple[int, int, float]:
    """Degrees, minutes and seconds to a thousandth of a second, of a positive number."""
    thousandths = round(degrees * 3_600_000)
    return thousandths // 3_600_000, thousandths // 60_000 % 60, thousandths % 60_000 / 1000


@patient
@given(home_latitudes, home_longitudes, st.sampled_from(SEXAGESIMAL), st.booleans(),
       st.sampled_from(["; ", " ", "\n", " / "]))  # fmt: skip
def test_any_place_of_viet_nam_survives_being_written_in_minutes(
    latitude: float, longitude: float, form: str, comma: bool, between: str
) -> None:
    written = [form.format(*sexagesimal(degrees)) for degrees in (latitude, longitude)]
    place = read_place(between.join(text.replace(".", ",") if comma else text for text in written))
    assert place.latitude == pytest.approx(latitude, abs=2e-7)
    assert place.longitude == pytest.approx(longitude, abs=2e-7)
    assert not place.exchanged


@patient
@given(home_latitudes, home_longitudes, st.integers(1, 8), st.sampled_from([", ", "; ", " ", ";", "/"]), st.booleans(),
       st.booleans())  # fmt: skip
def test_any_place_of_viet_nam_is_read_in_either_order_with_point_or_comma(
    latitude: float, longitude: float, digits: int, between: str, comma: bool, exchanged: bool
) -> None:
    texts = [f"{latitude:.{digits}f}", f"{longitude:.{digits}f}"]
    wanted = Place(float(texts[0]), float(texts[1]), exchanged)
    written = between.join(reversed(texts) if exchanged else texts)
    assert read_place(written.replace(".", ",") if comma else written) == wanted


@given(st.text(max_size=60) | st.text(alphabet="0123456789.,;°'\" NSEWBĐTvido-", max_size=40))
def test_any_text_is_a_place_on_earth_or_is_refused(text: str) -> None:
    try:
        place = read_place(text)
    except CoordinateError as error:
        assert error.text.vi
    else:
        assert NORTH.holds(place.latitude)
        assert EAST.holds(place.longitude)
