"""The setting that names the rules for reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune.parts import report_rules
from commune.settings import Settings, SettingsError
from reports.rules import ReportRules


def test_without_a_file_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_REPORT_RULES_FILE", "")
    assert report_rules(Settings()) == ReportRules()


def test_the_rules_of_the_file_are_read(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("[rain]\nrainy_day_mm = 5\n", encoding="utf-8")
    assert report_rules(Settings(report_rules_file=file)).rain.rainy_day_mm == 5


@pytest.mark.parametrize(
    ("content", "words"), [(None, "No such file"), (b"[rain]\nrain = 5", "rain.rain"), (b"\xff\xfe", "decode")]
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "rules.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"COMMUNE_REPORT_RULES_FILE=.*rules.toml: .*{words}"):
        report_rules(Settings(report_rules_file=file))
