"""From a saved pipeline to a plan, with every file in `stages/` at hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from swirl.models.errors import ModelLoadError
from swirl.models.formats.sparkml import stages
from swirl.models.formats.sparkml.native import read_stage
from swirl.models.formats.sparkml.plan import Column, Columns, Plan
from swirl.models.formats.sparkml.registry import compile_stage
from swirl.models.formats.sparkml.vectors import SparseVector
from swirl.models.loaded import LoadedModel
from swirl.models.manifest import Tensor
from swirl.models.model import Model

for _module in pkgutil.iter_modules(stages.__path__):
    importlib.import_module(f"{stages.__name__}.{_module.name}")


def load(model: Model) -> LoadedModel:
    """Load a published pipeline.

    Raises:
        ModelLoadError: it cannot be scored exactly as Spark does, or does not make the outputs that
            its signature promises.
    """
    signature = model.manifest.signature
    plan = load_plan(model.native, {tensor.name: _column(tensor) for tensor in signature.inputs})
    outputs = [tensor.name for tensor in signature.outputs]
    if absent := [name for name in outputs if name not in plan.columns]:
        raise ModelLoadError(
            f"its signature promises {', '.join(absent)}, which the pipeline does not make (it "
            f"makes {', '.join(plan.columns)})"
        )
    known = {name: plan.columns[name] for name in outputs}
    return LoadedModel(
        _scoring(plan, outputs),
        labels={name: column.labels for name, column in known.items() if column.labels},
        classes={name: column.classes for name, column in known.items() if column.classes},
    )


def load_plan(path: Path, inputs: Sequence[str] | Mapping[str, Column]) -> Plan:
    """Compile the pipeline, or single stage, saved in `path` for rows with these columns.

    Raises:
        ModelLoadError: it is no saved stage, is damaged, or needs other columns.
        UnsupportedStage: it holds a stage that cannot be served.
    """
    given = inputs if isinstance(inputs, Mapping) else {name: Column() for name in inputs}
    columns = Columns(given)
    steps = compile_stage(read_stage(path), columns)
    return Plan(steps, columns)


def _column(tensor: Tensor) -> Column:
    width = tensor.width
    return Column(
        size=width if width is not None and width >= 0 else None, single=tensor.datatype == "FP32"
    )


def _scoring(plan: Plan, outputs: Sequence[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    run = plan.run

    def score(values: Mapping[str, Any]) -> dict[str, Any]:
        row = run(values)
        picked = {}
        for name in outputs:
            value = row[name]
            picked[name] = value.dense() if isinstance(value, SparseVector) else value
        return picked

    return score
