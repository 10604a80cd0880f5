"""The nine kinds of field devices, one file each."""

from __future__ import annotations

from devices.model import Kind

KINDS: dict[str, Kind] = {}
"""Every kind under its name, in the order of the documentation."""
