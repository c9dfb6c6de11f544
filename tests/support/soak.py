"""Short and long forms of one test: the suite runs the short one, `make soak` the long one."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

LONG = "SWIRL_SOAK" in os.environ


def chosen(short: T, long: T) -> T:
    """What this run tries; mark the test `soak`, so that `make soak` finds it."""
    return long if LONG else short
