"""The reference pages of what devices say: kinds, topics, payloads, reasons."""

from __future__ import annotations

from commune.markdown import page, table
from commune.reference_payloads import payloads_page
from devices.catalogue import KINDS
from devices.model import COMMON_FIELDS, Behaviour, Field, Kind, Text
from devices.reasons import REASONS, Level

BEHAVIOURS = {
    Behaviour.GAUGE: Text("số đo: trung bình, nhỏ nhất, lớn nhất, mới nhất", "mean, minimum, maximum, last"),
    Behaviour.COUNTER: Text("số đếm dồn: phần tăng thêm, kể cả khi về 0", "increase, aware of resets"),
    Behaviour.STATE: Text("trạng thái: tỷ lệ thời gian, số lần đổi", "share of time, changes"),
    Behaviour.LABEL: Text("nhãn: giữ nguyên", "kept as it is"),
    Behaviour.KEY: Text("khóa: một phần của định danh số đo", "part of the identity of a reading"),
}
LEVELS = {
    Level.MESSAGE: Text("cả bản tin", "the whole message"),
    Level.READING: Text("một số đo trong bản tin", "one reading of the message"),
    Level.FIELD: Text("một trường; phần còn lại vẫn được lưu", "one field; the rest is stored"),
}


def pages() -> dict[str, str]:
    """The pages under the names of their files."""
    return {
        "kinds.md": kinds_page(),
        "topics.md": TOPICS,
        "payloads.md": payloads_page(),
        "reasons.md": reasons_page(),
    }


def kinds_page() -> str:
    """Every kind with all its fields."""
    overview = table(
        ("kind", "tiếng Việt", "English", "lĩnh vực", "field of use", "reports every"),
        [
            (f"[`{k.name}`](#{k.name})", k.title.vi, k.title.en, k.domain.vi, k.domain.en, f"{k.interval_seconds} s")
            for k in KINDS.values()
        ],
    )
    behaviours = table(
        ("behaviour", "tiếng Việt", "English: over time it gives"),
        [(behaviour.value, text.vi, text.en) for behaviour, text in BEHAVIOURS.items()],
    )
    return page(
        "Kinds of devices",
        "Các loại thiết bị",
        "The unit of a field is fixed here and never sent. Both ends of a range belong to it. The mean of a *circular* "
        "field is that of directions; an *additive* one is an amount of the interval since the last reading, and is "
        "summed.",
        overview,
        behaviours,
        *(_kind(kind) for kind in KINDS.values()),
        "## Fields of every kind",
        _fields(COMMON_FIELDS),
    )


def _kind(kind: Kind) -> str:
    title = f"**{kind.title.vi}** / **{kind.title.en}**"
    meaning = f"{kind.meaning.vi}. / {kind.meaning.en}."
    return "\n\n".join((f"## {kind.name}", title, meaning, _fields(kind.own_fields)))


def _fields(fields: tuple[Field, ...]) -> str:
    return table(
        ("field", "behaviour", "unit", "values", "tên", "name", "ý nghĩa", "meaning"),
        [
            (
                f"`{f.name}`",
                f.behaviour.value,
                f.unit.symbol if f.unit else "",
                _values(f),
                f.title.vi,
                f.title.en,
                f.meaning.vi,
                f.meaning.en,
            )
            for f in fields
        ],
    )


def _marks(field: Field) -> str:
    marks = (", circular" if field.circular else "") + (", additive" if field.additive else "")
    return marks + (f", rolls over at {field.rollover:,.15g}" if field.rollover else "")


def _values(field: Field) -> str:
    if field.minimum is not None and field.maximum is not None:
        return f"{field.minimum:,.15g} … {field.maximum:,.15g}" + _marks(field)
    if field.behaviour is Behaviour.STATE:
        return "`true`, `false`"
    words = ", ".join(f"`{choice}`" for choice in field.choices) or f"text of 1 to {field.max_length} characters"
    if field.behaviour is Behaviour.KEY:
        return words + (", required" if field.required else ", optional, no `/`")
    return words


TOPICS = page(
    "Topics",
    "Chủ đề MQTT",
    table(
        ("topic", "who publishes", "ai gửi", "QoS", "retained"),
        [
            ("`xa/{commune}/{kind}/{device}/telemetry`", "the device: readings", "thiết bị: số đo", "1", "no"),
            ("`xa/{commune}/{kind}/{device}/event`", "the device: something happened", "thiết bị: sự kiện", "1", "no"),
            (
                "`xa/{commune}/{kind}/{device}/status`",
                "the device: `online`; its last will says `offline`",
                "thiết bị: `online`; di chúc (last will) nói `offline`",
                "1",
                "yes",
            ),
            (
                "`xa/{commune}/{kind}/{device}/error`",
                "ingest: why the last message was set aside",
                "máy chủ: vì sao bản tin vừa rồi bị để riêng",
                "0",
                "no",
            ),
        ],
    ),
    "`{commune}`, `{kind}` and `{device}` are 2 to 63 characters of `a-z`, `0-9`, `-` and `_`: lower case, no accents,"
    " no spaces. `{kind}` is one of " + ", ".join(f"`{name}`" for name in KINDS) + ".",
    "`{commune}`, `{kind}`, `{device}` dài từ 2 đến 63 ký tự, chỉ gồm `a-z`, `0-9`, `-` và `_`: chữ thường, không dấu,"
    " không khoảng trắng.",
    "Publish at QoS 1. The broker does not keep messages of QoS 0 while the receiver is away. /"
    " Hãy gửi với QoS 1: máy chủ MQTT không giữ bản tin QoS 0 khi bên nhận tạm ngừng.",
)


def reasons_page() -> str:
    """Why things are set aside."""
    rows = [
        (f"`{reason.value}`", f"{LEVELS[level].vi} / {LEVELS[level].en}", text.vi, text.en)
        for reason, (level, text) in REASONS.items()
    ]
    return page(
        "Reasons",
        "Lý do để riêng",
        "Why a message, a reading or a field is set aside. Everything that is set aside is kept as a dead letter with"
        " the raw bytes, and can be replayed: `commune dead-letters`.",
        table(("reason", "what is set aside", "tiếng Việt", "English"), rows),
    )
