"""What a model says of itself in the manifest of its artifact. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swirl.wire.run import RunRef


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model.

    Attributes:
        name: column name.
        datatype: one of `swirl.models.datatypes`.
        shape: None for one value per row; otherwise with -1 for the row dimension, as `(-1, 3)`.
    """

    name: str
    datatype: str
    shape: tuple[int, ...] | None = None

    @property
    def width(self) -> int | None:
        """Slots of a row's vector, -1 if rows differ; None where a row has a single value."""
        return None if self.shape is None or len(self.shape) == 1 else self.shape[1]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model reads and what it returns."""

    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model's part of `manifest.json`; `created_at` is RFC 3339 in UTC."""

    name: str
    format: str
    created_at: str
    run: RunRef
    signature: Signature
    metrics: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the members of `manifest.json`."""
        return {
            "format": self.format,
            "name": self.name,
            "createdAt": self.created_at,
            "run": {
                "namespace": self.run.namespace,
                "job": self.run.job,
                "name": self.run.name,
                "attempt": self.run.attempt,
            },
            "signature": {
                "inputs": [_tensor_to_dict(tensor) for tensor in self.signature.inputs],
                "outputs": [_tensor_to_dict(tensor) for tensor in self.signature.outputs],
            },
            "metrics": dict(self.metrics),
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Manifest:
        """Read the members of `manifest.json`; those that are not known are ignored.

        Raises:
            ValueError: a field is missing or wrong.
        """
        try:
            return _parse(body)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"lacks or mistypes a field: {error}") from error


def _parse(body: Mapping[str, Any]) -> Manifest:
    run, signature = body["run"], body["signature"]
    return Manifest(
        name=str(body["name"]),
        format=str(body["format"]),
        created_at=str(body["createdAt"]),
        run=RunRef(str(run["namespace"]), str(run["job"]), str(run["name"]), int(run["attempt"])),
        signature=Signature(
            tuple(_tensor_from_dict(item) for item in signature["inputs"]),
            tuple(_tensor_from_dict(item) for item in signature["outputs"]),
        ),
        metrics={str(name): float(value) for name, value in body.get("metrics", {}).items()},
    )


def _tensor_to_dict(tensor: Tensor) -> dict[str, Any]:
    body: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype}
    if tensor.shape is not None:
        body["shape"] = list(tensor.shape)
    return body


def _tensor_from_dict(item: Mapping[str, Any]) -> Tensor:
    shape = item.get("shape")
    return Tensor(
        str(item["name"]),
        str(item["datatype"]),
        None if shape is None else tuple(int(size) for size in shape),
    )
