"""Measurements of the system against references taken in the same run."""
