"""The layout of NĐ 30/2020/NĐ-CP, appendix I, in the form that all writers of pages share."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.model import Column

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20.0, 20.0, 30.0, 15.0
"""Allowed are 20 to 25 above and below, 30 to 35 at the left, 15 to 20 at the right."""
TEXT_MM = PAGE_WIDTH_MM - LEFT_MM - RIGHT_MM
NUMBER_MM = 10.0
"""Where the number of the page stands in the top margin; not on the first page."""
AGENCY_SHARE = 0.4
"""What of the width the left side of the head has; the right side has the name of the nation on one line."""
NATION_PT, MOTTO_PT, AGENCY_PT = 12.0, 13.0, 12.0
BODY_PT, TITLE_PT = 13.0, 14.0
RECIPIENTS_TITLE_PT, RECIPIENTS_PT = 12.0, 11.0
TABLE_PT, TABLE_HEAD_PT, CAPTION_PT, NOTE_PT = 11.0, 10.0, 12.0, 11.0
INDENT_MM = 10.0
"""The first line of a paragraph: 1 cm or 1.27 cm."""
PARAGRAPH_PT = 6.0
"""At least 6 between paragraphs."""
LINE_SPACING = 1.1
PICTURE_MM = 160.0


NARROWEST_MM = 10.5
"""A narrower column breaks the shortest title."""


def widths_mm(columns: Sequence[Column]) -> list[float]:
    """The width of each column of a table that fills the page, by their weights; none is narrower than readable."""
    weights = [column.weight for column in columns]
    narrow = [TEXT_MM * weight / sum(weights) < NARROWEST_MM for weight in weights]
    free = TEXT_MM - NARROWEST_MM * sum(narrow)
    rest = sum(weight for weight, is_narrow in zip(weights, narrow, strict=True) if not is_narrow) or 1.0
    return [
        NARROWEST_MM if is_narrow else free * weight / rest for weight, is_narrow in zip(weights, narrow, strict=True)
    ]
