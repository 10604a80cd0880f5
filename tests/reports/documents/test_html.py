"""Documents as a part of a page."""

from __future__ import annotations

from dataclasses import replace

from reports.documents.html_writer import write_html
from reports.documents.json_writer import document_members, write_json
from reports.documents.model import Heading, Paragraph, Style, Table
from tests.reports.documents.sample import COLUMNS, LETTERS, document


def test_it_has_every_block_in_order() -> None:
    made = str(write_html(document()))
    parts = ["BÁO CÁO", "I. Không khí", LETTERS, "Hình 1.", "Bảng 1. Theo trạm", "1.235,5", "Nơi nhận:", "Phụ lục<br>"]
    places = [made.index(part) for part in parts]
    assert places == sorted(places)
    assert made.count("data:image/png;base64,") == 2
    assert '<td class="doc-at-right">87,3%</td>' in made
    assert "<strong>ĐẠT</strong>" in made


def test_nothing_in_a_text_becomes_markup() -> None:
    evil = '<script>alert("x")</script>'
    letter = replace(document().letter, agency=(evil,), signer=evil, recipients=(evil,), addressees=(evil,))
    table = Table(evil, COLUMNS[:1], ((evil,),), note=evil)
    made = str(write_html(document(letter=letter, blocks=(Heading(evil), Paragraph(evil, Style.NOTE), table))))
    assert "<script" not in made
    assert made.count("&lt;script&gt;") >= 8


def test_as_json_it_has_its_figures_and_the_reports_behind_them() -> None:
    members = document_members(document(), {"rain": {"address": "/x"}}, "a", "b")
    assert members["figures"]["worst"] == {
        "title": {"vi": "Chỉ số lớn nhất", "en": "Largest index"},
        "value": 99.0,
        "unit": "",
    }
    assert (members["at"], members["reports"]) == ("2026-12-31T17:00:00Z", {"rain": {"address": "/x"}})
    assert write_json(members).endswith(b"}\n")
