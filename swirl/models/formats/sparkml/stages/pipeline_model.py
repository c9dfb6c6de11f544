"""PipelineModel: its stages, in order."""

from __future__ import annotations

from pathlib import Path

from swirl.models.formats.sparkml.native import SavedStage, read_stage
from swirl.models.formats.sparkml.plan import Columns, Step
from swirl.models.formats.sparkml.registry import compile_stage, stage


@stage("org.apache.spark.ml.PipelineModel")
def compile_pipeline(saved: SavedStage, columns: Columns) -> list[Step]:
    """Steps of every stage; each stage sees the columns of those before it."""
    steps: list[Step] = []
    for index, uid in enumerate(saved.texts("stageUids")):
        steps += compile_stage(read_stage(_folder(saved, index, uid)), columns)
    return steps


def _folder(saved: SavedStage, index: int, uid: str) -> Path:
    # The index is zero-padded to the width of the number of stages.
    for folder in (saved.path / "stages").glob(f"*_{uid}"):
        prefix = folder.name.removesuffix(f"_{uid}")
        if prefix.isdigit() and int(prefix) == index:
            return folder
    raise saved.fail(f"stage {index} ({uid}) is not in {saved.path / 'stages'}")
