from __future__ import annotations

import pytest

from swirl.models.errors import PublishError
from swirl.models.formats.sparkml.columns import StageColumns, inputs_of, of_params

SERVED = ("prediction", "predictedLabel")
TOKENIZER = of_params("Tokenizer", {"inputCol": "text", "outputCol": "words"})
TF = of_params("HashingTF", {"inputCol": "words", "outputCol": "features", "numFeatures": 64})
REGRESSION = of_params(
    "LogisticRegressionModel",
    {
        "featuresCol": "features",
        "labelCol": "index",
        "weightCol": "weight",
        "predictionCol": "prediction",
        "probabilityCol": "",
    },
)


def indexer(source: str, target: str) -> StageColumns:
    return of_params("StringIndexerModel", {"inputCol": source, "outputCol": target}, spares=True)


def inputs(*stages: StageColumns, given: str) -> list[str]:
    return inputs_of("m", stages, SERVED, given.split())


def test_params_say_what_a_stage_reads_and_makes() -> None:
    assert REGRESSION.reads == ("features",)
    assert REGRESSION.makes == ("prediction",)
    several = of_params("Imputer", {"inputCols": ["a", "b"], "outputCols": ["c", "d"]})
    assert (several.reads, several.makes) == (("a", "b"), ("c", "d"))


def test_what_earlier_stages_make_is_no_input() -> None:
    assert inputs(TOKENIZER, TF, REGRESSION, given="id text words") == ["text"]


def test_order_is_that_of_the_rows() -> None:
    assembler = of_params("VectorAssembler", {"inputCols": ["b", "a"], "outputCol": "features"})
    assert inputs(assembler, REGRESSION, given="a x b") == ["a", "b"]


def test_a_label_that_only_the_training_needs_is_no_input() -> None:
    stages = (indexer("label", "index"), TOKENIZER, TF, REGRESSION)
    assert inputs(*stages, given="label text") == ["text"]
    assert inputs(*stages, given="text") == ["text"]


def test_a_category_that_the_model_uses_is_an_input() -> None:
    assembler = of_params("VectorAssembler", {"inputCols": ["i"], "outputCol": "features"})
    assert inputs(indexer("city", "i"), assembler, REGRESSION, given="label city") == ["city"]
    assert inputs(indexer("city", "predictedLabel"), given="label city") == ["city"]


def test_of_several_columns_each_is_spared_for_itself() -> None:
    both = of_params(
        "StringIndexerModel",
        {
            "inputCols": ["city", "label"],
            "outputCols": ["features", "index"],
            "outputCol": "StringIndexer_1__output",
        },
        spares=True,
    )
    assert inputs(both, REGRESSION, given="label city") == ["city"]


def test_a_stage_that_does_not_say_may_read_everything() -> None:
    statement = StageColumns("SQLTransformer", None)
    assert inputs(statement, given="b a") == ["b", "a"]
    assert inputs(indexer("label", "index"), statement, given="x label") == ["x", "label"]
    assert of_params("Own", {"outputCol": "x"}).reads is None


def test_a_stage_that_does_not_say_may_make_what_later_ones_read() -> None:
    formula = StageColumns("RFormulaModel", None)
    assert inputs(formula, REGRESSION, given="age city") == ["age", "city"]
    with pytest.raises(PublishError, match="'features'"):
        inputs(REGRESSION, formula, given="age city")


def test_the_link_of_a_generalized_regression_is_made() -> None:
    params = {"featuresCol": "features", "linkPredictionCol": "link", "predictionCol": "prediction"}
    stage = of_params("GeneralizedLinearRegressionModel", params)
    assert (stage.reads, stage.makes) == (("features",), ("link", "prediction"))


def test_a_column_that_nobody_provides_is_named() -> None:
    with pytest.raises(
        PublishError,
        match=r"'m': stage Tokenizer reads column 'text', which golden_rows does not have \(it has",
    ):
        inputs(TOKENIZER, given="body label")
