"""Exports, sheets of accounts and templates: read again without a difference, and no command to a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from devices.accounts import BrokerEndpoint, DeviceAccount
from devices.catalogue import KINDS
from devices.errors import SheetError
from devices.importing import EXAMPLE, parse_file
from devices.registry import Device, DeviceState
from devices.sheets.columns import COLUMN, KIND_WORDS, WRITTEN, header_of, meaning
from devices.sheets.templates import EXAMPLES, Choices, template_file
from devices.sheets.writing import ACCOUNT_HEADER, Format, accounts_file, devices_file, guarded
from tests.devices.strategies import patient

FORMATS = pytest.mark.parametrize("form", Format)
words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Zl", "Zp", "Zs")), max_size=30).map(
    lambda text: " ".join(text.split()).strip("\u200b\ufeff")
)
whole_devices = st.builds(
    Device,
    commune=st.just("gia-loc"),
    code=st.from_regex(r"[a-z0-9_-]{2,20}", fullmatch=True).filter(lambda code: not code.startswith(EXAMPLE)),
    kind=st.sampled_from(list(KINDS)),
    name=words,
    latitude=st.floats(8, 24).map(lambda degrees: round(degrees, 7)),
    longitude=st.floats(102, 118).map(lambda degrees: round(degrees, 7)),
    height_m=st.none() | st.integers(-50, 500).map(float),
    hamlet=st.none() | st.just("thon-1"),
    expected_interval_seconds=st.none() | st.integers(1, 604_800),
    state=st.sampled_from(DeviceState),
    serial=words,
    note=words,
    tags=st.lists(st.sampled_from(["đường 5", "cột-12", "trục"]), unique=True).map(tuple),
)


@FORMATS
@patient
@given(devices=st.lists(whole_devices, min_size=1, max_size=5, unique_by=lambda device: device.code))
def test_what_is_written_is_read_again_without_a_difference(form: Format, devices: list[Device]) -> None:
    sheet = parse_file(devices_file(devices, form))
    # NFC is what reading makes of every text.
    assert [row.device for row in sheet.rows if not row.faults] == [normal(device) for device in devices]
    assert sheet.unused == ()


def normal(device: Device) -> Device:
    """A device with its texts as reading has them."""
    texts = {name: unicodedata.normalize("NFC", getattr(device, name)) for name in ("name", "serial", "note")}
    return replace(device, **texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["=1+1", "+84 912", "-5", "@SUM(A1)", "'=x", "\t=1", '=HYPERLINK("http://x","y")', "''"]
)
def test_no_text_is_a_formula_to_the_one_who_opens_the_file(text: str) -> None:
    device = Device("gia-loc", "w-1", "wifi", name="A", note=text)
    cells = next(csv.DictReader(io.StringIO(devices_file([device], Format.CSV).decode("utf-8-sig"))))
    assert cells[header_of("note")] == f"'{text}"
    book = load_workbook(io.BytesIO(devices_file([device], Format.XLSX)))
    cell = book.worksheets[0].cell(2, WRITTEN.index("note") + 1)
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)
    for form in Format:
        assert parse_file(devices_file([device], form)).rows[0].device.note.strip() == text.strip()


def test_numbers_are_written_as_numbers() -> None:
    assert [guarded(value) for value in (-20.5, -3, None, "a-1")] == [-20.5, -3, None, "a-1"]


def test_a_workbook_is_for_people_and_csv_for_machines() -> None:
    device = Device("gia-loc", "w-1", "wifi", state=DeviceState.ACTIVE, height_m=4.5)
    text = devices_file([device], Format.CSV)
    assert text.startswith(b"\xef\xbb\xbf")
    assert ",wifi," in text.decode()
    sheet = load_workbook(io.BytesIO(devices_file([device], Format.XLSX))).worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert (row[2], row[WRITTEN.index("state")], row[WRITTEN.index("height_m")]) == (
        "Điểm phát wifi công cộng", "đang hoạt động", 4.5,
    )  # fmt: skip
    assert sheet.freeze_panes == "A2"


def test_letters_that_no_workbook_may_hold_are_left_out() -> None:
    device = Device("gia-loc", "w-1", "wifi", name="a\x00b\x0bc")
    assert parse_file(devices_file([device], Format.XLSX)).rows[0].device.name == "abc"


@FORMATS
def test_a_sheet_of_accounts_has_all_that_is_typed_into_a_device(form: Format) -> None:
    account = DeviceAccount("gia-loc", "wifi", "w-1")
    given = [(account, "k7fqd-8mw2x", "=Điểm 1"), (account, None, "")]
    data = accounts_file(given, BrokerEndpoint("mqtt.example", 1883, 8883), form)
    rows: list[tuple[object, ...]]
    if form is Format.CSV:
        rows = [tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))]
    else:
        rows = list(load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ACCOUNT_HEADER
    values = [str(value) for value in rows[1]]
    assert values[4:] == [
        "mqtt.example", "1883", "8883", "gia-loc.w-1", "gia-loc.w-1", "k7fqd-8mw2x", "xa/gia-loc/wifi/w-1/telemetry",
    ]  # fmt: skip
    assert values[3].lstrip("'") == "=Điểm 1"


@FORMATS
@pytest.mark.parametrize("commune", [None, "gia-loc"])
def test_the_examples_of_a_template_would_be_imported_but_for_their_codes(form: Format, commune: str | None) -> None:
    data = template_file(form, Choices(commune, ["Thôn 1"], []))
    if form is Format.XLSX:
        with pytest.raises(SheetError, match="there is no device below the header"):
            parse_file(data, commune=commune)
        book = load_workbook(io.BytesIO(data))
        del book[book.sheetnames[0]]
        stream = io.BytesIO()
        book.save(stream)
        data = stream.getvalue()
    sheet = parse_file(data, commune=commune)
    assert len(sheet.rows) == len(EXAMPLES)
    assert sheet.unused == ()
    for row in sheet.rows:
        (fault,) = row.faults
        assert fault.en.endswith("is an example of the template; delete this row")
        assert row.device.commune == "gia-loc"


def lists_of(data: bytes) -> dict[str, list[str]]:
    """What may be chosen in each column of a template."""
    book = load_workbook(io.BytesIO(data))
    table: Any = book.worksheets[0]
    found = {}
    for validation in table.data_validations.dataValidation:
        title, cells = validation.formula1.strip("'").split("'!")
        (span,) = validation.sqref.ranges
        header = meaning(str(table.cell(1, span.min_col).value))
        assert header is not None
        found[header] = [cell[0].value for cell in book[title][cells.replace("$", "")]]
    return found


def test_a_template_has_lists_of_what_its_commune_has() -> None:
    lists = lists_of(template_file(Format.XLSX, Choices("gia-loc", ["Thôn 1", "=Thôn 2"], ["Trụ sở UBND xã"])))
    assert lists["hamlet"] == ["Thôn 1", "=Thôn 2"]
    assert lists["site"] == ["Trụ sở UBND xã"]
    assert lists["kind"] == [kind.title.vi for kind in KINDS.values()]
    assert set(lists_of(template_file(Format.XLSX))) == {"kind", "state"}


def test_a_template_explains_every_column_in_both_languages_and_keeps_codes_as_text() -> None:
    data = template_file(Format.XLSX)
    book = load_workbook(io.BytesIO(data))
    assert [sheet.title.split(" - ")[1] for sheet in book.worksheets] == ["Devices", "Examples", "Help", "Lists"]
    explained = {str(row[0]): row[2:4] for row in book.worksheets[2].iter_rows(values_only=True)}
    for name in WRITTEN:
        vi, en = explained[f"{COLUMN[name].title.vi} / {COLUMN[name].title.en}"]
        assert vi
        assert en
    assert book.worksheets[0].cell(2, WRITTEN.index("code") + 1).number_format == "@"
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_every_header_that_we_write_is_understood_and_every_common_word_is_a_kind() -> None:
    assert [meaning(header_of(name)) for name in WRITTEN] == list(WRITTEN)
    assert set(KIND_WORDS.values()) == set(KINDS)
