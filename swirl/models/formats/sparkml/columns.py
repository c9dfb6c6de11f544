"""Which columns a fitted pipeline reads from the rows that callers send. Pure.

Spark's stages name what they read in their params, but for a few. What only a training reads, the
label above all, is no input of the model: callers do not know it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from swirl.models.errors import PublishError

_MADE = (
    "outputCol",
    "outputCols",
    "predictionCol",
    "probabilityCol",
    "rawPredictionCol",
    "linkPredictionCol",
    "leafCol",
    "varianceCol",
    "quantilesCol",
    "topicDistributionCol",
)
_TRAINING = ("labelCol", "weightCol", "censorCol", "validationIndicatorCol")


@dataclass(frozen=True, slots=True)
class StageColumns:
    """What one stage reads and makes.

    Attributes:
        name: of the stage, for messages.
        reads: columns by name; None where the stage does not say, and may read and make any.
        makes: columns that it adds.
        spares: for a column that the stage does without where rows do not have it, as Spark's
            StringIndexerModel does with the label, what it would make of it.
    """

    name: str
    reads: tuple[str, ...] | None
    makes: tuple[str, ...] = ()
    spares: Mapping[str, str] | None = None


def of_params(name: str, params: Mapping[str, object], *, spares: bool = False) -> StageColumns:
    """Return the columns of a stage from the params that name columns.

    Args:
        name: of the stage.
        params: value by the name of the param, set or by default.
        spares: whether the stage does without columns that rows do not have.
    """
    reads: list[str] = []
    makes: list[str] = []
    for param, value in params.items():
        if not param.endswith(("Col", "Cols")) or param in _TRAINING:
            continue
        if f"{param}s" in params:
            # Of a stage that takes one column or several, the one has a default.
            continue
        # An empty name is Spark's way to switch a column off.
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        (makes if param in _MADE else reads).extend(str(column) for column in names if column)
    if not reads:
        return StageColumns(name, None, tuple(makes))
    pairs = dict(zip(reads, makes, strict=True)) if spares and len(reads) == len(makes) else None
    return StageColumns(name, tuple(reads), tuple(makes), pairs)


def inputs_of(
    model: str, stages: Sequence[StageColumns], served: Collection[str], given: Sequence[str]
) -> list[str]:
    """Return those of the given columns that the stages read, in the order given.

    Args:
        model: the model's name, for messages.
        stages: in the order in which they run.
        served: the outputs that callers get.
        given: columns of the golden rows.

    Raises:
        PublishError: a stage reads a column that is neither given nor made before.
    """
    made: set[str] = set()
    read: set[str] = set()
    any_may_be_made = False
    for index, stage in enumerate(stages):
        if stage.reads is None:
            read.update(set(given) - made)
            any_may_be_made = True
        for column in stage.reads or ():
            if column in made or _is_spared(column, stage, stages[index + 1 :], served):
                continue
            if column not in given:
                if any_may_be_made:
                    continue
                raise PublishError(
                    f"model {model!r}: stage {stage.name} reads column {column!r}, which "
                    f"golden_rows does not have (it has {', '.join(given)})"
                )
            read.add(column)
        made.update(stage.makes)
    return [column for column in given if column in read]


def _is_spared(
    column: str, stage: StageColumns, later: Sequence[StageColumns], served: Collection[str]
) -> bool:
    """Whether nothing that callers get comes from what the stage makes of the column."""
    if stage.spares is None or column not in stage.spares:
        return False
    made = stage.spares[column]
    return made not in served and not any(
        other.reads is None or made in other.reads for other in later
    )
