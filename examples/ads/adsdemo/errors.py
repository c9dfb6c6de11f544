"""What the demo says when it cannot go on."""

from __future__ import annotations


class DemoError(Exception):
    """Ends the demo. The message is for the person who started it: what failed, and the cause."""
