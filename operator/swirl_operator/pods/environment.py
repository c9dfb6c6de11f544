"""Values of environment variables in Pods."""

from __future__ import annotations


def literal(text: str) -> str:
    """The value that containers see as `text`: the kubelet expands `$(NAME)` and turns `$$` into
    `$`, so each `$` is written twice."""
    return text.replace("$", "$$")
