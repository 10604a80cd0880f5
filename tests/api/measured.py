"""A commune whose coverage was measured in part, for the tests of its routes and pages."""

from __future__ import annotations

import json
from contextlib import closing

from devices.catalogue.signal_probe import KIND
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage.connect import connect
from storage.registry import add_commune, add_device, add_hamlet, add_site
from tests.api.world import COMMUNE
from tests.reports.coverage_samples import boundary_of, cells_of, fine_cells
from tests.storage.test_coverage import store

CELLS = cells_of(4)
PERIOD = "2026-Q4"


def fill_measured(url: str) -> str:
    """A commune of four cells: one covered, one not, one with three samples, one where nobody was."""
    with closing(connect(url, autocommit=True)) as session:
        add_commune(session, Commune(COMMUNE, "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        boundary = json.dumps(boundary_of(CELLS))
        add_hamlet(session, COMMUNE, Hamlet("thon-1", "Thôn <1>", HamletType.THON, 800, 20.87, 106.3, boundary))
        add_site(session, COMMUNE, Site("ubnd", "Trụ sở", SiteType.UBND, 20.87, 106.3, "thon-1"))
        for code in ("probe-1", "probe-2"):
            add_device(session, Device(COMMUNE, code, KIND.name, state=DeviceState.ACTIVE))
        measured = ((CELLS[0], 8, -80.0), (CELLS[1], 8, -120.0), (CELLS[2], 3, -80.0))
        store(
            session,
            [
                {"fine": fine, "minute": 100 * place + 10 * number, "ss_rsrp": level, "terminal": 1}
                for place, (cell, count, level) in enumerate(measured)
                for number, fine in enumerate(fine_cells(cell, count))
            ],
        )
    return url
