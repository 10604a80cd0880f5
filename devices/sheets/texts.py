"""Text files as spreadsheets and editors save them: which encoding they are in, and the cells of CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from devices.errors import SheetError
from devices.model import Text
from devices.sheets.tables import HEADER_WITHIN, MOST_COLUMNS, MOST_ROWS, NumberedRow, header_score, too_many_rows

SEPARATORS = ",;\t"
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VIETNAMESE = {
    unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS + _VOWELS.upper() for tone in _TONES
} | set("đĐ")
_SIGNS = set("–—‘’“”…•°²³º«»×€₫©®\u00a0")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r'])")
"""How an export keeps a spreadsheet from taking a text for a formula; reading takes it off again."""
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]")
_BREVE_AT_END = re.compile(r"[ăĂ]\b")
"""In no Vietnamese word does ă stand last: where it does, it was another letter of another encoding."""


def decode(data: bytes) -> tuple[str, tuple[Text, ...]]:
    """The text of a file, and what is to be said of its encoding.

    UTF-8 with or without a mark, UTF-16 and UTF-32 with one, UTF-16 without, and Windows-1258 where all of its
    letters are Vietnamese. Raises SheetError, which says how to save the file, for every other: Windows-1252, TCVN3
    and VNI hold the same bytes, and a guess would garble names.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding), ()
    if b"\x00" in data[:1000]:
        # The letters of a header are below 256: every second byte of it is zero.
        return _strictly(data, "utf-16-be" if data[:1] == b"\x00" else "utf-16-le"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        where = error.start
    text = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
    foreign = {letter for letter in text if ord(letter) > 127} - _VIETNAMESE - _SIGNS
    if foreign or _BREVE_AT_END.search(text):
        raise SheetError(_unknown_encoding(data, where))
    if found := _LOST.search(text):
        raise SheetError(_lost_letters(text[max(0, found.start() - 10) : found.end() + 10].splitlines()[0]))
    return text, (
        Text(
            "tệp không phải UTF-8; đã đọc theo Windows-1258, hãy xem lại các tên có dấu",
            "the file is not UTF-8; it was read as Windows-1258, look at the names with accents",
        ),
    )


def read_csv(text: str) -> list[NumberedRow]:
    """The rows of a CSV text that are not empty; numbered by the line on which each ends.

    Separated by comma, semicolon or tab: by that under which the header is best understood. Raises SheetError.
    """
    lines = text.removeprefix("\ufeff").split("\n", 1)
    hint = re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE)
    if hint is not None:
        return list(_rows(lines[1] if len(lines) > 1 else "", hint[1], first_line=2))
    whole = text.removeprefix("\ufeff")
    start = "\n".join(whole.split("\n", HEADER_WITHIN + 2)[: HEADER_WITHIN + 2])
    return list(_rows(whole, max(SEPARATORS, key=lambda separator: _judge(start, separator))))


def _judge(start: str, separator: str) -> tuple[int, int]:
    """How well the beginning of a text is understood under a separator."""
    rows: list[NumberedRow] = []
    try:
        rows.extend(_rows(start, separator))
    except SheetError:
        return 0, 0
    return header_score(rows), start.partition("\n")[0].count(separator)


def _rows(text: str, separator: str, first_line: int = 1) -> Iterator[NumberedRow]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found = 0
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                found += 1
                if found > MOST_ROWS + HEADER_WITHIN:
                    raise too_many_rows()
                yield lines.line_num + first_line - 1, [_bare(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        line = lines.line_num + first_line - 1
        raise SheetError(Text(f"dòng {line}: tệp CSV hỏng ({error})", f"line {line}: broken CSV ({error})")) from error


def _bare(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(
            Text(
                f"tệp tự nhận là {encoding} nhưng hỏng ở byte {error.start}; hãy lưu lại bằng «CSV UTF-8» hoặc .xlsx",
                f"the file says it is {encoding} but is broken at byte {error.start}; save it as CSV UTF-8 or .xlsx",
            )
        ) from error


def _unknown_encoding(data: bytes, where: int) -> Text:
    near = data[max(0, where - 8) : where + 8].decode("latin-1")
    shown = "".join(letter if letter.isprintable() else "·" for letter in near)
    return Text(
        f"không biết bảng mã của tệp (không phải UTF-8, UTF-16 hay Windows-1258; gần byte {where}: {shown!r}). Trong "
        "Excel hãy chọn Lưu thành > «CSV UTF-8» hoặc .xlsx; tệp dùng phông .Vn (TCVN3) hay VNI phải chuyển mã trước",
        f"the encoding of the file cannot be known (not UTF-8, UTF-16 or Windows-1258; near byte {where}: {shown!r}). "
        "In Excel save it as CSV UTF-8 or .xlsx; text in .Vn (TCVN3) or VNI fonts must be converted first",
    )


def _lost_letters(near: str) -> Text:
    return Text(
        f"khi lưu tệp, các chữ có dấu đã bị thay bằng dấu hỏi (như {near!r}); hãy lưu lại bằng «CSV UTF-8» hoặc .xlsx",
        f"letters with accents became question marks when the file was saved (such as {near!r}); save it again as CSV "
        "UTF-8 or .xlsx",
    )
