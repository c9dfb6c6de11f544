"""Writes `crds/` from the models: `python -m swirl.api.crd [--check] [DIRECTORY]`.

pydantic speaks JSON Schema, the API server the smaller "structural" dialect of OpenAPI 3.0: no
references, no `anyOf` with null, no titles, and defaults only where a field may be absent. Items of
lists have none that are filled in: whoever applies a list applies all of it, and would find a
difference each time; what is absent there means the same, which the description says.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from swirl.api.meta import CustomResource
from swirl.api.v1alpha1 import KINDS
from swirl.wire.group import GROUP, VERSION

Schema = dict[str, Any]

_HEADER = "# Generated from swirl/api by `make generate`; do not edit.\n"


_SERVICE_NAME = [
    {
        "rule": "self.metadata.name.matches('^[a-z]')",
        "message": "metadata.name must begin with a letter: a Service is named after it",
    }
]


def _inline(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rsplit("/", 1)[1]]
        own = {key: value for key, value in node.items() if key != "$ref"}
        return _inline({**target, **own}, definitions)
    if "anyOf" in node:
        choices = [choice for choice in node["anyOf"] if choice != {"type": "null"}]
        if len(choices) != 1:
            raise ValueError(f"only `X | None` can become a structural schema, not {node}")
        own = {key: value for key, value in node.items() if key != "anyOf"}
        return _inline({**choices[0], **own}, definitions)
    return {key: _inline(value, definitions) for key, value in node.items()}


def _structural(node: Schema, *, defaults: bool) -> Schema:
    result: Schema = {}
    for key, value in node.items():
        if key == "title" or (key == "default" and (value is None or not defaults)):
            continue
        if key == "const":
            result["enum"] = [value]
        elif key == "properties":
            result[key] = {
                name: _structural(child, defaults=defaults) for name, child in value.items()
            }
        elif key == "items":
            result[key] = _structural(_told(value) if defaults else value, defaults=False)
        elif key == "additionalProperties":
            # A map keeps the schema of its values; a fixed object prunes what it does not know.
            if isinstance(value, dict):
                result[key] = _structural(value, defaults=defaults)
        elif key == "propertyNames":
            # The dialect has no schema for keys; CEL would cost more than it guards against.
            continue
        else:
            result[key] = value
    if defaults and _all_optional(result):
        # Without it, the defaults of the fields within would not be filled in.
        result.setdefault("default", {})
    return result


def _told(node: Any) -> Any:
    """With defaults in the descriptions of the fields."""
    if not isinstance(node, dict):
        return node
    result = {key: _told(value) for key, value in node.items()}
    for field in (result.get("properties") or {}).values():
        if field.get("default") not in (None, "", [], {}):
            field["description"] = f"{field['description']} Absent: `{field['default']}`."
    return result


def _all_optional(node: Schema) -> bool:
    return (
        node.get("type") == "object"
        and "properties" in node
        and not node.get("required")
        and any("default" in child for child in node["properties"].values())
    )


def openapi(kind: type[CustomResource]) -> Schema:
    """The structural schema of a kind, with `spec` required and `status` born unobserved."""
    raw = kind.model_json_schema(by_alias=True)
    root = _inline(raw, raw.get("$defs", {}))
    spec = _structural(root["properties"]["spec"], defaults=True)
    spec.pop("default", None)
    status = _structural(root["properties"]["status"], defaults=False)
    status["default"] = {"observedGeneration": -1}
    status["description"] = root["properties"]["status"]["description"]
    return {
        "description": root["description"],
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
        "x-kubernetes-validations": [
            *(_SERVICE_NAME if kind.names_a_service else []),
            {
                "rule": f"self.metadata.name.size() <= {kind.max_name_length}",
                "message": f"metadata.name may have at most {kind.max_name_length} characters: "
                "the names of what is made from it are longer",
            },
            {
                "rule": "!self.metadata.name.contains('.')",
                "message": "metadata.name must be a DNS label, without dots: "
                "pods and services are named after it",
            },
        ],
    }


def _column(column: Any) -> Schema:
    result: Schema = {"name": column.name, "type": column.type, "jsonPath": column.path}
    if column.wide:
        result["priority"] = 1
    return result


def manifest(kind: type[CustomResource]) -> Schema:
    """The CustomResourceDefinition of a kind."""
    subresources: Schema = {"status": {}}
    if kind.scale is not None:
        subresources["scale"] = dict(kind.scale)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.kind.lower(),
                "shortNames": list(kind.short_names),
                "categories": ["swirl"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": subresources,
                    "additionalPrinterColumns": [_column(column) for column in kind.columns],
                    "schema": {"openAPIV3Schema": openapi(kind)},
                }
            ],
        },
    }


class _Dumper(yaml.SafeDumper):
    """Plain YAML: equal parts are written out, since the API server's tools dislike anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def render(kind: type[CustomResource]) -> str:
    """The text of the kind's file in `crds/`."""
    return _HEADER + yaml.dump(manifest(kind), Dumper=_Dumper, sort_keys=False, width=100)


def main() -> int:
    """Write the files, or with `--check` say which are stale. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m swirl.api.crd", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    parser.add_argument("directory", nargs="?", default="crds", type=Path)
    arguments = parser.parse_args()
    stale = []
    for kind in KINDS:
        path = arguments.directory / f"{GROUP}_{kind.plural}.yaml"
        text = render(kind)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
    if arguments.check and stale:
        names = ", ".join(str(path) for path in stale)
        sys.stderr.write(f"stale: {names}; run `make generate` and commit the result\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
