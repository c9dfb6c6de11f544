"""From a saved pipeline to a plan, with every file in `stages/` at hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from swirl.models.formats.sparkml import stages
from swirl.models.formats.sparkml.native import read_stage
from swirl.models.formats.sparkml.plan import Column, Columns, Plan
from swirl.models.formats.sparkml.registry import compile_stage

for _module in pkgutil.iter_modules(stages.__path__):
    importlib.import_module(f"{stages.__name__}.{_module.name}")


def load_plan(path: Path, inputs: Sequence[str] | Mapping[str, Column]) -> Plan:
    """Compiles the pipeline (or single model) saved in `path` for rows with these columns.

    Raises ModelLoadError: not a saved stage, damaged, needs other columns; UnsupportedStage.
    """
    given = inputs if isinstance(inputs, Mapping) else {name: Column() for name in inputs}
    columns = Columns(given)
    steps = compile_stage(read_stage(path), columns)
    return Plan(steps, columns)
