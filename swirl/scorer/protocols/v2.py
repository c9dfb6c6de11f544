"""The Open Inference Protocol's REST form: rows as columns, columns as tensors.

Shapes are checked against the data, datatypes against the signature; both are commonly skipped,
and then a client's mistake becomes a wrong answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson

from swirl.models import Tensor
from swirl.models.datatypes import ALSO_ACCEPTED
from swirl.scorer.errors import InputError
from swirl.scorer.inputs import Field, describe
from swirl.scorer.limits import check_row_count
from swirl.scorer.model import ServedModel
from swirl.scorer.protocols.parse import Outputs, parse


def infer(model: ServedModel, body: bytes) -> tuple[bytes, Outputs]:
    """Return the body that answers an inference request, and the outputs of every row.

    Raises:
        RequestError: the request or a row of it cannot be scored.
    """
    request = parse(body)
    if not isinstance(request, dict):
        raise InputError(f"the request should be an object, is {describe(request)}")
    identifier = request.get("id")
    if identifier is not None and not isinstance(identifier, str):
        raise InputError(f"id should be a text, is {describe(identifier)}")
    if not isinstance(request.get("parameters", {}), dict):
        raise InputError("parameters should be an object")
    wanted = _wanted(model, request)
    rows = _rows(model, request)
    many = len(rows) > 1
    outputs = [model.score(row, f"row {i}: " if many else "") for i, row in enumerate(rows)]
    response: dict[str, Any] = {"model_name": model.name, "model_version": model.version}
    if identifier is not None:
        response["id"] = identifier
    response["outputs"] = [_tensor(tensor, outputs) for tensor in wanted]
    return orjson.dumps(response), outputs


def model_metadata(model: ServedModel) -> dict[str, Any]:
    """Return the body of GET /v2/models/{name}."""
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": model.format,
        "inputs": [_describe_tensor(tensor) for tensor in model.signature.inputs],
        "outputs": [_describe_tensor(tensor) for tensor in model.signature.outputs],
    }


def server_metadata(version: str) -> dict[str, Any]:
    """Return the body of GET /v2."""
    return {"name": "swirl-scorer", "version": version, "extensions": []}


def _describe_tensor(tensor: Tensor) -> dict[str, Any]:
    shape = [-1] if tensor.shape is None else list(tensor.shape)
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": shape}


def _wanted(model: ServedModel, request: dict[str, Any]) -> list[Tensor]:
    """The outputs asked for, in that order; all of them when none are named."""
    known = {tensor.name: tensor for tensor in model.signature.outputs}
    asked = request.get("outputs")
    if asked is None or asked == []:
        return list(known.values())
    if not isinstance(asked, list):
        raise InputError(f"outputs should be a list, is {describe(asked)}")
    wanted = []
    for item in asked:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name not in known:
            raise InputError(f"unknown output {name!r}; the model has {', '.join(known)}")
        wanted.append(known[name])
    return wanted


def _rows(model: ServedModel, request: dict[str, Any]) -> list[dict[str, Any]]:
    """The request's tensors turned into checked rows."""
    tensors = request.get("inputs")
    if not isinstance(tensors, list):
        raise InputError(f"inputs should be a list of tensors, is {describe(tensors)}")
    columns: dict[str, list[Any]] = {}
    for tensor in tensors:
        name = tensor.get("name") if isinstance(tensor, dict) else None
        if not isinstance(name, str):
            raise InputError("every input should be an object with a name")
        if name in columns:
            raise InputError(f"input {name!r} is given twice")
        field = model.inputs.fields.get(name)
        if field is None:
            raise InputError(model.inputs.unknown({name: None}))
        columns[name] = _column(field, tensor)
    for name, field in model.inputs.fields.items():
        if name not in columns:
            raise InputError(f"input {name!r} is missing; it should be {field.expected}")
    counts = {name: len(column) for name, column in columns.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise InputError(f"inputs have different numbers of rows: {listed}")
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _column(field: Field, tensor: dict[str, Any]) -> list[Any]:
    """One checked value per row."""
    name, datatype = field.name, tensor.get("datatype")
    if datatype != field.datatype and datatype not in ALSO_ACCEPTED.get(field.datatype, ()):
        raise InputError(f"input {name!r} should have datatype {field.datatype}, has {datatype!r}")
    shape = _shape(field, tensor.get("shape"))
    data = tensor.get("data")
    if not isinstance(data, list):
        raise InputError(f"data of input {name!r} should be a list, is {describe(data)}")
    flat = data if not data or not isinstance(data[0], list) else _flatten(name, data, shape)
    if len(flat) != math.prod(shape):
        raise InputError(
            f"input {name!r} has shape {shape}, which is {math.prod(shape)} values, "
            f"but {len(flat)} in data"
        )
    check_row_count(shape[0])
    if field.width is not None:
        width = shape[1]
        flat = [flat[i * width : (i + 1) * width] for i in range(shape[0])]
    where = "row {}: " if len(flat) > 1 else ""
    return [field.check(value, where.format(index)) for index, value in enumerate(flat)]


def _shape(field: Field, shape: Any) -> list[int]:
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise InputError(f"shape of input {field.name!r} should be a list of sizes, is {shape!r}")
    if field.width is None:
        fits = len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)
        wanted = "[rows] or [rows, 1]"
    else:
        fits = len(shape) == 2 and field.width in (-1, shape[1])
        wanted = f"[rows, {field.width if field.width >= 0 else 'slots'}]"
    if not fits:
        raise InputError(f"input {field.name!r} should have shape {wanted}, has {shape}")
    return shape


def _flatten(name: str, data: list[Any], shape: Sequence[int]) -> list[Any]:
    """Nested data in row-major order; its nesting must be the shape."""
    if len(shape) == 1:
        return data
    if len(data) != shape[0] or not all(isinstance(part, list) for part in data):
        raise InputError(f"data of input {name!r} is not nested as its shape {list(shape)} says")
    for part in data:
        if len(part) != shape[1]:
            raise InputError(
                f"data of input {name!r} has a row of {len(part)} values, the shape says {shape[1]}"
            )
    return [value for part in data for value in part]


def _tensor(tensor: Tensor, outputs: Outputs) -> dict[str, Any]:
    """One output tensor, its data flat."""
    values = [output[tensor.name] for output in outputs]
    if tensor.width is None:
        shape, data = [len(values)], values
    else:
        width = len(values[0]) if values else max(tensor.width, 0)
        shape, data = [len(values), width], [item for value in values for item in value]
    return {"name": tensor.name, "shape": shape, "datatype": tensor.datatype, "data": data}
