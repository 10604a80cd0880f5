"""The indicators of QCVN 126:2021/BTTTT, quality of 5G Internet access, beside their limits.

They are told of the samples in service on 5G inside the commune, in all surroundings together. The regulation is about
an operator's service, and asks for 1,500 samples: with fewer no limit is said to be kept or broken.
"""

from __future__ import annotations

from devices.model import Text
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import ServiceIndicator
from reports.coverage.tally import CellDays


def service_indicators(days: CellDays, rules: CoverageRules) -> tuple[ServiceIndicator, ...]:
    """The indicators of all rows together: those of one operator, or of any."""
    limits = rules.service
    samples = int(days.nr_samples.sum())
    enough = samples >= limits.least_samples

    def told(
        name: str, title: Text, unit: str, amount: float, count: int, comparison: str, limit: float
    ) -> ServiceIndicator:
        value = amount / count if count else None
        met = None if value is None or not enough else (value >= limit if comparison == ">=" else value <= limit)
        return ServiceIndicator(name, title, unit, value, comparison, limit, count, met)

    downloads, uploads = int(days.downloads.sum()), int(days.uploads.sum())
    return (
        told(
            "mean_download",
            Text("Tốc độ tải xuống trung bình", "Mean download rate"),
            "Mbit/s",
            float(days.download_sum.sum()),
            downloads,
            ">=",
            limits.mean_download_mbit_s,
        ),
        told(
            "mean_upload",
            Text("Tốc độ tải lên trung bình", "Mean upload rate"),
            "Mbit/s",
            float(days.upload_sum.sum()),
            uploads,
            ">=",
            limits.mean_upload_mbit_s,
        ),
        told(
            "fast_downloads",
            Text(
                f"Tỷ lệ mẫu tải xuống từ {limits.download_mbit_s:g} Mbit/s",
                f"Share of samples with a download of {limits.download_mbit_s:g} Mbit/s",
            ),
            "",
            float(days.fast.sum()),
            downloads,
            ">=",
            limits.download_share,
        ),
        told(
            "mean_latency",
            Text("Độ trễ trung bình", "Mean delay"),
            "ms",
            float(days.latency_sum.sum()),
            int(days.latencies.sum()),
            "<=",
            limits.mean_latency_ms,
        ),
        told(
            "failed_access",
            Text("Tỷ lệ truy nhập không thành công", "Share of failed access"),
            "",
            float(days.failures.sum()),
            int(days.accesses.sum()),
            "<=",
            limits.failed_access_share,
        ),
        ServiceIndicator(
            "samples", Text("Số mẫu đo", "Samples"), "", float(samples), ">=", limits.least_samples, samples, enough
        ),
    )
