"""What can go wrong about alerts."""

from __future__ import annotations


class AlertsError(Exception):
    """Base of the errors of this room."""


class DeliveryFailed(AlertsError):
    """A channel did not take what it was to be told; the message says why."""
