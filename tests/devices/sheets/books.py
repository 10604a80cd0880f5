"""Spreadsheets as Excel and others save them, made for the tests, and archives that are none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

HEADER = ("Mã xã", "Mã thiết bị", "Loại thiết bị", "Tên", "Vĩ độ", "Kinh độ")


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(*rows: Sequence[object], change: Callable[[Any], None] = lambda _sheet: None) -> bytes:
    """A workbook of one sheet with these rows; `change` may do more to the sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Thiết bị"
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    return saved(book)


def rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return stream.getvalue()
