"""Which hamlet or site a person means: its code, or its name as it is written by hand."""

from __future__ import annotations

from collections.abc import Iterable

from devices.errors import PlaceError
from devices.model import Text
from devices.sheets.columns import plain

PREFIXES = ("thon", "xom", "khoi", "to_dan_pho", "tdp", "to", "ap", "ban", "buon", "lang", "khu_pho", "khu")
"""Words for a hamlet that a name may begin with or lack."""
MOST_LISTED = 10


class PlaceNames:
    """The codes of a commune's hamlets, or of its sites, by code and name; `vi` and `en` say which of the two."""

    def __init__(self, places: Iterable[tuple[str, str]], vi: str, en: str) -> None:
        """Take (code, name) pairs."""
        self._names = dict(places)
        self._meant: dict[str, set[str]] = {}
        self._vi, self._en = vi, en
        for code, name in self._names.items():
            for word in {plain(code), plain(name), _bare(plain(name))}:
                self._meant.setdefault(word, set()).add(code)

    def code_of(self, written: str) -> str:
        """The code of the place that is meant.

        Raises PlaceError, which lists the places there are, when it is none of them or may be several.
        """
        if written in self._names:
            return written
        for word in (plain(written), _bare(plain(written))):
            codes = self._meant.get(word, set())
            if len(codes) == 1:
                return next(iter(codes))
            if codes:
                raise PlaceError(self._several(written, codes))
        raise PlaceError(self._unknown(written))

    def _unknown(self, written: str) -> Text:
        listed = self._listed(self._names)
        return Text(
            f"không có {self._vi} {written!r}; " + (f"hiện có: {listed}" if listed else "chưa có cái nào"),
            f"there is no {self._en} {written!r}; " + (f"there are: {listed}" if listed else "there is none yet"),
        )

    def _several(self, written: str, codes: Iterable[str]) -> Text:
        listed = self._listed(codes)
        return Text(
            f"{self._vi} {written!r} có thể là {listed}; hãy ghi mã",
            f"the {self._en} {written!r} may be {listed}; write the code",
        )

    def _listed(self, codes: Iterable[str]) -> str:
        named = [f"{code} ({self._names[code]})" for code in sorted(codes)]
        return ", ".join(named[:MOST_LISTED]) + (", ..." if len(named) > MOST_LISTED else "")


def _bare(word: str) -> str:
    """A plain name without the word for a hamlet in front."""
    prefix = next((prefix for prefix in PREFIXES if word.startswith(f"{prefix}_")), None)
    return word if prefix is None else word.removeprefix(f"{prefix}_")
