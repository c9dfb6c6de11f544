"""Swirl: analytics as services on Kubernetes.

What a data scientist imports::

    from swirl import Context, analytics

Both names load on first use, so that `import swirl` costs nothing in images which only need
another part of the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swirl.job.analytics import analytics
    from swirl.job.context import Context

__all__ = ["Context", "analytics"]


def __getattr__(name: str) -> Any:
    if name == "analytics":
        from swirl.job.analytics import analytics

        return analytics
    if name == "Context":
        from swirl.job.context import Context

        return Context
    raise AttributeError(f"module 'swirl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
