"""What can go wrong with the private servers of this machine."""

from __future__ import annotations


class StackError(Exception):
    """A private server or a process of the local stack could not do what was asked; the message says what to do."""


class ServerMissingError(StackError):
    """A program that the local stack needs is not on this machine; the message says how to get it."""


class ServerFailedError(StackError):
    """A server or process did not start, or ended before its time; the message ends with its last words."""


class DeadlineError(StackError):
    """A condition did not come true in time; the message names it and the seconds that were waited."""
