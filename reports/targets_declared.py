"""What operators declare of a commune, added up without counting anybody twice and without hiding what is missing.

Of a hamlet that several operators serve, nobody knows which households two of them share: at least as many are served
as by the largest of them, at most as many as by all together. A hamlet of which nothing is declared may have none or
all. Hamlets weigh by their inhabitants where all of them are known, else by the declared households.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from devices.declared import INDICATORS
from devices.model import Text
from devices.registry import Hamlet
from reports.targets_types import Evidence, Found
from storage.declared import InForce

DAYS_A_MONTH = 30.4


def declared_share(
    indicator: str, found: Sequence[InForce], hamlets: Sequence[Hamlet], *, today: date, old_after_months: int
) -> Found:
    """The share, in %, of those who have what is declared; `value` is what is declared at least."""
    rows = [one for one in found if one.declaration.part is not None and one.declaration.whole]
    if not rows:
        name = INDICATORS[indicator].title
        return Found(
            None,
            None,
            None,
            Text(f"chưa có danh sách khai báo: {name.vi}", f"nothing is declared yet: {name.en}"),
        )
    by_hamlet: dict[str | None, list[InForce]] = defaultdict(list)
    for row in rows:
        by_hamlet[row.declaration.hamlet].append(row)
    whole_commune = by_hamlet.pop(None, [])
    low, high, known = _hamlets(by_hamlet, hamlets) if by_hamlet else (*_bounds(whole_commune), 0)
    evidence = [*_sources(rows, today, old_after_months)]
    if by_hamlet:
        total = max(len(hamlets), len(by_hamlet))
        evidence.insert(0, Evidence(Text("Thôn đã khai báo", "Hamlets declared"), _of(known, total)))
        reason = Text(
            f"{known} trên {total} thôn đã khai báo; thôn chưa khai báo tính từ 0 đến 100 %",
            f"{known} of {total} hamlets are declared; of the others anything from 0 to 100 % is possible",
        )
    else:
        reason = Text("khai báo chung cho toàn xã", "declared for the commune as a whole")
    return Found(100 * low, 100 * low, 100 * high, reason, tuple(evidence))


def _hamlets(by_hamlet: dict[str | None, list[InForce]], hamlets: Sequence[Hamlet]) -> tuple[float, float, int]:
    """Least and greatest share over all hamlets, and of how many something is declared."""
    codes = [hamlet.code for hamlet in hamlets]
    people = {hamlet.code: hamlet.population for hamlet in hamlets}
    if all(people.values()):
        weights = {code: float(people[code] or 0) for code in codes}
    else:
        declared = {code: _whole(by_hamlet[code]) for code in codes if code in by_hamlet}
        # A hamlet of unknown size weighs as much as a usual one of those that are known.
        usual = sum(declared.values()) / len(declared) if declared else 1.0
        weights = {code: declared.get(code, usual) for code in codes}
    total, low, high, known = sum(weights.values()), 0.0, 0.0, 0
    for code, weight in weights.items():
        least, most = _bounds(by_hamlet[code]) if code in by_hamlet else (0.0, 1.0)
        known += code in by_hamlet
        low, high = low + weight * least, high + weight * most
    return (low / total, high / total, known) if total else (0.0, 1.0, 0)


def _bounds(rows: Sequence[InForce]) -> tuple[float, float]:
    whole = _whole(rows)
    parts = [row.declaration.part or 0.0 for row in rows]
    return (min(max(parts) / whole, 1.0), min(sum(parts) / whole, 1.0)) if whole else (0.0, 1.0)


def _whole(rows: Sequence[InForce]) -> float:
    """How many there are: operators may count differently, and the largest count promises least."""
    return max((row.declaration.whole or 0.0 for row in rows), default=0.0)


def _sources(rows: Sequence[InForce], today: date, old_after_months: int) -> list[Evidence]:
    lists = {row.import_number: row.provenance for row in rows}
    told = []
    for number, provenance in sorted(lists.items()):
        day = provenance.source_date
        old = (today - day).days > old_after_months * DAYS_A_MONTH
        told.append(
            Evidence(
                Text(f"Nguồn khai báo số {number}", f"Declared list {number}"),
                Text(
                    f"{provenance.source}, {day:%d/%m/%Y}" + (f" (đã quá {old_after_months} tháng)" if old else ""),
                    f"{provenance.source}, {day.isoformat()}"
                    + (f" (over {old_after_months} months old)" if old else ""),
                ),
            )
        )
    return told


def _of(part: int, whole: int) -> Text:
    return Text(f"{part} trên {whole}", f"{part} of {whole}")
