"""Which routes give data to everybody: the open data of this system, as it is served and not as it is promised."""

from __future__ import annotations

from fastapi import FastAPI

from api.access_document import routes_with_roles
from api.context import PREFIX
from reports.rules import OpenDataRules

OPEN = (f"{PREFIX}/open/", f"{PREFIX}/open-data/")
"""Below these stands what is open."""


def open_routes(app: FastAPI, rules: OpenDataRules) -> tuple[str, ...]:
    """The paths of open data that anybody may read without saying who they are; none where they are not published."""
    if not rules.is_published:
        return ()
    found = {path for path, methods, role in routes_with_roles(app) if role is None and "GET" in methods}
    return tuple(sorted(path for path in found if path.startswith(OPEN)))
