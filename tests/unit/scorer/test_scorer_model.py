"""Opening a published model: what is refused, and what is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from swirl.models import Signature, Tensor
from swirl.scorer.errors import StartError
from swirl.scorer.model import ServedModel, open_verified, prepare
from tests.support.spark_models import (
    SENTIMENT_SIGNATURE,
    publish,
    regression,
    sentiment_stages,
)


def test_answers(model: ServedModel) -> None:
    answer = model.answer({"text": "GOOD"})
    assert list(answer) == ["prediction", "predictedLabel", "probability"]
    assert answer["predictedLabel"] == "positive"
    assert sum(answer["probability"]) == pytest.approx(1.0)


def test_labels_come_from_the_pipeline(model: ServedModel) -> None:
    assert model.labels is not None
    assert (model.labels.output, model.labels.names) == (
        "predictedLabel",
        ("positive", "negative", "neutral"),
    )


def test_class_numbers_count_when_there_are_no_names(tmp_path: Path) -> None:
    signature = Signature((Tensor("features", "FP64", (-1, 1)),), (Tensor("prediction", "FP64"),))
    published = publish(tmp_path, [regression([[1.0]], [0.0])], signature=signature)
    model = prepare(open_verified(published.uri, None), name="m", version="1")
    assert model.labels is not None
    assert model.labels.names == ("0", "1")
    assert model.labels.text(model.answer({"features": [2.0]})["prediction"]) == "1"


def test_damaged_model_is_refused(tmp_path: Path) -> None:
    published = publish(tmp_path)
    part = next((tmp_path / "store/native/stages/3_s3/data").glob("part-*"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(StartError, match="SHA-256"):
        open_verified(published.uri, published.digest)


def test_missing_model_and_wrong_digest(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot open the model"):
        open_verified((tmp_path / "none").as_uri(), None)
    with pytest.raises(StartError, match="expected sha256:0"):
        open_verified(publish(tmp_path).uri, "sha256:0")


def test_other_formats_and_broken_promises_are_refused(tmp_path: Path) -> None:
    onnx = open_verified(publish(tmp_path / "a", format="onnx").uri, None)
    with pytest.raises(StartError, match="format 'onnx'; only spark-ml"):
        prepare(onnx, name="m", version="1")
    promise = Signature(SENTIMENT_SIGNATURE.inputs, (Tensor("score", "FP64"),))
    opened = open_verified(publish(tmp_path / "b", signature=promise).uri, None)
    with pytest.raises(StartError, match="promises score, which the pipeline does not make"):
        prepare(opened, name="m", version="1")
    short = Signature((Tensor("body", "BYTES"),), SENTIMENT_SIGNATURE.outputs)
    opened = open_verified(publish(tmp_path / "c", signature=short).uri, None)
    with pytest.raises(StartError, match="needs column 'text'"):
        prepare(opened, name="m", version="1")


def test_stages_without_support_are_refused(tmp_path: Path) -> None:
    stages = [*sentiment_stages(), {"class_name": "com.example.Own", "params": {}}]
    opened = open_verified(publish(tmp_path, stages).uri, None)
    with pytest.raises(StartError, match=r"com\.example\.Own, which cannot be served"):
        prepare(opened, name="m", version="1")
