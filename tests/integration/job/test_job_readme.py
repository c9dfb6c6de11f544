"""README's example, which a data scientist copies first, from training to serving."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swirl.models import open_model
from swirl.scorer.model import prepare
from swirl.testing import local_context, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

README = Path(__file__).parents[3] / "README.md"
WORDS = {"positive": "lovely good fine", "negative": "bad sad awful"}


@pytest.fixture(scope="module")
def tweets(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = [(f"{words} {i}", label) for i in range(150) for label, words in WORDS.items()]
    path = str(tmp_path_factory.mktemp("readme") / "tweets.parquet")
    spark.createDataFrame(rows, "text string, label string").coalesce(1).write.parquet(path)
    return path


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """The names that README's Python defines."""
    names: dict[str, Any] = {"__name__": "readme"}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(block, names)
    return names


def test_the_example_is_tested_as_it_says(
    example: dict[str, Any], tweets: str, tmp_path: Path
) -> None:
    example["test_train"](tweets, tmp_path)


def test_callers_of_the_model_send_what_it_reads(
    example: dict[str, Any], tweets: str, tmp_path: Path
) -> None:
    ctx = local_context({"tweets": tweets}, folder=tmp_path)
    assert run(example["train"], ctx).outcome == "Succeeded"
    (ref,) = ctx.models
    with open_model(ref.uri, ref.digest) as model:
        assert [tensor.name for tensor in model.manifest.signature.inputs] == ["text"]
        assert model.manifest.metrics == ctx.metrics
        served = prepare(model, name="sentiment", version="1")
    assert served.answer({"text": "what a lovely day"})["predictedLabel"] == "positive"


def test_the_schema_says_what_the_docstring_says(example: dict[str, Any]) -> None:
    schema = example["train"].schema()
    assert schema["description"] == "Learn how people feel."
    assert schema["properties"]["max_iter"]["description"] == "passes over the tweets."
