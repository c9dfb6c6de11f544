"""Which file compiles which Spark class.

Every module in `stages/` registers itself when it is imported, and all of them are imported, so
adding a stage is adding a file:

    @stage("org.apache.spark.ml.feature.Binarizer")
    def compile_binarizer(saved: SavedStage, columns: Columns) -> list[Step]: ...

The function reads `saved`, declares in `columns` what it will add and returns the steps to run for
each row. It raises ModelLoadError for anything it cannot do exactly as Spark does.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from swirl.scorer.sparkml.errors import UnsupportedStage
from swirl.scorer.sparkml.native import SavedStage, read_stage
from swirl.scorer.sparkml.plan import Column, Columns, Plan, Step

Compiler = Callable[[SavedStage, Columns], list[Step]]

_compilers: dict[str, Compiler] = {}


def stage(*class_names: str) -> Callable[[Compiler], Compiler]:
    """Registers the decorated function for these Spark class names."""

    def register(compiler: Compiler) -> Compiler:
        for name in class_names:
            known = _compilers.setdefault(name, compiler)
            if known is not compiler:
                raise ValueError(f"{name} is registered by {known.__module__} already")
        return compiler

    return register


def supported() -> list[str]:
    """The Spark classes that can be served, sorted."""
    from swirl.scorer.sparkml import stages

    for module in pkgutil.iter_modules(stages.__path__):
        importlib.import_module(f"{stages.__name__}.{module.name}")
    return sorted(_compilers)


def compile_stage(saved: SavedStage, columns: Columns) -> list[Step]:
    """The steps of one saved stage. Raises UnsupportedStage or ModelLoadError."""
    known = supported()
    if saved.class_name not in known:
        raise UnsupportedStage(
            f"the pipeline has a stage {saved.uid} of class {saved.class_name}, which cannot be "
            f"served. Supported: {', '.join(known)}. To add it, put a file that registers the "
            "class into swirl/scorer/sparkml/stages/."
        )
    return _compilers[saved.class_name](saved, columns)


def need(saved: SavedStage, columns: Columns, name: str) -> Column:
    """The column a stage reads; raises ModelLoadError when nothing before provides it."""
    if name not in columns:
        raise saved.fail(
            f"needs column {name!r}, which is neither an input of the model nor made by an "
            f"earlier stage (there are: {', '.join(sorted(columns))})"
        )
    return columns[name]


def load_plan(path: Path, inputs: Sequence[str] | Mapping[str, Column]) -> Plan:
    """Compiles the pipeline (or single model) saved in `path` for rows with these columns.

    Raises ModelLoadError: not a saved stage, damaged, needs other columns; UnsupportedStage.
    """
    given = inputs if isinstance(inputs, Mapping) else {name: Column() for name in inputs}
    columns = Columns(given)
    steps = compile_stage(read_stage(path), columns)
    return Plan(steps, columns)
