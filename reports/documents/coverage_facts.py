"""The figures of a document on coverage, its grounds, and its method in words."""

from __future__ import annotations

from collections.abc import Iterator

from devices.model import Text
from devices.profile import Profile, Target
from reports.coverage.summary import ShareFigure, Verdict
from reports.coverage.told import SHARES
from reports.coverage.words import OUTCOME_NAMES
from reports.documents.coverage_sources import CoverageSources
from reports.documents.model import Fact
from reports.documents.words import write_day, write_share

METHOD = (
    "Mẫu đo của các đầu đo sóng được làm sạch, thưa bớt để các mẫu gần nhau không được coi là nhiều bằng chứng, rồi "
    "gộp vào lưới ô lục giác H3. Ô được coi là được phủ khi đủ mẫu, ở đủ khoảng thời gian, và tỷ lệ mẫu đạt không thấp "
    "hơn mức đặt ra; ô thiếu mẫu được ghi là chưa đủ mẫu hoặc chưa đo, không suy đoán.",
    "Ba tỷ lệ được công bố: theo diện tích, theo dân số (dân số của thôn trải đều trên các ô của thôn) và theo điểm ưu "
    "tiên. Mỗi tỷ lệ có cận dưới (mọi nơi chưa biết coi là không có sóng) và cận trên (mọi nơi chưa biết coi là có "
    "sóng); khoảng 95% mở rộng hai cận theo khả năng ô đã xét bị xét sai.",
    "Kết luận: ĐẠT khi đầu dưới của khoảng 95% đạt chỉ tiêu; CHƯA ĐẠT khi đầu trên không đạt; còn lại là CHƯA ĐỦ CĂN "
    "CỨ, kèm danh sách ô cần đo thêm. Bản đồ nội suy không dùng để kết luận.",
)
NAMES = {"area": "diện tích", "population": "dân số", "sites": "điểm ưu tiên"}


def plan_grounds(profile: Profile | None) -> tuple[str, ...]:
    """Căn cứ of a plan: the documents that its targets come from."""
    found: dict[str, None] = {}
    for target in profile.targets if profile else ():
        source = target.source
        issued = f" ngày {write_day(source.issued)}" if source.issued else ""
        by = f" của {source.issuer}" if source.issuer and source.issuer not in source.document else ""
        found[f"Căn cứ {source.document}{issued}{by}"] = None
    return tuple(found)


def goal_words(target: Target, verdict: Verdict) -> str:
    """A target with its threshold."""
    return f"{target.title.vi} từ {write_share(verdict.target, 0)}"


def coverage_facts(sources: CoverageSources) -> Iterator[Fact]:
    """The figures of 5G outdoors, samples, dead spots, and the verdicts."""
    for name in SHARES:
        figure: ShareFigure | None = getattr(sources.main, name)
        if figure is not None and figure.total > 0:
            yield from _share_facts(name, figure)
    counts = sources.main.counts
    yield Fact("samples_received", Text("Mẫu đo đã nhận", "Samples received"), counts.received, "mẫu")
    yield Fact("samples_used", Text("Mẫu đo dùng được", "Samples used"), counts.used, "mẫu")
    dead = sum(spot.state.is_dead for spot in sources.main.dead_spots)
    yield Fact("dead_spots", Text("Điểm dân cư không có sóng di động", "Places without signal"), dead, "điểm")
    for target, verdict in sources.targets():
        title = Text(f"Kết luận: {goal_words(target, verdict)}", f"Verdict: {target.title.en}")
        yield Fact(f"verdict_{target.id}", title, OUTCOME_NAMES[verdict.outcome].vi)


def _share_facts(share: str, figure: ShareFigure) -> Iterator[Fact]:
    for name, words, value in (
        ("lower", "cận dưới", figure.lower),
        ("measured", "tỷ lệ đo được", figure.measured),
        ("upper", "cận trên", figure.upper),
        ("interval_low", "đầu dưới khoảng 95%", figure.interval.low),
        ("interval_high", "đầu trên khoảng 95%", figure.interval.high),
    ):
        title = Text(f"Phủ sóng 5G theo {NAMES[share]}: {words}", f"5G, {share}: {name.replace('_', ' ')}")
        yield Fact(f"{share}_{name}", title, value)
