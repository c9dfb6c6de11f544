"""RegexTokenizer: terms between, or matching, a pattern."""

from __future__ import annotations

import re

from swirl.models.errors import ModelLoadError, RowError
from swirl.models.formats.sparkml.javaregex import compile_java
from swirl.models.formats.sparkml.javatext import lower, split, utf16_length
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage


@stage("org.apache.spark.ml.feature.RegexTokenizer")
def compile_regex_tokenizer(saved: SavedStage, columns: Columns) -> list[Step]:
    """Text to a list of terms. Patterns that Python cannot mirror exactly are refused."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    need(saved, columns, source)
    columns.add(target)
    pattern = _pattern(saved)
    gaps, fold = saved.flag("gaps"), saved.flag("toLowercase")
    shortest = saved.integer("minTokenLength")

    def step(row: Row) -> None:
        text = row[source]
        if not isinstance(text, str):
            raise RowError(source, "should be a text" + (", is null" if text is None else ""))
        if fold:
            text = lower(text)
        terms = split(pattern, text) if gaps else pattern.findall(text)
        row[target] = [
            term for term in terms if len(term) >= shortest or utf16_length(term) >= shortest
        ]

    return [step]


def _pattern(saved: SavedStage) -> re.Pattern[str]:
    try:
        return compile_java(saved.text("pattern"))
    except ModelLoadError as error:
        raise saved.fail(str(error)) from error
