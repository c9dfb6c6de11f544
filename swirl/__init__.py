"""Swirl: analytics as services on Kubernetes.

What a data scientist imports::

    from swirl import Context, analytics

Names load on first use, so that `import swirl` costs nothing in images which only need another part
of the library. `swirl.testing` has what tests of analytics functions need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from swirl.errors import SwirlError

if TYPE_CHECKING:
    from swirl.job.analytics import analytics
    from swirl.job.context import Context
    from swirl.job.errors import PermanentError

__all__ = ["Context", "PermanentError", "SwirlError", "analytics"]


def __getattr__(name: str) -> Any:
    if name == "analytics":
        from swirl.job.analytics import analytics

        return analytics
    if name == "Context":
        from swirl.job.context import Context

        return Context
    if name == "PermanentError":
        from swirl.job.errors import PermanentError

        return PermanentError
    raise AttributeError(f"module 'swirl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
