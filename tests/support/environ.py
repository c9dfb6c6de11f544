"""The environment of a container, as the kubelet makes it of the Pod's manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")


def environ_of(pod: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the Pod's first container.

    Args:
        pod: the manifest.
        fields: what is at the paths that the variables refer to; others are empty.
    """
    found: dict[str, str] = {}
    for item in pod["spec"]["containers"][0].get("env", ()):
        if "value" in item:
            found[item["name"]] = expanded(item["value"], found)
        else:
            found[item["name"]] = fields.get(item["valueFrom"]["fieldRef"]["fieldPath"], "")
    return found


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return a value as Kubernetes documents it.

    `$(NAME)` is the variable's value if one of that name comes before, and `$$` is `$`.
    """
    return _REFERENCE.sub(
        lambda found: "$" if found[1] is None else variables.get(str(found[1]), str(found[0])),
        text,
    )
