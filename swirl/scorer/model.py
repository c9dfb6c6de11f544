"""A published model, ready to score: contract in front, plan in the middle, outputs picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swirl.models import Model, Signature, Tensor, open_model
from swirl.models.formats.sparkml import FORMAT
from swirl.models.formats.sparkml.errors import ModelLoadError, RowError
from swirl.models.formats.sparkml.load import load_plan
from swirl.models.formats.sparkml.plan import Column, Plan
from swirl.models.formats.sparkml.vectors import SparseVector
from swirl.scorer.contract import Contract
from swirl.scorer.errors import InputError, StartError
from swirl.store import StoreError

_MOST_LABELS = 100


@dataclass(frozen=True)
class Labels:
    """Which output names the class of a row, and every name it can have."""

    output: str
    names: tuple[str, ...]
    text: Callable[[Any], str]


@dataclass(frozen=True)
class ServedModel:
    """One model. `score` takes checked rows, `answer` takes anything."""

    name: str
    version: str
    digest: str
    signature: Signature
    contract: Contract
    plan: Plan
    labels: Labels | None

    def answer(self, row: Any, where: str = "") -> dict[str, Any]:
        """Checks and scores one row; `where` goes in front of messages. Raises InputError."""
        return self.score(self.contract.check(row, where), where)

    def score(self, values: Mapping[str, Any], where: str = "") -> dict[str, Any]:
        """Outputs by name, in the signature's order. Raises InputError for hopeless rows."""
        try:
            row = self.plan.run(values)
        except RowError as error:
            raise InputError(f"{where}column {error.column!r}: {error}") from error
        out = {}
        for tensor in self.signature.outputs:
            value = row[tensor.name]
            out[tensor.name] = value.dense() if isinstance(value, SparseVector) else value
        return out


def compile_model(model: Model, *, name: str, version: str) -> ServedModel:
    """Makes an opened model ready. Raises StartError with everything wrong about it."""
    manifest = model.manifest
    if manifest.format != FORMAT:
        raise StartError(f"{model.uri} has format {manifest.format!r}; only {FORMAT} is served")
    try:
        contract = Contract(manifest.signature.inputs)
        plan = load_plan(model.native, {t.name: _column(t) for t in manifest.signature.inputs})
    except (ModelLoadError, ValueError) as error:
        raise StartError(f"{model.uri} cannot be served: {error}") from error
    absent = [t.name for t in manifest.signature.outputs if t.name not in plan.columns]
    if absent:
        raise StartError(
            f"{model.uri}: the signature promises {', '.join(absent)}, which the pipeline does "
            f"not make (it makes {', '.join(plan.columns)})"
        )
    labels = _labels(manifest.signature, plan)
    return ServedModel(name, version, model.digest, manifest.signature, contract, plan, labels)


def open_verified(uri: str, digest: str | None) -> Model:
    """Opens the model with every digest checked. Raises StartError."""
    try:
        return open_model(uri, digest)
    except (StoreError, OSError, ValueError, ImportError) as error:
        raise StartError(f"cannot open the model at {uri}: {error}") from error


def _column(tensor: Tensor) -> Column:
    known = tensor.shape is not None and len(tensor.shape) == 2 and tensor.shape[1] >= 0
    return Column(
        size=tensor.shape[1] if known and tensor.shape else None,
        single=tensor.datatype == "FP32",
    )


def _labels(signature: Signature, plan: Plan) -> Labels | None:
    """The output to count predictions by: a text with known labels first, else a class number."""
    for tensor in signature.outputs:
        names = plan.columns[tensor.name].labels
        if tensor.datatype == "BYTES" and names and len(names) <= _MOST_LABELS:
            return Labels(tensor.name, names, str)
    for tensor in signature.outputs:
        classes = plan.columns[tensor.name].classes
        if classes and classes <= _MOST_LABELS:
            return Labels(tensor.name, tuple(map(str, range(classes))), _class_number)
    return None


def _class_number(value: float) -> str:
    return str(int(value))
