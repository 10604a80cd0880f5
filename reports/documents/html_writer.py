"""Documents as a part of a page: the same blocks, with the pictures inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from reports.documents.docx_parts import tidy
from reports.documents.draw import draw
from reports.documents.letter import MOTTO, NATION, TYPE
from reports.documents.model import Annex, Block, Document, Heading, Paragraph, Picture, Table, numbered
from reports.documents.shown import is_strong, shown


def write_html(document: Document) -> Markup:
    """The document as HTML for the inside of an element, every text escaped. Classes begin with `doc-`."""
    document = numbered(document)
    parts = [_head(document), *map(_block, document.blocks), _end(document)]
    parts += [part for annex in document.annexes for part in _annex(annex, document.letter.attached)]
    return Markup("\n").join(parts)


def _lines(lines: Iterable[str]) -> Markup:
    return Markup("<br>").join(escape(tidy(line)) for line in lines)


def _head(document: Document) -> Markup:
    letter = document.letter
    head = Markup(
        '<div class="doc-head"><p><strong>{}</strong><br>{}</p>'
        '<p><strong>{}<br><span class="doc-motto">{}</span></strong><br><em>{}</em></p></div>'
        '<h1 class="doc-title">{}<br>{}</h1>'
    ).format(
        _lines(letter.agency), letter.number, NATION, MOTTO, letter.place_and_day, TYPE, tidy(document.subject)
    )  # fmt: skip
    if letter.addressees:
        head += Markup('<p class="doc-to">Kính gửi: {}.</p>').format("; ".join(letter.addressees))
    return head


def _end(document: Document) -> Markup:
    letter = document.letter
    recipients = (*(f"- {name};" for name in letter.recipients), "- Lưu: VT.")
    return Markup(
        '<div class="doc-end"><p class="doc-recipients"><strong><em>Nơi nhận:</em></strong><br>{}</p>'
        '<p><strong>{}</strong></p><p class="doc-signer"><strong>{}</strong></p></div>'
    ).format(_lines(recipients), _lines(letter.signed_by), letter.signer)


def _annex(annex: Annex, attached: str) -> Iterator[Markup]:
    yield Markup('<h2 class="doc-annex">{}</h2>').format(_lines(annex.title.split("\n")))
    yield Markup('<p class="doc-to"><em>{}</em></p>').format(attached)
    yield from map(_block, annex.blocks)


def _block(block: Block) -> Markup:
    if isinstance(block, Paragraph):
        return Markup('<p class="doc-{}">{}</p>').format(block.style.value, tidy(block.text))
    if isinstance(block, Heading):
        return Markup("<h{0}>{1}</h{0}>").format(block.level + 1, tidy(block.text))
    return _table(block) if isinstance(block, Table) else _picture(block)


def _picture(block: Picture) -> Markup:
    content = b64encode(draw(block.chart)).decode()
    return Markup(
        '<figure><img src="data:image/png;base64,{}" alt="{}"><figcaption>{}</figcaption></figure>'
    ).format(content, tidy(block.alternative), tidy(block.caption))  # fmt: skip


def _table(block: Table) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(tidy(column.title)) for column in block.columns)
    rows = []
    for row in block.rows:
        cells = (
            Markup('<td class="doc-at-{}">{}</td>').format(
                column.align.value, Markup("<strong>{}</strong>").format(text) if is_strong(value) else text
            )
            for value, column in zip(row, block.columns, strict=True)
            for text in (tidy(shown(value)),)
        )
        rows.append(Markup("<tr>{}</tr>").format(Markup("").join(cells)))
    note = Markup('<p class="doc-note">{}</p>').format(tidy(block.note)) if block.note else Markup("")
    return (
        Markup(
            '<div class="doc-table" tabindex="0" role="region" aria-label="{0}"><table><caption>{0}</caption>'
            "<thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
        ).format(tidy(block.caption), head, Markup("\n").join(rows))
        + note
    )
