"""Files of devices, as people really save them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.catalogue import KINDS
from devices.errors import SheetError
from devices.importing import COLUMNS, parse_csv, parse_file, parse_json, plain, within
from devices.model import Kind
from devices.registry import Device, DeviceState

VIETNAMESE = """\ufeffGhi chú;Mã xã;Mã thiết bị;Loại thiết bị;Tên;Vĩ độ;Kinh độ;Chu kỳ (giây);Trạng thái
trên mái;gia-loc;tram-1;environment;Trạm đầu làng;20,8712;106,3021;60;Bảo trì
"""


def faults(text: str) -> list[str]:
    """The English faults of the only row of a CSV text."""
    (row,) = parse_csv(text).rows
    return [fault.en for fault in row.faults]


def test_a_vietnamese_spreadsheet_with_semicolons_and_decimal_commas_is_read() -> None:
    sheet = parse_csv(VIETNAMESE)
    assert sheet.unused == ()
    (row,) = sheet.rows
    assert row.faults == ()
    assert row.device == Device(
        "gia-loc",
        "tram-1",
        "environment",
        "Trạm đầu làng",
        20.8712,
        106.3021,
        expected_interval_seconds=60,
        state=DeviceState.MAINTENANCE,
        note="trên mái",
    )
    assert row.line == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_come_in_any_order(separator: str) -> None:
    text = "\n".join(
        separator.join(cells) for cells in (("kind", "name", "code", "commune"), ("wifi", "A", "w-1", "gia-loc"))
    )
    assert parse_csv(text).rows[0].device == Device("gia-loc", "w-1", "wifi", "A")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_known_under_all_its_names(column: str) -> None:
    given_text = {"coordinates": "20, 106", "state": "active"}.get(column, "20")
    for name in (column, *COLUMNS[column], column.upper().replace("_", " "), column.replace("_", "-")):
        (row,) = parse_json(json.dumps([{name: given_text}])).rows
        assert ("latitude" if column == "coordinates" else column) in row.given


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_may_be_given_by_its_title_in_either_language(kind: Kind) -> None:
    for word in (kind.name, kind.title.vi, kind.title.en.upper()):
        (row,) = parse_json(json.dumps([{"commune": "gia-loc", "code": "w-1", "kind": word}])).rows
        assert (row.device.kind, row.faults) == (kind.name, ())


def test_a_cell_that_is_empty_is_not_given() -> None:
    (row,) = parse_csv("commune,code,kind,name,latitude\ngia-loc,w-1,wifi, ,\n").rows
    assert row.given == {"commune", "code", "kind"}
    (row,) = parse_json('[{"commune": "gia-loc", "code": "w-1", "kind": "wifi", "name": null, "latitude": ""}]').rows
    assert row.given == {"commune", "code", "kind"}


def test_blank_lines_are_skipped_and_lines_keep_their_numbers() -> None:
    rows = parse_csv("commune,code,kind\n\ngia-loc,w-1,wifi\n,,\n\ngia-loc,w-2,wifi\n").rows
    assert [(row.line, row.device.code) for row in rows] == [(3, "w-1"), (6, "w-2")]


def test_the_commune_may_be_given_for_all_rows_that_name_none() -> None:
    rows = parse_csv("xã,mã,loại\n,w-1,wifi\nvo-nhai,w-2,wifi\n", commune="gia-loc").rows
    assert [row.device.commune for row in rows] == ["gia-loc", "vo-nhai"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("gia-loc,,wifi,,,,", "code is missing"),
        ("gia-loc,w-1,,,,,", "kind is missing"),
        ("gia-loc,w-1,wifi,north,106.3,,", "latitude: 'north' is not readable (degrees, like 20.7301"),
        ("gia-loc,w-1,wifi,nan,106.3,,", "latitude: 'nan' is not readable (degrees, like 20.7301"),
        ("gia-loc,w-1,wifi,,,60.5,", "interval_seconds: '60.5' is not readable (a whole number of seconds"),
        ("gia-loc,w-1,wifi,,,,broken", "state: 'broken' is not readable (one of planned, registered, active"),
        ("gia-loc,w-1,wifi,95,106.3,,", "latitude 95 is outside -90 to 90"),
        ("gia-loc,W 1,wifi,,,,", "the device code 'W 1' must be 2 to 63 characters"),
        ("gia-loc,w-1,wifi,,,,,surplus", "8 cells for 7 columns"),
    ],
)
def test_a_row_that_cannot_be_has_its_reason(cells: str, reason: str) -> None:
    (found,) = faults(f"commune,code,kind,lat,lon,interval,state\n{cells}\n")
    assert reason in found


def test_a_device_that_comes_twice_is_refused_the_second_time() -> None:
    rows = parse_csv("commune,code,kind\ngia-loc,w-1,wifi\nvo-nhai,w-1,wifi\ngia-loc,w-1,camera\n").rows
    assert [len(row.faults) for row in rows] == [0, 0, 1]
    assert rows[2].faults[0].en == "repeats the device of line 2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing columns: commune, code, kind"),
        ("commune,name\n", "missing columns: code, kind"),
        ("commune,code,kind,Mã\n", "columns 'code' and 'Mã' are both code"),
    ],
)
def test_a_csv_file_without_the_columns_is_refused_as_a_whole(text: str, reason: str) -> None:
    with pytest.raises(SheetError) as raised:
        parse_csv(text)
    assert raised.value.text.en == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "broken JSON"),
        ('"devices"', "expected a JSON array of devices"),
        ('{"things": []}', "expected a JSON array of devices"),
        ("[1]", "item 1 is not an object"),
    ],
)
def test_a_json_file_of_another_shape_is_refused_as_a_whole(text: str, reason: str) -> None:
    with pytest.raises(SheetError) as raised:
        parse_json(text)
    assert raised.value.text.en.startswith(reason)


def test_json_takes_an_array_or_an_object_of_devices_with_numbers() -> None:
    item = {"commune": "gia-loc", "code": "w-1", "kind": "wifi", "latitude": 20.5, "longitude": 106, "interval": 60.0}
    (row,) = parse_json(json.dumps({"devices": [item]})).rows
    assert row.device == Device("gia-loc", "w-1", "wifi", latitude=20.5, longitude=106.0, expected_interval_seconds=60)
    assert parse_json(json.dumps([item])).rows == (row,)


@pytest.mark.parametrize("value", [True, [], {}, 1.5])
def test_json_values_of_the_wrong_type_are_faults_of_their_row(value: object) -> None:
    (row,) = parse_json(json.dumps([{"commune": "gia-loc", "code": value, "kind": "wifi"}])).rows
    assert "code" in row.faults[0].en


def test_names_of_columns_are_compared_without_case_accents_and_signs() -> None:
    assert plain("  Mã  Thiết-Bị ") == "ma_thiet_bi"
    assert plain("Địa điểm") == "dia_diem"


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for parse in (parse_csv, parse_json):
        try:
            sheet = parse("commune,code,kind\n" + text if parse is parse_csv else text)
        except SheetError as error:
            assert error.text.vi
        else:
            assert all(row.line >= 1 for row in sheet.rows)


@pytest.mark.parametrize("named", ["gia-loc", "Gia Lộc", "xã gia lộc", "GIA LOC", ""])
def test_a_row_may_call_its_commune_by_name(named: str) -> None:
    text = f"xã,mã,loại\n{named},w-1,wifi\n,w-1,wifi\n"
    first, second = parse_file(text.encode(), commune="gia-loc", commune_name="Xã Gia Lộc").rows
    assert (first.device.commune, first.faults) == ("gia-loc", ())
    assert second.faults[0].en == "repeats the device of line 2"


def test_a_row_of_another_commune_is_refused_where_one_is_meant() -> None:
    sheet = within(parse_file("xã,mã,loại\nVõ Nhai,w-1,wifi\n".encode(), commune="gia-loc"), "gia-loc")
    assert "this row is of commune 'Võ Nhai'; the import is into gia-loc" in [
        fault.en for fault in sheet.rows[0].faults
    ]


def test_two_devices_with_one_serial_number_are_warned_of() -> None:
    rows = parse_csv(
        "xã,mã,loại,hãng,số seri\ngia-loc,w-1,wifi,A,S1\ngia-loc,w-2,wifi,A,S1\ngia-loc,w-3,wifi,B,S1\n"
    ).rows
    assert [len(row.faults) for row in rows] == [0, 0, 0]
    assert [[word.en for word in row.warnings] for row in rows] == [
        [], ["the serial number 'S1' is that of line 2 too"], [],
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["latitude", "height", "interval"])
def test_a_number_beyond_all_numbers_is_a_fault_of_its_row(column: str) -> None:
    text = f'[{{"commune": "gia-loc", "code": "w-1", "kind": "wifi", "{column}": 1{"0" * 400}}}]'
    (row,) = parse_json(text).rows
    assert len(row.faults) == 1


@pytest.mark.parametrize(
    ("cell", "seconds"), [("5 phút", 300), ("1,5 giờ", 5400), ("60s", 60), ("15 min", 900), ("1 ngày", 86400)]
)
def test_an_interval_may_have_a_unit(cell: str, seconds: int) -> None:
    (row,) = parse_csv(f"xã;mã;loại;chu kỳ;chiều cao\ngia-loc;w-1;wifi;{cell};6,5 m\n").rows
    assert (row.device.expected_interval_seconds, row.device.height_m, row.faults) == (seconds, 6.5, ())


def test_a_kind_that_is_nearly_one_is_guessed_at_however_many_rows_have_it() -> None:
    text = "xã,mã,loại\n" + "".join(f"gia-loc,w-{n},den duongg {n} {'x' * 500}\n" for n in range(300))
    assert all("there is no kind" in row.faults[0].en for row in parse_csv(text).rows)
    (row,) = parse_csv("xã,mã,loại\ngia-loc,w-1,đèn đườg\n").rows
    assert row.faults[0].vi.endswith("(có phải là Đèn chiếu sáng công cộng?)")


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\ue000"])
def test_a_letter_that_nobody_can_read_is_named(bad: str) -> None:
    (row,) = parse_csv(f"xã,mã,loại,tên\ngia-loc,w-1,wifi,a{bad}b\n").rows
    assert row.faults[0].en == f"name: it holds the unprintable character U+{ord(bad):04X}; remove it"
