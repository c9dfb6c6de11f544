"""A published model, ready to serve: its inputs checked in front, its outputs counted behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swirl.models import Model, Signature, open_model
from swirl.models.errors import ModelLoadError, RowError
from swirl.models.formats import load_model
from swirl.models.loaded import LoadedModel
from swirl.scorer.errors import InputError, StartError
from swirl.scorer.inputs import Inputs
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
    format: str
    signature: Signature
    inputs: Inputs
    loaded: LoadedModel
    labels: Labels | None

    def answer(self, row: Any, where: str = "") -> dict[str, Any]:
        """Check and score one row; `where` goes in front of messages.

        Raises:
            InputError: the row does not fit the model, or cannot be scored.
        """
        return self.score(self.inputs.check(row, where), where)

    def score(self, values: Mapping[str, Any], where: str = "") -> dict[str, Any]:
        """Return the outputs by name, in the signature's order.

        Raises:
            InputError: the row cannot be scored.
        """
        try:
            return self.loaded.score(values)
        except RowError as error:
            raise InputError(f"{where}column {error.column!r}: {error}") from error


def prepare(model: Model, *, name: str, version: str) -> ServedModel:
    """Make an opened model ready to serve.

    Args:
        model: the verified model.
        name, version: what callers are told.

    Raises:
        StartError: it cannot be served; the message says why.
    """
    manifest = model.manifest
    try:
        inputs = Inputs(manifest.signature.inputs)
        loaded = load_model(model)
    except (ModelLoadError, ValueError) as error:
        raise StartError(f"{model.uri} cannot be served: {error}") from error
    return ServedModel(
        name=name,
        version=version,
        digest=model.digest,
        format=manifest.format,
        signature=manifest.signature,
        inputs=inputs,
        loaded=loaded,
        labels=_labels(manifest.signature, loaded),
    )


def open_verified(uri: str, digest: str | None) -> Model:
    """Open the model with every digest checked.

    Raises:
        StartError: it cannot be opened.
    """
    try:
        return open_model(uri, digest)
    except (StoreError, OSError, ValueError, ImportError) as error:
        raise StartError(f"cannot open the model at {uri}: {error}") from error


def _labels(signature: Signature, loaded: LoadedModel) -> Labels | None:
    """The output to count predictions by: a text with known labels first, else a class number."""
    for tensor in signature.outputs:
        names = loaded.labels.get(tensor.name)
        if tensor.datatype == "BYTES" and names and len(names) <= _MOST_LABELS:
            return Labels(tensor.name, names, str)
    for tensor in signature.outputs:
        classes = loaded.classes.get(tensor.name)
        if classes and classes <= _MOST_LABELS:
            return Labels(tensor.name, tuple(map(str, range(classes))), _class_number)
    return None


def _class_number(value: float) -> str:
    return str(int(value))
