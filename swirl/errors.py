"""The base of the errors that Swirl raises for its users to catch."""

from __future__ import annotations


class SwirlError(Exception):
    """Base of them all; messages say what is wrong, where, and what to do."""
