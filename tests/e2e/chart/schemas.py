"""JSON Schemas for kubeconform, made from what the API server says of itself.

The schemas that kubeconform fetches by default are on a host that a closed network cannot reach;
the cluster's own are as good, and are of its version.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DEFINITIONS = "_definitions.json"
LOCATION = "{{ .ResourceKind }}{{ .KindSuffix }}.json"


def write(openapi: dict[str, Any], folder: Path) -> str:
    """Files for every kind in an OpenAPI v2 document; returns the `-schema-location` of them."""
    definitions = {name: _strict(schema) for name, schema in openapi["definitions"].items()}
    (folder / _DEFINITIONS).write_text(json.dumps({"definitions": definitions}))
    for name, schema in definitions.items():
        for kind in schema.get("x-kubernetes-group-version-kind", ()):
            group = kind["group"].split(".")[0]
            suffix = f"-{group}-{kind['version']}" if group else f"-{kind['version']}"
            reference = {"$ref": f"{_DEFINITIONS}#/definitions/{name}"}
            path = folder / f"{kind['kind'].lower()}{suffix}.json".lower()
            path.write_text(json.dumps(reference))
    return f"{folder}/{LOCATION}"


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Refuses unknown fields, and points within the file."""
    text = json.dumps(schema).replace('"#/definitions/', f'"{_DEFINITIONS}#/definitions/')
    result: dict[str, Any] = json.loads(text)
    if "properties" in result and "additionalProperties" not in result:
        result["additionalProperties"] = False
    # These two are written as numbers or as text; OpenAPI v2 can only say one of them.
    if result.get("format") == "int-or-string":
        return {"type": ["string", "integer"]}
    if result.get("description", "").startswith("Quantity is a fixed-point"):
        return {"type": ["string", "number"]}
    return result
