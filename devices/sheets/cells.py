"""What a cell means in its column: numbers with units, kinds and states in words, and what Excel made of them."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field

from devices.coordinates import Axis, read_degrees
from devices.errors import CellError, CoordinateError
from devices.model import Text
from devices.registry import DeviceState
from devices.sheets.columns import COLUMN, KIND_WORDS, STATE_NAMES, plain
from devices.sheets.tables import BadCell, Cell, NumberCell, shown

LONGEST_TEXT = 2000
EXACT_DIGITS = 15
"""Excel keeps no more digits of a number; the others become zeros."""

_NUMBER = r"([-+]?\d+(?:[.,]\d+)?)"
_METRES = re.compile(rf"{_NUMBER}\s*(?:m|met|metres?|meters?)?")
_SECONDS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds", "giay"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "phut"), 60),
    **dict.fromkeys(("h", "hour", "hours", "gio"), 3600),
    **dict.fromkeys(("d", "day", "days", "ngay"), 86_400),
}
_DURATION = re.compile(rf"{_NUMBER}\s*([a-z]*)")
_POWER = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}")


@dataclass(slots=True)
class Said:
    """What the cells of a row say: the values by field, and what is odd or wrong about them."""

    values: dict[str, object] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)
    faults: list[Text] = field(default_factory=list)


def read_cell(name: str, cell: Cell, said: Said) -> None:
    """Take in one cell of a column that is not blank; what cannot be read becomes a fault."""
    try:
        said.values[name] = _value(name, cell, said.warnings)
    except (CellError, CoordinateError) as error:
        said.faults.append(error.text)
    except OverflowError:
        said.faults.append(unreadable(name, cell).text)


def _value(name: str, cell: Cell, warnings: list[Text]) -> object:
    if isinstance(cell, BadCell):
        raise CellError(Text(f"{name}: {cell.fault.vi}", f"{name}: {cell.fault.en}"))
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, NumberCell)):
        raise unreadable(name, cell)
    if isinstance(cell, str):
        _check_text(name, cell)
    if name in ("latitude", "longitude"):
        axis = Axis.LATITUDE if name == "latitude" else Axis.LONGITUDE
        return read_degrees(_bare(cell), axis)
    if name == "height_m":
        return _number(name, cell, _METRES)
    if name == "expected_interval_seconds":
        return _seconds(name, cell)
    text = _text(name, cell, warnings)
    if name == "kind":
        return KIND_WORDS.get(plain(text), text)
    if name == "state":
        return _state(name, cell, text)
    if name == "tags":
        return tuple(dict.fromkeys(tag.strip() for tag in re.split("[,;]", text) if tag.strip()))
    return text


def _bare(cell: Cell) -> str | float:
    """A number as a number, else the text."""
    value = cell.value if isinstance(cell, NumberCell) else cell
    return float(value) if isinstance(value, (int, float)) else shown(cell)


def _number(name: str, cell: Cell, form: re.Pattern[str]) -> float:
    value = _bare(cell)
    if isinstance(value, str):
        found = form.fullmatch(plain_words(value))
        if found is None:
            raise unreadable(name, cell)
        value = float(found[1].replace(",", "."))
    if not math.isfinite(value):
        raise unreadable(name, cell)
    return value


def _seconds(name: str, cell: Cell) -> int:
    value = _bare(cell)
    if isinstance(value, str):
        found = _DURATION.fullmatch(plain_words(value))
        if found is None or found[2] not in _SECONDS:
            raise unreadable(name, cell)
        value = float(found[1].replace(",", ".")) * _SECONDS[found[2]]
    if not (math.isfinite(value) and value.is_integer()):
        raise unreadable(name, cell)
    return int(value)


def _text(name: str, cell: Cell, warnings: list[Text]) -> str:
    """A cell as text, with a word on what Excel does to numbers that are names."""
    if isinstance(cell, float) or (isinstance(cell, NumberCell) and isinstance(cell.value, float)):
        raise unreadable(name, cell)
    text = unicodedata.normalize("NFC", shown(cell).strip("\u200b\ufeff \n"))
    text = text if name == "note" else " ".join(text.split())
    if name in ("code", "serial") and _POWER.fullmatch(text):
        raise CellError(
            Text(
                f"{name}: Excel đã đổi số dài thành {text}; hãy định dạng cột là Văn bản (Text) rồi nhập lại số",
                f"{name}: Excel has turned a long number into {text}; format the column as Text and enter it again",
            )
        )
    if name in ("code", "serial") and isinstance(cell, NumberCell) and not cell.padded:
        digits = len(text.lstrip("-"))
        if digits > EXACT_DIGITS:
            raise CellError(
                Text(
                    f"{name}: Excel chỉ giữ {EXACT_DIGITS} chữ số của {text}; hãy định dạng cột là Văn bản (Text) rồi "
                    "nhập lại",
                    f"{name}: Excel keeps only {EXACT_DIGITS} digits of {text}; format the column as Text and enter it "
                    "again",
                )
            )
        warnings.append(
            Text(
                f"{name}: ô là số {text}; nếu có số 0 ở đầu thì Excel đã bỏ, hãy định dạng cột là Văn bản (Text)",
                f"{name}: the cell is the number {text}; Excel has dropped zeros in front of it, if there were any",
            )
        )
    return text


def _state(name: str, cell: Cell, text: str) -> DeviceState:
    state = STATE_NAMES.get(plain(text))
    if state is None:
        raise unreadable(name, cell)
    return state


def _check_text(name: str, cell: str) -> None:
    if len(cell) > LONGEST_TEXT:
        raise CellError(
            Text(
                f"{name}: {len(cell)} ký tự, nhiều hơn {LONGEST_TEXT}",
                f"{name}: {len(cell)} characters, more than {LONGEST_TEXT}",
            )
        )
    bad = next((c for c in cell if unicodedata.category(c) in ("Cc", "Cs", "Co") and c not in "\t\n\r"), None)
    if bad is not None:
        raise CellError(
            Text(
                f"{name}: có ký tự không in được U+{ord(bad):04X}; hãy xoá nó",
                f"{name}: it holds the unprintable character U+{ord(bad):04X}; remove it",
            )
        )


def plain_words(text: str) -> str:
    """A text in lower case without accents, with its signs: for numbers with a unit."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d").replace("\u2212", "-"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def unreadable(name: str, cell: Cell) -> CellError:
    """A cell that its column cannot take, with what is expected."""
    value = cell.text if isinstance(cell, NumberCell) else cell
    said = repr(value if len(repr(value)) <= 80 else shown(cell)[:77] + "...")
    expected = COLUMN[name].expected
    return CellError(
        Text(f"{name}: {said} không đọc được (cần {expected.vi})", f"{name}: {said} is not readable ({expected.en})")
    )
