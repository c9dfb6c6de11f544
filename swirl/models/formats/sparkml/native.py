"""Reads one saved stage: `metadata/` (a line of JSON) and `data/` (parquet), Spark 3.0 to 4.x.

The layout moved between versions (the metadata file's name in 4.0, the number of parquet parts in
4.1), so nothing here relies on file names beyond `part-`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from swirl.models.errors import ModelLoadError

_NON_FINITE = {"Inf": math.inf, "-Inf": -math.inf, "NaN": math.nan}


@dataclass(frozen=True)
class SavedStage:
    """One stage as it lies on disk. Every accessor raises ModelLoadError naming the stage."""

    path: Path
    metadata: dict[str, Any]

    @property
    def class_name(self) -> str:
        return str(self.metadata["class"])

    @property
    def uid(self) -> str:
        return str(self.metadata["uid"])

    def fail(self, why: str) -> ModelLoadError:
        """Return the error to raise: `why`, with the stage in front."""
        return ModelLoadError(f"{self.class_name.rsplit('.', 1)[-1]} {self.uid}: {why}")

    def is_set(self, name: str) -> bool:
        """Whether somebody set the param, as opposed to its default being in force."""
        return name in self.metadata["paramMap"]

    def param(self, name: str) -> Any:
        """Return the param as JSON: set value first, default next."""
        for source in ("paramMap", "defaultParamMap"):
            values = self.metadata.get(source, {})
            if name in values:
                return values[name]
        raise self.fail(f"param {name!r} is neither set nor has a default")

    def has(self, name: str) -> bool:
        """Whether the param has any value, set or default."""
        return self.is_set(name) or name in self.metadata.get("defaultParamMap", {})

    def text(self, name: str) -> str:
        value = self.param(name)
        if not isinstance(value, str):
            raise self.fail(f"param {name!r} should be a string, is {value!r}")
        return value

    def integer(self, name: str) -> int:
        value = self.param(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fail(f"param {name!r} should be an integer, is {value!r}")
        return value

    def number(self, name: str) -> float:
        return self._number(name, self.param(name))

    def numbers(self, name: str) -> list[float]:
        return [self._number(name, value) for value in self._items(name)]

    def flag(self, name: str) -> bool:
        value = self.param(name)
        if not isinstance(value, bool):
            raise self.fail(f"param {name!r} should be true or false, is {value!r}")
        return value

    def texts(self, name: str) -> list[str]:
        values = self._items(name)
        if not all(isinstance(value, str) for value in values):
            raise self.fail(f"param {name!r} should be a list of strings")
        return values

    def choice(self, name: str, *allowed: str) -> str:
        value = self.text(name)
        if value not in allowed:
            raise self.fail(f"{name}={value!r} is not one of {', '.join(allowed)}")
        return value

    def column_pairs(self) -> list[tuple[str, str]]:
        """Return the (input, output) columns of a stage that takes either one column or several."""
        if self.is_set("inputCols"):
            sources, targets = self.texts("inputCols"), self.texts("outputCols")
            if len(sources) != len(targets):
                raise self.fail(f"{len(sources)} inputCols but {len(targets)} outputCols")
            return list(zip(sources, targets, strict=True))
        return [(self.text("inputCol"), self.text("outputCol"))]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Every row of `data/`, over all of its parts."""
        # Only here: stages without data must not pay for loading Arrow.
        import pyarrow.parquet as parquet

        folder = self.path / "data"
        if folder.is_file():
            raise self.fail(
                "was written with saveToLocal, whose binary files are not supported; "
                "save it with write().save(path)"
            )
        parts = sorted(folder.glob("part-*.parquet"))
        if not parts:
            raise self.fail(f"no parquet files in {folder}")
        rows: list[dict[str, Any]] = []
        for part in parts:
            rows.extend(parquet.ParquetFile(part).read().to_pylist())
        return rows

    def data(self, *columns: str) -> dict[str, Any]:
        """Return the single row of `data/`, which must have these columns."""
        if len(self.rows) != 1:
            raise self.fail(f"data should hold one row, holds {len(self.rows)}")
        row = self.rows[0]
        missing = [column for column in columns if column not in row]
        if missing:
            raise self.fail(f"data has no column {', '.join(missing)} (has {', '.join(row)})")
        return row

    def _items(self, name: str) -> list[Any]:
        value = self.param(name)
        if not isinstance(value, list):
            raise self.fail(f"param {name!r} should be a list, is {value!r}")
        return value

    def _number(self, name: str, value: object) -> float:
        if isinstance(value, str) and value in _NON_FINITE:
            return _NON_FINITE[value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(f"param {name!r} should be a number, is {value!r}")
        return float(value)


def read_stage(path: Path) -> SavedStage:
    """Open the stage saved in `path`.

    Raises:
        ModelLoadError: it is none, or one that is not supported.
    """
    folder = path / "metadata"
    if folder.is_file():
        raise ModelLoadError(
            f"{path} was written with saveToLocal, whose binary files are not supported; "
            "save the model with write().save(path)"
        )
    parts = sorted(part for part in folder.glob("part-*") if part.stat().st_size)
    if len(parts) != 1:
        raise ModelLoadError(f"{path} is no saved Spark ML stage: {len(parts)} metadata files")
    try:
        metadata = json.loads(parts[0].read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelLoadError(f"{parts[0]} is not JSON: {error}") from error
    if isinstance(metadata, dict) and str(metadata.get("class", "")).startswith(
        "org.apache.spark.mllib."
    ):
        raise ModelLoadError(f"{path} holds {metadata['class']}, an RDD-based model; use spark.ml")
    expected = {"class": str, "uid": str, "sparkVersion": str, "paramMap": dict}
    if not isinstance(metadata, dict) or not all(
        isinstance(metadata.get(key), kind) for key, kind in expected.items()
    ):
        raise ModelLoadError(f"{parts[0]} lacks one of {', '.join(expected)}")
    major = metadata["sparkVersion"].partition(".")[0]
    if not major.isdigit() or int(major) < 3:
        # Spark 2 hashed terms differently and had other columns: wrong answers, silently.
        raise ModelLoadError(
            f"{path} was saved by Spark {metadata['sparkVersion']}; 3.0 or later is needed"
        )
    return SavedStage(path, metadata)
