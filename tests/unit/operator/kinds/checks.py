"""Is what a planner writes what the API server would store, unchanged?"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from swirl.kube.request import Object
from swirl_operator.status.reasons import known
from tests.support import kstatus

_CRDS = Path(__file__).parents[4] / "crds"


@cache
def crd_schema(kind: str) -> Object:
    """The kind's schema as its CRD has it."""
    for path in sorted(_CRDS.glob("*.yaml")):
        crd = yaml.safe_load(path.read_text(encoding="utf-8"))
        if crd["spec"]["names"]["kind"] == kind:
            schema: Object = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
            return schema
    raise LookupError(kind)


@cache
def _validator(kind: str, part: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_closed(crd_schema(kind)["properties"][part]))


def _closed(node: Any) -> Any:
    """The schema with unknown fields forbidden, where the API server would prune them."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _closed(value) for key, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        result["additionalProperties"] = False
    return result


def schema_errors(kind: str, part: str, value: Any) -> list[str]:
    """What the API server would refuse or prune of that part of an object."""
    found = [
        f"{'.'.join(map(str, error.absolute_path)) or part}: {error.message}"
        for error in _validator(kind, part).iter_errors(value)
    ]
    _walk(crd_schema(kind)["properties"][part], value, part, found)
    return found


def _walk(schema: Object, value: Any, where: str, found: list[str]) -> None:
    """What JSON Schema leaves out: list-map keys, sets and dates."""
    if schema.get("format") == "date-time":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            found.append(f"{where}: {value} has no time zone")
    if isinstance(value, dict):
        for name, child in (schema.get("properties") or {}).items():
            if name in value:
                _walk(child, value[name], f"{where}.{name}", found)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            _walk(schema["items"], item, f"{where}[]", found)
        if schema.get("x-kubernetes-list-type") == "map":
            keys = [
                tuple(item.get(key) for key in schema["x-kubernetes-list-map-keys"])
                for item in value
            ]
            if len(set(keys)) != len(keys):
                found.append(f"{where}: a key is there twice")


def check_status(obj: Object, status: Object) -> None:
    """Asserts that `status` is valid for the object, field by field and by the kstatus rules."""
    found = _status_errors(obj["kind"], obj["metadata"]["generation"], json.dumps(status))
    assert found == (), f"{found} in {status}"


@cache
def _status_errors(kind: str, generation: int, text: str) -> tuple[str, ...]:
    """Campaigns write the same few statuses again and again."""
    status = json.loads(text)
    obj = {"kind": kind, "metadata": {"generation": generation}, "status": status}
    found = schema_errors(kind, "status", status) + kstatus.violations(obj)
    if status.get("observedGeneration") != generation:
        found.append("observedGeneration is not the generation")
    for item in (*status["conditions"], *status.get("attempts", ())):
        if "reason" in item and known(item["reason"]) is None:
            found.append(f"the reason {item['reason']} is not in the closed list")
    return tuple(found)


def check_spec(obj: Object) -> None:
    """Asserts that the object's spec is one that the API server takes."""
    assert schema_errors(obj["kind"], "spec", obj["spec"]) == []
