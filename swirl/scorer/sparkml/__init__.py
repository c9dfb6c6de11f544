"""Reads Spark ML's native model directories and scores rows with them, in plain Python.

>>> plan = load_plan(Path("model/native"), inputs=["text"])
>>> plan.run({"text": "what a day"})["prediction"]
2.0

Adding a Spark stage is adding one file to `stages/`; see `registry`.
"""

from __future__ import annotations

from swirl.scorer.sparkml.errors import ModelLoadError, RowError, UnsupportedStage
from swirl.scorer.sparkml.load import load_plan
from swirl.scorer.sparkml.plan import Column, Columns, Plan, Row, Step
from swirl.scorer.sparkml.registry import supported
from swirl.scorer.sparkml.vectors import SparseVector

__all__ = [
    "Column",
    "Columns",
    "ModelLoadError",
    "Plan",
    "Row",
    "RowError",
    "SparseVector",
    "Step",
    "UnsupportedStage",
    "load_plan",
    "supported",
]
