"""LogisticRegressionModel, binary and multinomial."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from math import exp, inf, isnan, log
from operator import mul

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import (
    SparseVector,
    read_matrix_rows,
    read_vector,
    vector_size,
)

Decide = Callable[[Sequence[float], Sequence[float]], float]
"""(rawPrediction, probability) -> prediction."""


@stage("org.apache.spark.ml.classification.LogisticRegressionModel")
def compile_logistic_regression(saved: SavedStage, columns: Columns) -> list[Step]:
    """Add rawPrediction, probability and prediction, those of them that have a column name."""
    data = saved.data(
        "numClasses", "numFeatures", "interceptVector", "coefficientMatrix", "isMultinomial"
    )
    # Eight bytes a weight: lists of a hashed vocabulary would take four times as much.
    weights = [array("d", row) for row in read_matrix_rows(data["coefficientMatrix"])]
    intercepts = read_vector(data["interceptVector"])
    multinomial, size = bool(data["isMultinomial"]), int(data["numFeatures"])
    classes = int(data["numClasses"])
    if len(weights) != (classes if multinomial else 1) or len(weights) != len(intercepts):
        raise saved.fail(f"{len(weights)} rows of coefficients do not fit {classes} classes")
    source = saved.text("featuresCol")
    known = need(saved, columns, source).size
    if known is not None and known != size:
        raise saved.fail(f"needs {size} features, column {source!r} has {known}")

    raw_col, probability_col = saved.text("rawPredictionCol"), saved.text("probabilityCol")
    prediction_col = saved.text("predictionCol")
    for name in filter(None, (raw_col, probability_col)):
        columns.add(name, Column(size=classes))
    if prediction_col:
        columns.add(prediction_col, Column(classes=classes))
    probabilities = _softmax if multinomial else _sigmoid
    decide = _decide_multinomial(saved) if multinomial else _decide_binary(saved, raw_col != "")

    def step(row: Row) -> None:
        features = row[source]
        if features is None or vector_size(features) != size:
            raise RowError(source, f"should be a vector of {size} slots")
        if isinstance(features, SparseVector):
            at, values = features.indices, features.values
            margins = [
                sum(map(mul, map(w.__getitem__, at), values)) + b
                for w, b in zip(weights, intercepts, strict=True)
            ]
        else:
            margins = [
                sum(map(mul, w, features)) + b for w, b in zip(weights, intercepts, strict=True)
            ]
        raw = margins if multinomial else [-margins[0], margins[0]]
        probability = probabilities(raw)
        # An empty name is Spark's way to switch a column off.
        if raw_col:
            row[raw_col] = raw
        if probability_col:
            row[probability_col] = probability
        if prediction_col:
            row[prediction_col] = decide(raw, probability)

    return [step]


def _sigmoid(raw: Sequence[float]) -> list[float]:
    try:
        first = 1.0 / (1.0 + exp(-raw[0]))
    except OverflowError:
        first = 0.0
    return [first, 1.0 - first]


def _softmax(raw: Sequence[float]) -> list[float]:
    highest = max(raw)
    if highest == inf:
        return [1.0 if value == inf else 0.0 for value in raw]
    powers = [exp(value - highest) for value in raw]
    total = sum(powers)
    return [power / total for power in powers]


def _decide_binary(saved: SavedStage, has_raw: bool) -> Decide:
    """Spark compares log-odds when it has them, which rounds differently at the very edge."""
    threshold = saved.number("threshold")
    if saved.is_set("thresholds"):
        low, high = saved.numbers("thresholds")
        threshold = 0.0 if high == 0.0 else 1.0 / (1.0 + low / high)
        has_raw = False
    if has_raw:
        if threshold in (0.0, 1.0):
            edge = -inf if threshold == 0.0 else inf
        else:
            edge = log(threshold / (1.0 - threshold))
        return lambda raw, probability: 1.0 if raw[1] > edge else 0.0
    return lambda raw, probability: 1.0 if probability[1] > threshold else 0.0


def _decide_multinomial(saved: SavedStage) -> Decide:
    if not saved.has("thresholds"):
        return lambda raw, probability: _first_highest(raw)
    thresholds = saved.numbers("thresholds")

    def scaled(raw: Sequence[float], probability: Sequence[float]) -> float:
        # At most one threshold may be 0: that class wins unless it is impossible.
        return _first_highest(
            [
                -inf if isnan(p) else p / t if t else (inf if p > 0.0 else -inf)
                for p, t in zip(probability, thresholds, strict=True)
            ]
        )

    return scaled


def _first_highest(values: Sequence[float]) -> float:
    """As Spark's argmax: NaN is never higher, and nothing is higher than a NaN in front."""
    best, highest = 0, values[0]
    for index, value in enumerate(values):
        if value > highest:
            best, highest = index, value
    return float(best)
