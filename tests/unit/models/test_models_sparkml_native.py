"""Reading saved stages: layouts of several Spark versions, and everything that is no stage."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from swirl.models.errors import ModelLoadError
from swirl.models.formats.sparkml.load import load_plan
from swirl.models.formats.sparkml.native import read_stage
from swirl.models.formats.sparkml.registry import UnsupportedStage, supported
from swirl.models.formats.sparkml.vectors import SparseVector, read_matrix_rows, read_vector
from tests.support.spark_models import (
    ML,
    dense,
    matrix,
    regression,
    save_pipeline,
    save_stage,
    tokenizer,
)


@pytest.mark.parametrize("spark", ["3.5.5", "4.0.0", "4.2.0"])
def test_layouts_of_several_versions(tmp_path: Path, spark: str) -> None:
    plan = load_plan(save_pipeline(tmp_path / "m", [tokenizer()], spark), ["text"])
    assert plan.run({"text": "A b"})["words"] == ["a", "b"]


def test_more_than_ten_stages_keep_their_order(tmp_path: Path) -> None:
    names = ["text", *(f"c{index}" for index in range(12))]
    grams = [
        {
            "class_name": f"{ML}.feature.NGram",
            "params": {"inputCol": source, "outputCol": target, "n": 1},
        }
        for source, target in pairwise(names[1:])
    ]
    stages = [tokenizer("text", "c0"), *grams]
    assert load_plan(save_pipeline(tmp_path / "m", stages), ["text"]).run({"text": "x"})["c11"] == [
        "x"
    ]


def test_all_parquet_parts_are_read(tmp_path: Path) -> None:
    rows = [{"clusterIdx": index} for index in range(3)]
    stage = read_stage(save_stage(tmp_path / "m", "x.Y", {}, data=rows))
    assert stage.rows == rows
    with pytest.raises(ModelLoadError, match="should hold one row, holds 3"):
        stage.data("clusterIdx")


def test_set_params_win_over_defaults(tmp_path: Path) -> None:
    path = save_stage(tmp_path / "m", "x.Y", {"a": 1, "inf": "-Inf"}, defaults={"a": 2, "b": 3})
    stage = read_stage(path)
    assert (stage.integer("a"), stage.integer("b")) == (1, 3)
    assert stage.number("inf") == float("-inf")
    with pytest.raises(ModelLoadError, match="param 'c' is neither set nor has a default"):
        stage.param("c")
    with pytest.raises(ModelLoadError, match="param 'a' should be a string, is 1"):
        stage.text("a")


def test_unknown_stage_names_class_and_remedy(tmp_path: Path) -> None:
    path = save_pipeline(tmp_path / "m", [{"class_name": f"{ML}.feature.DCT", "params": {}}])
    with pytest.raises(UnsupportedStage) as caught:
        load_plan(path, ["x"])
    message = str(caught.value)
    assert "org.apache.spark.ml.feature.DCT" in message
    assert all(name in message for name in supported())
    assert "swirl/models/formats/sparkml/stages/" in message


def test_supported_stages() -> None:
    names = {name.rsplit(".", 1)[-1] for name in supported()}
    assert names == {
        "CountVectorizerModel",
        "HashingTF",
        "IDFModel",
        "IndexToString",
        "LogisticRegressionModel",
        "NGram",
        "PipelineModel",
        "RegexTokenizer",
        "StandardScalerModel",
        "StopWordsRemover",
        "StringIndexerModel",
        "Tokenizer",
        "VectorAssembler",
    }


def test_missing_column_is_found_when_loading(tmp_path: Path) -> None:
    path = save_pipeline(tmp_path / "m", [tokenizer("body")])
    with pytest.raises(ModelLoadError, match=r"Tokenizer s0: needs column 'body'.*there are: text"):
        load_plan(path, ["text"])


def test_feature_count_is_checked_when_loading(tmp_path: Path) -> None:
    hashing = {
        "class_name": f"{ML}.feature.HashingTF",
        "params": {"inputCol": "words", "outputCol": "features", "numFeatures": 8},
        "defaults": {"binary": False},
    }
    stages = [tokenizer(), hashing, regression([[1.0, 2.0]], [0.0])]
    with pytest.raises(ModelLoadError, match="needs 2 features, column 'features' has 8"):
        load_plan(save_pipeline(tmp_path / "m", stages), ["text"])


def test_what_is_no_stage(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="no saved Spark ML stage"):
        read_stage(tmp_path)
    with pytest.raises(ModelLoadError, match=r"saved by Spark 2\.4\.8"):
        read_stage(save_stage(tmp_path / "old", "x.Y", {}, spark="2.4.8"))
    with pytest.raises(ModelLoadError, match="an RDD-based model"):
        read_stage(save_stage(tmp_path / "rdd", "org.apache.spark.mllib.clustering.K", {}))
    local = tmp_path / "local"
    local.mkdir()
    (local / "metadata").write_text("{}")
    with pytest.raises(ModelLoadError, match="saveToLocal"):
        read_stage(local)
    broken = save_stage(tmp_path / "broken", "x.Y", {})
    next((broken / "metadata").glob("part-*")).write_text("{oops")
    with pytest.raises(ModelLoadError, match="is not JSON"):
        read_stage(broken)


def test_pipeline_with_a_lost_stage(tmp_path: Path) -> None:
    path = save_stage(tmp_path / "m", f"{ML}.PipelineModel", {"stageUids": ["gone"]})
    with pytest.raises(ModelLoadError, match=r"stage 0 \(gone\) is not in"):
        load_plan(path, ["x"])


def test_vectors_and_matrices_in_every_encoding() -> None:
    sparse = {"type": 0, "size": 4, "indices": [1, 3], "values": [5.0, 6.0]}
    assert read_vector(sparse) == [0.0, 5.0, 0.0, 6.0]
    assert read_vector(dense([1.0, 2.0])) == [1.0, 2.0]
    wanted = [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]
    assert read_matrix_rows(matrix(wanted)) == wanted
    by_column = matrix(wanted) | {"values": [1.0, 0.0, 0.0, 3.0, 2.0, 0.0], "isTransposed": False}
    assert read_matrix_rows(by_column) == wanted
    csc = matrix(wanted) | {
        "type": 0,
        "colPtrs": [0, 1, 2, 3],
        "rowIndices": [0, 1, 0],
        "values": [1.0, 3.0, 2.0],
        "isTransposed": False,
    }
    assert read_matrix_rows(csc) == wanted
    csr = csc | {
        "colPtrs": [0, 2, 3],
        "rowIndices": [0, 2, 1],
        "values": [1.0, 2.0, 3.0],
        "isTransposed": True,
    }
    assert read_matrix_rows(csr) == wanted
    with pytest.raises(ModelLoadError, match="unknown vector type 7"):
        read_vector({"type": 7})


def test_sparse_vector_written_out() -> None:
    assert SparseVector(3, [2], [1.5]).dense() == [0.0, 0.0, 1.5]
