"""What can go wrong about alerts."""

from __future__ import annotations


class AlertsError(Exception):
    """Base of the errors of this room."""


class DeliveryFailed(AlertsError):
    """A channel did not take what it was to be told; the message says why."""


class TooLittlePast(AlertsError):
    """A gauge has not yet seen enough rain for a forecast; the message says how much it has seen."""
