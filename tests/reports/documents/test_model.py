"""The model of a document: numbers of headings and captions, widths of columns, bytes of archives, outlines."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents import layout
from reports.documents.archive import settled
from reports.documents.model import Annex, Column, Heading, Number, Paragraph, Strong, Table, numbered
from reports.documents.places import outer_rings
from reports.documents.shown import is_strong, shown
from reports.documents.sources import settled_moment
from tests.reports.documents.sample import AT, COLUMNS, document


def test_headings_tables_and_pictures_are_numbered_in_their_order() -> None:
    made = numbered(document())
    assert [block.text for block in made.blocks if isinstance(block, Heading)] == [
        "I. Không khí",
        "1. Chỉ số ngày",
        "II. Nước",
    ]
    captions = [getattr(block, "caption", "") for block in made.blocks]
    assert [caption for caption in captions if caption] == [
        "Hình 1. Chỉ số của xã",
        "Bảng 1. Theo trạm",
        "Hình 2. Nhà mạng",
    ]


def test_annexes_count_headings_anew_and_tables_on() -> None:
    annex = Annex("Thứ hai", (Heading("Đầu"), Table("Trong phụ lục", COLUMNS, ())))
    made = numbered(document(annexes=(*document().annexes, annex)))
    assert [one.title.split("\n")[0] for one in made.annexes] == ["Phụ lục I", "Phụ lục II"]
    heading, table = made.annexes[1].blocks
    assert isinstance(heading, Heading)
    assert isinstance(table, Table)
    assert (heading.text, table.caption) == ("I. Đầu", "Bảng 2. Trong phụ lục")
    assert numbered(document()).annexes[0].title == "Phụ lục\nPhương pháp"
    assert made.blocks[-1] == Paragraph("Thứ hai nêu tại Phụ lục II kèm theo Báo cáo này./.")


def test_a_file_is_named_after_kind_commune_and_period() -> None:
    assert document().name == "bao-cao-environment-gia-loc-2026-Q4"
    assert Paragraph("Phương pháp.") in list(document().everything())


def test_a_cell_is_shown_as_people_read_it() -> None:
    assert shown(Number(1234.56, 1)) == "1.234,6"
    assert shown(Number(0.5, 0, share=True)) == "50%"
    assert shown(Number(None)) == "–"
    assert (shown(Strong("ĐẠT")), is_strong(Strong("ĐẠT")), is_strong("ĐẠT")) == ("ĐẠT", True, False)


@given(st.lists(st.floats(0.3, 5), min_size=1, max_size=13))
def test_columns_fill_the_page_and_none_is_too_narrow(weights: list[float]) -> None:
    widths = layout.widths_mm([Column("x", weight) for weight in weights])
    assert sum(widths) == pytest.approx(layout.TEXT_MM)
    assert min(widths) > 6
    if len(weights) == 2:
        assert min(widths) >= layout.NARROWEST_MM - 1e-9


def test_the_margins_are_those_that_the_decree_allows() -> None:
    assert 20 <= layout.TOP_MM <= 25
    assert 20 <= layout.BOTTOM_MM <= 25
    assert 30 <= layout.LEFT_MM <= 35
    assert 15 <= layout.RIGHT_MM <= 20
    assert 13 <= layout.BODY_PT <= 14


def archive(year: int) -> bytes:
    """An archive written in a year, which says so inside."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(zipfile.ZipInfo("word/document.xml", (year, 1, 1, 0, 0, 0)), b"<a/>")
        core = f'<dcterms:created xsi:type="x">{year}-01-01T00:00:00Z</dcterms:created>'
        made.writestr(zipfile.ZipInfo("docProps/core.xml", (year, 1, 1, 0, 0, 0)), core)
    return file.getvalue()


def test_an_archive_says_when_its_data_end_and_not_when_it_was_written() -> None:
    first, second = settled(archive(2020), AT), settled(archive(2025), AT)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as read:
        assert {entry.date_time for entry in read.infolist()} == {(2026, 12, 31, 17, 0, 0)}
        assert b">2026-12-31T17:00:00Z<" in read.read("docProps/core.xml")
    assert settled(archive(2020), datetime(2027, 1, 1, tzinfo=UTC)) != first


def test_outlines_of_polygons_and_multipolygons_are_their_outer_rings() -> None:
    ring = [[106.0, 20.0], [106.1, 20.0], [106.0, 20.1], [106.0, 20.0]]
    hole = [[106.01, 20.01], [106.02, 20.01], [106.01, 20.02], [106.01, 20.01]]
    outer = tuple((x, y) for x, y in ring)
    assert list(outer_rings({"type": "Polygon", "coordinates": [ring, hole]})) == [outer]
    assert list(outer_rings({"type": "MultiPolygon", "coordinates": [[ring], [ring, hole]]})) == [outer, outer]
    assert list(outer_rings({"type": "Point", "coordinates": [106, 20]})) == []
    assert list(outer_rings(None)) == []


def test_data_go_up_to_the_whole_hour_or_the_end_of_the_period() -> None:
    now = datetime(2026, 11, 20, 3, 15, 7, 9, tzinfo=UTC)
    assert settled_moment(now, AT) == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert settled_moment(datetime(2027, 5, 1, tzinfo=UTC), AT) == AT
