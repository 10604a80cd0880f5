"""The columns of a file of devices: their names in both languages, and which of them a header means."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from devices.catalogue import KINDS
from devices.lifecycle import STATE_WORDS
from devices.model import Text
from devices.registry import DeviceState


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a file may have. `others` are its further names, plain; `expected` says what its cells hold."""

    title: Text
    others: tuple[str, ...]
    expected: Text
    required: bool = False
    written: bool = True
    """Whether exports and templates have it."""


_TEXT = Text("chữ", "text")
_DEGREES_NORTH = Text("độ, như 20.7301; 20,7301 hay 20°43'48\"B", "degrees, like 20.7301, 20,7301 or 20°43'48\"N")
_DEGREES_EAST = Text("độ, như 106.4012; 106,4012 hay 106°24'04\"Đ", "degrees, like 106.4012 or 106°24'04\"E")
_PLACE = Text("vĩ độ rồi kinh độ, như 20.7301, 106.4012", "latitude, then longitude, like 20.7301, 106.4012")

COLUMN: dict[str, Column] = {
    "commune": Column(
        Text("Mã xã", "Commune"), ("commune_code", "xa", "ma_xa"), Text("mã của xã", "the commune's code"), True
    ),
    "code": Column(
        Text("Mã thiết bị", "Device code"),
        ("device", "device_code", "ma", "ma_thiet_bi", "thiet_bi", "id"),
        Text("2 đến 63 ký tự a-z, 0-9, - và _; không bao giờ đổi", "2 to 63 of a-z, 0-9, - and _; it never changes"),
        True,
    ),
    "kind": Column(
        Text("Loại thiết bị", "Kind"),
        ("device_kind", "device_type", "type", "loai", "loai_thiet_bi"),
        Text("tên hoặc mã của loại", "a kind's title or name"),
        True,
    ),
    "name": Column(Text("Tên thiết bị", "Name"), ("device_name", "ten", "ten_thiet_bi", "ten_goi"), _TEXT),
    "latitude": Column(Text("Vĩ độ", "Latitude"), ("lat", "vi_do", "vi_do_bac"), _DEGREES_NORTH),
    "longitude": Column(
        Text("Kinh độ", "Longitude"), ("lon", "lng", "long", "kinh_do", "kinh_do_dong"), _DEGREES_EAST
    ),
    "coordinates": Column(
        Text("Toạ độ", "Coordinates"),
        ("toa_do", "toa_do_gps", "gps", "vi_tri_gps", "lat_lon", "lat_long", "latlong", "latlng", "lat_lng",
         "vi_do_kinh_do", "kinh_do_vi_do", "latitude_longitude", "coordinate"),
        _PLACE,
        written=False,
    ),
    "height_m": Column(
        Text("Chiều cao (m)", "Height (m)"),
        ("height", "chieu_cao", "chieu_cao_m", "chieu_cao_lap_dat", "do_cao", "do_cao_m"),
        Text("mét tính từ mặt đất", "metres above the ground"),
    ),
    "hamlet": Column(
        Text("Thôn", "Hamlet"),
        ("thon", "xom", "khoi", "to_dan_pho", "ma_thon", "ten_thon", "thon_xom", "ap", "hamlet_code"),
        Text("mã hoặc tên; để trống thì tìm theo toạ độ", "code or name; empty: found from the place"),
    ),
    "site": Column(
        Text("Địa điểm", "Site"),
        ("dia_diem", "ma_dia_diem", "ten_dia_diem", "site_code"),
        Text("mã hoặc tên của địa điểm công cộng", "code or name of a public site"),
    ),
    "expected_interval_seconds": Column(
        Text("Chu kỳ (giây)", "Interval (s)"),
        ("interval", "interval_s", "interval_seconds", "chu_ky", "chu_ky_giay", "chu_ky_gui"),
        Text("số giây nguyên, hoặc như 5 phút", "a whole number of seconds, or like 5 min"),
    ),
    "state": Column(
        Text("Trạng thái", "State"),
        ("trang_thai", "tinh_trang", "status"),
        Text(f"một trong {', '.join(word.vi for word in STATE_WORDS.values())}", f"one of {', '.join(DeviceState)}"),
    ),
    "model": Column(Text("Mẫu mã", "Model"), ("mau", "mau_ma", "kieu_may"), _TEXT),
    "maker": Column(
        Text("Hãng sản xuất", "Maker"), ("manufacturer", "hang", "hang_san_xuat", "nha_san_xuat"), _TEXT
    ),
    "serial": Column(
        Text("Số sê-ri", "Serial"),
        ("serial_number", "so_seri", "so_se_ri", "so_serial", "so_may", "s_n", "sn"),
        _TEXT,
    ),
    "note": Column(Text("Ghi chú", "Note"), ("notes", "ghi_chu"), _TEXT),
    "tags": Column(
        Text("Nhãn", "Tags"), ("tag", "nhan", "the"), Text("các từ cách nhau bằng dấu phẩy", "words between commas")
    ),
}  # fmt: skip
"""Every column under its name."""

COLUMNS: dict[str, tuple[str, ...]] = {name: column.others for name, column in COLUMN.items()}
"""Every column, with its other names. Upper case, accents, spaces and signs do not matter."""

WRITTEN: tuple[str, ...] = tuple(name for name, column in COLUMN.items() if column.written)
"""The columns of exports and templates, in their order."""

REQUIRED = tuple(name for name, column in COLUMN.items() if column.required)
LONGEST_HEADER = 120
"""Characters of a header. A longer text is a remark."""
NUMBERING = {"stt", "so_tt", "so_thu_tu", "tt", "no"}
"""Columns that only count the rows: nothing is said of their not being used."""


def plain(text: str) -> str:
    """A name without accents, in lower case, with _ for everything that is neither letter nor digit."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "_".join(re.findall(r"[^\W_]+", bare))


_MEANINGS = {
    name: meant
    for meant, column in COLUMN.items()
    for name in (meant, plain(column.title.vi), plain(column.title.en), *column.others)
}
KNOWN_NAMES = tuple(_MEANINGS)

_COMMON_WORDS = {
    "environment": ("tram_moi_truong", "quan_trac_moi_truong", "moi_truong"),
    "water_level": ("muc_nuoc", "do_muc_nuoc", "tram_muc_nuoc"),
    "irrigation": ("tuoi", "tuoi_tieu", "tuoi_tieu_nong_nghiep"),
    "lighting": ("den", "den_duong", "den_chieu_sang", "chieu_sang", "chieu_sang_cong_cong", "lamp"),
    "camera": ("camera_an_ninh", "camera_giam_sat"),
    "loudspeaker": ("loa", "cum_loa", "loa_truyen_thanh", "loa_thong_minh", "truyen_thanh", "truyen_thanh_thong_minh"),
    "wifi": ("wi_fi", "wifi_cong_cong", "diem_wifi"),
    "signal_probe": ("do_song", "dau_do_song"),
    "notice_board": ("bang_tin", "bang_tin_dien_tu", "bang_dien_tu", "bang_led"),
}
"""What people call a device besides its title, plain. A kind need not be here."""

KIND_WORDS = {
    plain(word): kind.name
    for kind in KINDS.values()
    for word in (kind.name, kind.title.vi, kind.title.en, *_COMMON_WORDS.get(kind.name, ()))
}
"""What a cell may say for each kind, plain."""

STATE_NAMES: dict[str, DeviceState] = {
    **{plain(word): state for state, text in STATE_WORDS.items() for word in (state, text.vi, text.en)},
    "hoat_dong": DeviceState.ACTIVE,
    "dang_bao_tri": DeviceState.MAINTENANCE,
    "ngung": DeviceState.RETIRED,
    "ngung_hoat_dong": DeviceState.RETIRED,
}
"""What a cell may say for each state, plain."""


def meaning(header: str) -> str | None:
    """The column that a header means, or None.

    It may say it in two languages ("Mã thiết bị / Device code"), with a unit or a remark in brackets, or with the
    star of a column that must be filled.
    """
    if len(header) > LONGEST_HEADER:
        return None
    without = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", header)
    inside = [a or b for a, b in re.findall(r"\(([^)]*)\)|\[([^]]*)\]", header)]
    for part in (header, without, *re.split(r"[/|\n–]", without), *inside):
        if (meant := _MEANINGS.get(plain(part))) is not None:
            return meant
    return None


def header_of(name: str) -> str:
    """The header that exports and templates give a column: in both languages."""
    title = COLUMN[name].title
    return f"{title.vi} / {title.en}"
