"""Docker-compose lets Grafana find the dashboards that `commune dashboards build` writes."""

from __future__ import annotations

import yaml

from commune.cli.dashboards import DIRECTORY
from dashboards.publish import FOLDER_TITLE, FOLDER_UID
from tests.commune import compose

PROVIDERS = compose.ROOT / "deploy" / "grafana" / "provisioning" / "dashboards" / "commune.yaml"


def test_the_provider_reads_what_compose_mounts() -> None:
    (provider,) = yaml.safe_load(PROVIDERS.read_text(encoding="utf-8"))["providers"]
    volume = f"./{DIRECTORY.relative_to(compose.ROOT)}:{provider['options']['path']}:ro"
    assert volume in compose.raw()["services"]["grafana"]["volumes"]
    assert (provider["folder"], provider["folderUid"]) == (FOLDER_TITLE, FOLDER_UID)
    assert provider["allowUiUpdates"] is False
