"""A model's manifest: what the model is, and the digest of every file it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swirl.wire.run import RunRef

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model.

    Attributes:
        name: column name.
        datatype: of the open inference protocol: BYTES (text), BOOL, INT32, INT64, FP32, FP64.
        shape: None for one value per row; otherwise with -1 for the row dimension, as `(-1, 3)`.
    """

    name: str
    datatype: str
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model reads and what it returns."""

    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a model: path relative to the model's folder, bytes, and SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Content of `manifest.json`; `created_at` is RFC 3339 in UTC."""

    name: str
    format: str
    created_at: str
    run: RunRef
    signature: Signature
    files: Sequence[FileEntry]
    metrics: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the bytes of `manifest.json`, equal manifests giving equal bytes."""
        body = {
            "formatVersion": FORMAT_VERSION,
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
                "inputs": [_tensor_to_json(tensor) for tensor in self.signature.inputs],
                "outputs": [_tensor_to_json(tensor) for tensor in self.signature.outputs],
            },
            "metrics": dict(self.metrics),
            "files": [
                {"path": file.path, "size": file.size, "sha256": file.sha256} for file in self.files
            ],
        }
        return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a manifest; fields that are not known are ignored.

        Raises:
            ValueError: it is not JSON, of another format version, or a field is wrong.
        """
        try:
            body = json.loads(data)
        except RecursionError as error:
            raise ValueError("is nested too deeply") from error
        if not isinstance(body, dict):
            raise ValueError("must hold a JSON object")
        if body.get("formatVersion") != FORMAT_VERSION:
            raise ValueError(
                f"has formatVersion {body.get('formatVersion')!r}, "
                f"this version of Swirl reads {FORMAT_VERSION}"
            )
        try:
            return _parse(body)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"lacks or mistypes a field: {error}") from error


def digest(data: bytes) -> str:
    """Return a model's digest, `sha256:` and the hex SHA-256 of its manifest's bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _parse(body: dict[str, Any]) -> Manifest:
    run, signature = body["run"], body["signature"]
    return Manifest(
        name=str(body["name"]),
        format=str(body["format"]),
        created_at=str(body["createdAt"]),
        run=RunRef(str(run["namespace"]), str(run["job"]), str(run["name"]), int(run["attempt"])),
        signature=Signature(
            tuple(_tensor_from_json(item) for item in signature["inputs"]),
            tuple(_tensor_from_json(item) for item in signature["outputs"]),
        ),
        files=tuple(_file_from_json(item) for item in body["files"]),
        metrics={str(name): float(value) for name, value in body.get("metrics", {}).items()},
    )


def _tensor_to_json(tensor: Tensor) -> dict[str, Any]:
    body: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype}
    if tensor.shape is not None:
        body["shape"] = list(tensor.shape)
    return body


def _tensor_from_json(item: dict[str, Any]) -> Tensor:
    shape = item.get("shape")
    return Tensor(
        str(item["name"]),
        str(item["datatype"]),
        None if shape is None else tuple(int(size) for size in shape),
    )


def _file_from_json(item: dict[str, Any]) -> FileEntry:
    path = str(item["path"])
    # A manifest may come from elsewhere; it must not make a reader touch files outside.
    if not path or path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError(f"names the file {path!r}, which is not inside the model")
    return FileEntry(path, int(item["size"]), str(item["sha256"]))
