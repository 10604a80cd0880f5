"""What the words of a file's features mean: names, populations, kinds of hamlet and of site, as offices write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from devices.registry import HamletType, SiteType
from devices.sheets.columns import plain

_NAMES = ("name", "ten", "ten_thon", "tenthon", "ten_xom", "tenxom", "ten_khoi", "ten_to", "ten_tdp", "ten_khu",
          "hamlet", "thon", "xom", "ten_goi", "ten_dvhc", "ten_diem", "title", "label")  # fmt: skip
_POPULATIONS = ("population", "dan_so", "danso", "so_dan", "sodan", "nhan_khau", "so_nhan_khau", "so_khau", "sokhau",
                "nhankhau", "dan_so_2024", "dan_so_2025", "dan_so_2026", "pop")  # fmt: skip
_CODES = ("code", "ma", "ma_thon", "mathon", "ma_xom", "ma_hamlet", "ma_dvhc", "ma_diem")
_TYPES = ("type", "loai", "kieu", "loai_hinh", "phan_loai")
_PREFIXES = {
    "to_dan_pho": HamletType.TO_DAN_PHO, "tdp": HamletType.TO_DAN_PHO, "to": HamletType.TO_DAN_PHO,
    "khoi": HamletType.KHOI, "xom": HamletType.XOM, "ban": HamletType.XOM, "thon": HamletType.THON,
    "lang": HamletType.THON, "ap": HamletType.THON,
}  # fmt: skip
_SITES = (
    (("ubnd", "uy_ban", "tru_so"), SiteType.UBND),
    (("truong", "mam_non", "tieu_hoc", "thcs", "thpt"), SiteType.SCHOOL),
    (("y_te", "tram_xa"), SiteType.HEALTH_STATION),
    (("nha_van_hoa", "nvh"), SiteType.CULTURE_HOUSE),
    (("cho",), SiteType.MARKET),
    (("cong_ty", "doanh_nghiep", "htx", "hop_tac_xa", "co_so", "xuong"), SiteType.BUSINESS),
    (("cum_dan_cu", "diem_dan_cu", "cum"), SiteType.CLUSTER),
)


def name_of(words: Mapping[str, Any]) -> str:
    """The name, or an empty text."""
    return " ".join(str(_found(words, _NAMES) or "").split())


def code_of(words: Mapping[str, Any], name: str, taken: set[str]) -> str:
    """The code that the file gives where it is one, else one made of the name; never one that is taken."""
    given = str(_found(words, _CODES) or "")
    code = given if re.fullmatch(r"[a-z0-9_-]{2,63}", given) else plain(name).replace("_", "-")[:60]
    code = code if len(code) >= 2 else f"noi-{code or 'x'}"
    number, free = 2, code
    while free in taken:
        free, number = f"{code}-{number}", number + 1
    return free


def population_of(words: Mapping[str, Any]) -> int | None:
    """The inhabitants; None where the file gives none. Raises ValueError for what is no whole number above 0."""
    given = _found(words, _POPULATIONS)
    if given is None or given == "":
        return None
    if isinstance(given, str):
        text = given.strip().replace("\u00a0", "").replace(" ", "")
        given = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", text)
    number = float(given)
    if number != int(number) or number < 0:
        raise ValueError(given)
    return int(number) or None


def hamlet_type_of(words: Mapping[str, Any], name: str) -> HamletType | None:
    """The local word for a hamlet: the file's, else that which its name begins with; None where neither says."""
    for text in (plain(str(_found(words, _TYPES) or "")), plain(name)):
        for prefix, kind in _PREFIXES.items():
            if text == prefix or text.startswith(f"{prefix}_"):
                return kind
    return None


def site_type_of(words: Mapping[str, Any], name: str) -> SiteType | None:
    """What a site is: the file's word, else what its name says; None where neither does."""
    given = plain(str(_found(words, _TYPES) or ""))
    if given in {kind.value for kind in SiteType}:
        return SiteType(given)
    for text in (given, plain(name)):
        for marks, kind in _SITES:
            if any(re.search(rf"(?:^|_){mark}(?:_|$)", text) for mark in marks):
                return kind
    return None


def layer_of(words: Mapping[str, Any]) -> str | None:
    """The layer that our own files name."""
    given = words.get("layer")
    return given if isinstance(given, str) else None


def _found(words: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    known = {plain(name): value for name, value in words.items()}
    for name in names:
        value = known.get(name)
        if value is not None and str(value).strip():
            return value
    return None
