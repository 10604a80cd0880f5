"""The indicators of QCVN 126:2021/BTTTT, quality of 5G Internet access, beside their limits.

They are told of the samples in service on 5G inside the commune, in all surroundings together. The regulation is about
an operator's service, and asks for 1,500 samples: with fewer no limit is said to be kept or broken.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.model import Text
from reports.coverage.rules import CoverageRules, ServiceRules
from reports.coverage.summary import ServiceIndicator
from reports.coverage.tally import CellDays

AT_LEAST, AT_MOST = ">=", "<="


@dataclass(frozen=True, slots=True)
class _Indicator:
    """An indicator as a mean: the column of the sum, that of how many there are, and the rule with its limit."""

    name: str
    title: Text
    unit: str
    amount: str
    count: str
    comparison: str
    limit: str


_INDICATORS = (
    _Indicator(
        "mean_download",
        Text("Tốc độ tải xuống trung bình", "Mean download rate"),
        *("Mbit/s", "download_sum", "downloads", AT_LEAST, "mean_download_mbit_s"),
    ),
    _Indicator(
        "mean_upload",
        Text("Tốc độ tải lên trung bình", "Mean upload rate"),
        *("Mbit/s", "upload_sum", "uploads", AT_LEAST, "mean_upload_mbit_s"),
    ),
    _Indicator(
        "fast_downloads",
        Text("Tỷ lệ mẫu tải xuống từ {} Mbit/s", "Share of samples with a download of {} Mbit/s"),
        *("", "fast", "downloads", AT_LEAST, "download_share"),
    ),
    _Indicator(
        "mean_latency",
        Text("Độ trễ trung bình", "Mean delay"),
        *("ms", "latency_sum", "latencies", AT_MOST, "mean_latency_ms"),
    ),
    _Indicator(
        "failed_access",
        Text("Tỷ lệ truy nhập không thành công", "Share of failed access"),
        *("", "failures", "accesses", AT_MOST, "failed_access_share"),
    ),
)


def service_indicators(days: CellDays, rules: CoverageRules) -> tuple[ServiceIndicator, ...]:
    """The indicators of all rows together: those of one operator, or of any."""
    limits = rules.service
    samples = int(days.nr_samples.sum())
    enough = samples >= limits.least_samples
    told = [_told(indicator, days, limits, enough=enough) for indicator in _INDICATORS]
    title = Text("Số mẫu đo", "Samples")
    least = ServiceIndicator("samples", title, "", float(samples), AT_LEAST, limits.least_samples, samples, enough)
    return (*told, least)


def _told(indicator: _Indicator, days: CellDays, limits: ServiceRules, *, enough: bool) -> ServiceIndicator:
    count = int(getattr(days, indicator.count).sum())
    value = float(getattr(days, indicator.amount).sum()) / count if count else None
    limit: float = getattr(limits, indicator.limit)
    met = None
    if value is not None and enough:
        met = value >= limit if indicator.comparison == AT_LEAST else value <= limit
    rate = f"{limits.download_mbit_s:g}"
    title = Text(indicator.title.vi.format(rate), indicator.title.en.format(rate))
    return ServiceIndicator(indicator.name, title, indicator.unit, value, indicator.comparison, limit, count, met)
