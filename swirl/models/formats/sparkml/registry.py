"""Which file compiles which Spark class.

Every module in `stages/` registers itself when it is imported, and `load` imports all of them, so
adding a stage is adding a file:

    @stage("org.apache.spark.ml.feature.Binarizer")
    def compile_binarizer(saved: SavedStage, columns: Columns) -> list[Step]: ...

The function reads `saved`, declares in `columns` what it will add and returns the steps to run for
each row. It raises ModelLoadError for anything it cannot do exactly as Spark does.
"""

from __future__ import annotations

from collections.abc import Callable

from swirl.models.errors import ModelLoadError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Step

Compiler = Callable[[SavedStage, Columns], list[Step]]

_compilers: dict[str, Compiler] = {}


class UnsupportedStage(ModelLoadError):
    """The pipeline holds a stage of a class that no file in `stages/` registers."""


def stage(*class_names: str) -> Callable[[Compiler], Compiler]:
    """Register the decorated function for these Spark class names."""

    def register(compiler: Compiler) -> Compiler:
        for name in class_names:
            known = _compilers.setdefault(name, compiler)
            if known is not compiler:
                raise ValueError(f"{name} is registered by {known.__module__} already")
        return compiler

    return register


def supported() -> list[str]:
    """Return the Spark classes that can be served, sorted."""
    return sorted(_compilers)


def compile_stage(saved: SavedStage, columns: Columns) -> list[Step]:
    """Return the steps of one saved stage.

    Raises:
        UnsupportedStage: no file in `stages/` registers its class.
        ModelLoadError: it cannot be scored exactly as Spark does.
    """
    compiler = _compilers.get(saved.class_name)
    if compiler is None:
        raise UnsupportedStage(
            f"the pipeline has a stage {saved.uid} of class {saved.class_name}, which cannot be "
            f"served. Supported: {', '.join(supported())}. To add it, put a file that "
            "registers the class into swirl/models/formats/sparkml/stages/."
        )
    return compiler(saved, columns)


def need(saved: SavedStage, columns: Columns, name: str) -> Column:
    """Return what is known of a column that a stage reads.

    Raises:
        ModelLoadError: nothing before provides it.
    """
    if name not in columns:
        raise saved.fail(
            f"needs column {name!r}, which is neither an input of the model nor made by an "
            f"earlier stage (there are: {', '.join(sorted(columns))})"
        )
    return columns[name]
