"""Lists of declared figures as operators send them, CSV or XLSX, read into rows with what is wrong with each.

Columns may come in any order, under Vietnamese or English names, below titles; a row for the whole commune says
"toàn xã" or names no hamlet, and rows that only add up the others ("tổng cộng") are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from devices.declared import INDICATORS, Declaration, DeclaredIndicator, Form
from devices.errors import PlaceError, SheetError
from devices.model import Text
from devices.place_names import PlaceNames
from devices.sheets.columns import plain
from devices.sheets.tables import HEADER_WITHIN, Cell, NumberCell, NumberedRow, shown
from devices.sheets.texts import decode, read_csv
from devices.sheets.workbooks import is_old_workbook, is_workbook, read_workbook

MOST_BYTES = 4 * 1024 * 1024
"""A list has a row a hamlet and operator: some hundreds."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "hamlet": ("hamlet", "thon", "xom", "khoi", "to_dan_pho", "thon_xom", "ten_thon", "dia_ban", "khu_dan_cu"),
    "operator": ("operator", "nha_mang", "doanh_nghiep", "don_vi", "isp", "nha_cung_cap", "doanh_nghiep_vien_thong"),
    "part": ("part", "able", "so_ho_co_kha_nang", "ho_co_kha_nang", "so_ho_dap_ung", "so_ho_1_gb_s", "so_ho_1gbps",
             "so_thue_bao_co_kha_nang", "so_nguoi_co_kha_nang", "so_ho_duoc_phu", "so_ho_phu_song"),
    "whole": ("whole", "total", "households", "tong_so_ho", "so_ho", "tong_ho", "tong_so_nguoi_su_dung", "tong_so"),
    "percent": ("percent", "share", "ty_le", "ti_le", "ty_le_phan_tram"),
    "value": ("value", "median", "gia_tri", "trung_vi", "toc_do", "ket_qua"),
    "samples": ("samples", "so_mau", "so_luot_do", "so_phep_do"),
    "indicator": ("indicator", "chi_tieu", "ma_chi_tieu", "chi_so"),
}  # fmt: skip
_MEANINGS = {name: meant for meant, names in NAMES.items() for name in names}
_WHOLE = {"", "toan_xa", "ca_xa", "xa", "toan_dia_ban"}
_COUNTS = {"part", "whole", "samples"}
LONGEST_OPERATOR = 100
MOST_SAMPLES = 1e9
_SUMS = {"tong", "cong", "tong_cong", "tong_so", "total"}


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """A row of a list: what it declares where nothing is wrong with it, what is wrong, and what is odd."""

    line: int
    declaration: Declaration | None
    faults: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredList:
    """The rows of a file, and notes on the file as a whole."""

    rows: tuple[DeclaredRow, ...]
    notes: tuple[Text, ...] = ()

    @property
    def accepted(self) -> bool:
        """True when no row has a fault."""
        return not any(row.faults for row in self.rows)

    @property
    def declarations(self) -> list[tuple[int, Declaration]]:
        """What is declared, each with its line."""
        return [(row.line, row.declaration) for row in self.rows if row.declaration is not None]


@dataclass
class _Reading:
    hamlets: PlaceNames
    indicator: str | None
    operator: str
    notes: list[Text] = field(default_factory=list)


def read_list(
    data: bytes, hamlets: Sequence[tuple[str, str]], *, indicator: str | None = None, operator: str = ""
) -> DeclaredList:
    """Read the bytes of a file; `hamlets` are the commune's, by code and name.

    `indicator` and `operator` are those of rows that name none. Raises SheetError where no row can be read at all.
    """
    if len(data) > MOST_BYTES:
        size = MOST_BYTES // 1024 // 1024
        raise SheetError(Text(f"tệp lớn hơn {size} MiB", f"the file is larger than {size} MiB"))
    if is_old_workbook(data):
        raise SheetError(Text("tệp .xls kiểu cũ; hãy lưu lại thành .xlsx", "an old .xls file; save it as .xlsx"))
    if is_workbook(data):
        title, rows = read_workbook(data)
        notes = [Text(f"đã đọc trang tính {title!r}", f"the sheet {title!r} was read")]
    else:
        text, told = decode(data)
        rows, notes = read_csv(text), [*told]
    reading = _Reading(PlaceNames(hamlets, "thôn", "hamlet"), indicator, operator, notes)
    names, below = _header(rows)
    read = [_row(line, dict(zip(names, cells, strict=False)), reading) for line, cells in below]
    found = _once([row for row in read if row is not None])
    if not found:
        raise SheetError(Text("dưới dòng tên cột không có số liệu nào", "there are no figures below the header"))
    return DeclaredList(tuple(found), tuple(reading.notes))


def _header(rows: Sequence[NumberedRow]) -> tuple[list[str | None], Sequence[NumberedRow]]:
    best: tuple[int, int, list[str | None]] = (0, 0, [])
    for at, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        names = [_meaning(shown(cell)) for cell in cells]
        known = [name for name in names if name is not None]
        if len(known) == len(set(known)) and len(known) > best[0]:
            best = (len(known), at, names)
    count, at, names = best
    if count < 2 or not {"part", "percent", "value"} & set(names):
        raise SheetError(
            Text(
                "không thấy dòng tên cột: cần Thôn, và Số hộ có khả năng cùng Tổng số hộ, hoặc Tỷ lệ, hoặc Giá trị",
                "no header was found: Hamlet is needed, and Part with Whole, or Percent, or Value",
            )
        )
    return names, rows[at + 1 :]


def _meaning(header: str) -> str | None:
    without = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", header)
    for part in (header, without, *re.split(r"[/|\n–]", without)):
        if (meant := _MEANINGS.get(plain(part))) is not None:
            return meant
    return None


def _row(line: int, cells: Mapping[str | None, Cell], reading: _Reading) -> DeclaredRow | None:
    place = shown(cells.get("hamlet"))
    if plain(place) in _SUMS:
        reading.notes.append(
            Text(f"dòng {line} là dòng cộng, bỏ qua", f"line {line} adds up the others and is left out")
        )
        return None
    if all(not shown(cell) for name, cell in cells.items() if name in ("part", "percent", "value")):
        return None
    faults: list[Text] = []
    warnings: list[Text] = []
    hamlet = _hamlet(place, reading, faults)
    indicator = _indicator(shown(cells.get("indicator")), reading, faults)
    if indicator is None:
        return DeclaredRow(line, None, tuple(faults))
    operator = " ".join(shown(cells.get("operator")).split()) or reading.operator
    if indicator.by_operator and not operator:
        faults.append(Text("thiếu tên nhà mạng", "the operator is not named"))
    if len(operator) > LONGEST_OPERATOR or not operator.isprintable():
        faults.append(
            Text(
                f"tên nhà mạng dài hơn {LONGEST_OPERATOR} ký tự, hoặc có ký tự lạ",
                f"the operator's name is longer than {LONGEST_OPERATOR} characters, or has some that are no letters",
            )
        )
    declaration = Declaration(indicator.name, hamlet, operator if indicator.by_operator else "")
    declaration = _figures(declaration, indicator, cells, faults, warnings)
    return DeclaredRow(line, None if faults else declaration, tuple(faults), tuple(warnings))


def _hamlet(place: str, reading: _Reading, faults: list[Text]) -> str | None:
    if plain(place) in _WHOLE:
        return None
    try:
        return reading.hamlets.code_of(place)
    except PlaceError as error:
        faults.append(error.text)
        return None


def _indicator(given: str, reading: _Reading, faults: list[Text]) -> DeclaredIndicator | None:
    name = given or reading.indicator or ""
    by_title = {plain(one.title.vi): one for one in INDICATORS.values()}
    found = INDICATORS.get(name) or by_title.get(plain(name))
    if found is None:
        known = ", ".join(INDICATORS)
        faults.append(
            Text(f"không có chỉ tiêu {name!r}; có: {known}", f"nothing is declared as {name!r}; known: {known}")
        )
    return found


def _figures(
    declaration: Declaration,
    indicator: DeclaredIndicator,
    cells: Mapping[str | None, Cell],
    faults: list[Text],
    warnings: list[Text],
) -> Declaration:
    if indicator.form is Form.VALUE:
        value, samples = _number(cells.get("value"), "value", faults), _number(cells.get("samples"), "samples", faults)
        if value is None and not faults:
            faults.append(Text("thiếu giá trị", "the value is missing"))
        elif value is not None and value > indicator.largest:
            faults.append(Text(f"giá trị {value:g} quá lớn", f"the value {value:g} is too large"))
        if samples is not None and samples > MOST_SAMPLES:
            faults.append(Text(f"số mẫu {samples:g} quá lớn", f"{samples:g} samples are too many"))
        return replace(declaration, value=value, samples=None if samples is None else int(samples))
    part, whole = _number(cells.get("part"), "part", faults), _number(cells.get("whole"), "whole", faults)
    percent = _number(cells.get("percent"), "percent", faults)
    if part is None and percent is not None:
        if percent > 100:
            faults.append(Text(f"tỷ lệ {percent:g} % lớn hơn 100", f"the share of {percent:g} % is above 100"))
        if whole is None:
            warnings.append(Text("chỉ có tỷ lệ, không có số hộ", "only a share is given, no counts"))
        whole = whole or 100.0
        part = percent * whole / 100
    if part is None or whole is None:
        if not faults:
            faults.append(Text("thiếu số có khả năng hoặc tổng số", "the part or the whole is missing"))
    elif whole <= 0 or part > whole:
        faults.append(Text(f"{part:g} trên {whole:g} không phải một tỷ lệ", f"{part:g} of {whole:g} is no share"))
    return replace(declaration, part=part, whole=whole)


def _number(cell: Cell, name: str, faults: list[Text]) -> float | None:
    """The number of a cell, None for an empty one. 1.250 is twelve hundred and fifty, 12,5 is twelve and a half.

    Of households there are no parts: among counts 1,250 is twelve hundred and fifty too, and 12,5 is a fault.
    """
    is_share = isinstance(cell, NumberCell) and cell.text.endswith("%")
    if isinstance(cell, NumberCell) and not is_share:
        cell = cell.value
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = float(cell)
    else:
        text = re.sub(r"[\s\u00a0%]", "", shown(cell))
        if not text:
            return None
        number = float(text) if is_share else _read(text, is_count=name in _COUNTS)
    if not 0 <= number < 1e12 or (name in _COUNTS and not number.is_integer()):
        faults.append(
            Text(f"{shown(cell)!r} ở cột {name} không phải là số", f"{shown(cell)!r} under {name} is no number")
        )
        return None
    return number


def _read(text: str, *, is_count: bool) -> float:
    """A number as it is written; NaN for none."""
    if not text.startswith("0."):
        text = re.sub(r"[.,](?=\d{3}(?:\D|$))" if is_count else r"\.(?=\d{3}(?:\D|$))", "", text)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _once(rows: Sequence[DeclaredRow]) -> list[DeclaredRow]:
    """The same rows, with a fault on each that declares what an earlier one does."""
    first: dict[tuple[str, str | None, str], int] = {}
    judged = []
    for row in rows:
        one = row.declaration
        if one is not None:
            line = first.setdefault((one.indicator, one.hamlet, plain(one.operator)), row.line)
            if line != row.line:
                again = Text(f"lặp lại dòng {line}", f"repeats line {line}")
                row = DeclaredRow(row.line, None, (again,), row.warnings)  # noqa: PLW2901
        judged.append(row)
    return judged
