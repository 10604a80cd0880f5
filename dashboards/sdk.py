"""Grafana's Foundation SDK, imported once and quietly.

Its models of the classic dashboard warn when they are imported that another form is preferred. Grafana 12 and 13 take
the classic one, so that warning, and no other, is let pass here. Whoever needs a model takes it from this module.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
    from grafana_foundation_sdk.cog import runtime, variants
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models import common, dashboard, units

__all__ = ["JSONEncoder", "common", "dashboard", "runtime", "units", "variants"]
