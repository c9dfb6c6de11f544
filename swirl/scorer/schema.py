"""What the scoring endpoints take and give, in the words of OpenAPI, from the signature."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from swirl.models import Tensor
from swirl.models.datatypes import json_type
from swirl.scorer.model import ServedModel


def describe_in_openapi(app: FastAPI, model: ServedModel) -> None:
    """Make /openapi.json show the model's own fields instead of an unknown body."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path, item in document["paths"].items():
            if path.endswith("/rows"):
                _describe_rows(item["post"], model)
            elif path.endswith("/infer"):
                _describe_infer(item["post"], model)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def row_schema(tensors: list[Tensor]) -> dict[str, Any]:
    """Return the JSON Schema of one row with these columns."""
    return {
        "type": "object",
        "properties": {tensor.name: _value_schema(tensor) for tensor in tensors},
        "required": [tensor.name for tensor in tensors],
        "additionalProperties": False,
    }


def _value_schema(tensor: Tensor) -> dict[str, Any]:
    single = {"type": [json_type(tensor.datatype), "null"]}
    if tensor.width is None:
        return single
    schema: dict[str, Any] = {"type": ["array", "null"], "items": single}
    if tensor.width >= 0:
        schema |= {"minItems": tensor.width, "maxItems": tensor.width}
    return schema


def _describe_rows(operation: dict[str, Any], model: ServedModel) -> None:
    operation["summary"] = "Score one row or a list of rows"
    inputs = row_schema(list(model.signature.inputs))
    outputs = row_schema(list(model.signature.outputs))
    operation["requestBody"] = _body(_one_or_many(inputs))
    operation["responses"]["200"] = {"description": "Same shape"} | _body(_one_or_many(outputs))


def _describe_infer(operation: dict[str, Any], model: ServedModel) -> None:
    operation["summary"] = "Open Inference Protocol: columns as tensors"
    operation["requestBody"] = _body(
        {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "parameters": {"type": "object"},
                "inputs": _tensors([tensor.name for tensor in model.signature.inputs]),
                "outputs": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["inputs"],
        }
    )


def _tensors(names: list[str]) -> dict[str, Any]:
    tensor = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "enum": names},
            "datatype": {"type": "string"},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "data": {"type": "array"},
        },
        "required": ["name", "datatype", "shape", "data"],
    }
    return {"type": "array", "items": tensor}


def _one_or_many(row: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [row, {"type": "array", "items": row}]}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
