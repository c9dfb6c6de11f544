"""Vectors and matrices: how rows carry them and how Spark writes them into parquet.

A dense vector is a plain list of floats. A sparse one stays sparse through the whole pipeline: a
text has twenty terms out of 262,144, and only those should cost anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swirl.models.errors import ModelLoadError

_SPARSE, _DENSE = 0, 1


class SparseVector:
    """`values[i]` stands at `indices[i]` (ascending); everything else up to `size` is zero."""

    __slots__ = ("indices", "size", "values")

    def __init__(self, size: int, indices: list[int], values: list[float]) -> None:
        self.size = size
        self.indices = indices
        self.values = values

    def dense(self) -> list[float]:
        """The same vector, written out."""
        out = [0.0] * self.size
        for index, value in zip(self.indices, self.values, strict=True):
            out[index] = value
        return out

    def __repr__(self) -> str:
        return f"SparseVector({self.size}, {self.indices}, {self.values})"


Vector = SparseVector | Sequence[float]


def vector_size(vector: Vector) -> int:
    """Number of slots, zeros included."""
    return vector.size if isinstance(vector, SparseVector) else len(vector)


def read_vector(cell: Mapping[str, Any]) -> list[float]:
    """A vector struct of Spark's parquet (`type`, `size`, `indices`, `values`), written out."""
    if cell["type"] == _DENSE:
        return [float(value) for value in cell["values"]]
    if cell["type"] == _SPARSE:
        return SparseVector(cell["size"], list(cell["indices"]), list(cell["values"])).dense()
    raise ModelLoadError(f"unknown vector type {cell['type']!r} in the model's data")


def read_matrix_rows(cell: Mapping[str, Any]) -> list[list[float]]:
    """A matrix struct of Spark's parquet as a list of rows, whatever its storage order.

    `isTransposed` means row-major for dense matrices and CSR instead of CSC for sparse ones.
    """
    rows, cols = cell["numRows"], cell["numCols"]
    values, transposed = cell["values"], cell["isTransposed"]
    out = [[0.0] * cols for _ in range(rows)]
    if cell["type"] == _DENSE:
        if len(values) != rows * cols:
            raise ModelLoadError(f"matrix of {rows}x{cols} holds {len(values)} values")
        for i in range(rows):
            out[i] = list(values[i * cols : (i + 1) * cols] if transposed else values[i::rows])
        return out
    if cell["type"] != _SPARSE:
        raise ModelLoadError(f"unknown matrix type {cell['type']!r} in the model's data")
    pointers, minor = cell["colPtrs"], cell["rowIndices"]
    for major in range(rows if transposed else cols):
        for position in range(pointers[major], pointers[major + 1]):
            if transposed:
                out[major][minor[position]] = values[position]
            else:
                out[minor[position]][major] = values[position]
    return out
