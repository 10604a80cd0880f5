"""Documents as JSON: the figures that the document states, and the reports behind them as the API answers them."""

from __future__ import annotations

from typing import Any

import orjson

from reports.as_json import words, written_time
from reports.documents.model import Document


def document_members(document: Document, reports: dict[str, Any], start: str, end: str) -> dict[str, Any]:
    """The members of a document; `reports` are those of its sources, `start` and `end` those of its period."""
    return {
        "document": document.kind,
        "commune": document.commune,
        "period": document.period,
        "start": start,
        "end": end,
        "at": written_time(document.at),
        "subject": document.subject,
        "figures": {
            fact.name: {"title": words(fact.title), "value": fact.value, "unit": fact.unit} for fact in document.facts
        },
        "reports": reports,
    }


def write_json(members: dict[str, Any]) -> bytes:
    """The members as a file, one on a line."""
    return orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
