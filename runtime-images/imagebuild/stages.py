"""The stages of the one Dockerfile: each target's own lines, so that a change of one is its own."""

from __future__ import annotations

import re

_FROM = re.compile(r"^FROM\s+(?P<below>\S+)\s+AS\s+(?P<name>\S+)\s*$", re.MULTILINE)


def stages(dockerfile: str) -> dict[str, str]:
    """The lines of each stage, from its FROM to the next one, by the stage's name.

    Comments are left out: they change nothing.
    """
    text = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    found = list(_FROM.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {
        match["name"]: text[match.start() : end].strip()
        for match, end in zip(found, ends, strict=True)
    }
