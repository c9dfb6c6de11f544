"""StopWordsRemover: drops listed terms."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.javatext import lower
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage

_OWN_CASE_RULES = ("tr", "az", "lt")


@stage("org.apache.spark.ml.feature.StopWordsRemover")
def compile_stop_words_remover(saved: SavedStage, columns: Columns) -> list[Step]:
    """One step a column. Terms keep their case; only the comparison ignores it."""
    exact = saved.flag("caseSensitive")
    if not exact and saved.text("locale")[:2].lower() in _OWN_CASE_RULES:
        raise saved.fail(f"locale {saved.text('locale')!r} has case rules that are not supported")
    words = saved.texts("stopWords")
    stop = frozenset(words if exact else map(lower, words))
    steps: list[Step] = []
    for source, target in saved.column_pairs():
        need(saved, columns, source)
        columns.add(target)
        steps.append(_remove(source, target, stop, exact))
    return steps


def _remove(source: str, target: str, stop: frozenset[str], exact: bool) -> Step:
    def step(row: Row) -> None:
        terms = row[source]
        if terms is None:
            raise RowError(source, "should be a list of terms, is null")
        if exact:
            row[target] = [term for term in terms if term not in stop]
        else:
            row[target] = [term for term in terms if term is None or lower(term) not in stop]

    return step
