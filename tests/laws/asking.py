"""What the laws ask of routes."""

from __future__ import annotations

from tests.api.world import COMMUNE

REQUIRED = {
    "/api/v1/documents/{kind}.{form}": {"commune": COMMUNE, "period": "2026-11"},
    **{
        f"/api/v1/{room}/{{commune}}/{part}": {"period": "2026-10"}
        for room, parts in (
            ("coverage", ("summary", "cells", "sites", "dead-spots", "modelled", "next-cells")),
            ("open-data", ("coverage/summary", "coverage/cells", "coverage/dead-spots")),
        )
        for part in parts
    },
    "/api/v1/coverage/{commune}/change": {"period": "2026-11", "since": "2026-10"},
    "/api/v1/latest": {"kind": "environment"},
    "/api/v1/communes/{commune}/series": {"kind": "environment"},
    "/api/v1/hamlet-at": {"commune": COMMUNE, "latitude": "20.87", "longitude": "106.3"},
}
"""The query parameters without which a route does not answer."""
