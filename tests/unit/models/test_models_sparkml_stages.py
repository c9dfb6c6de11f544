"""Each stage for itself, at the values where Spark and a naive port part ways."""

from __future__ import annotations

import math
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import mmh3
import pytest

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.hashing import SPARK_SEED, bucket
from swirl.models.formats.sparkml.javatext import float_text
from swirl.models.formats.sparkml.load import load_plan
from swirl.models.formats.sparkml.plan import Column, Plan
from swirl.models.formats.sparkml.vectors import SparseVector
from tests.support.spark_models import ML, dense, regression, save_stage

FEATURE = f"{ML}.feature"
TERMS = {"inputCol": "in", "outputCol": "out"}


def plan(folder: Path, class_name: str, params: dict[str, Any], **more: Any) -> Plan:
    path = save_stage(folder / "m", f"{FEATURE}.{class_name}", params, **more)
    return load_plan(path, ["in"])


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("  Hello  World ", ["", "", "hello", "", "world"]),
        ("", [""]),
        (" ", []),
        ("a\u2003b\u00a0c", ["a\u2003b\u00a0c"]),
        ("\u0391\u03a3 \u03a3 a\u03a3-b", ["\u03b1\u03c2", "\u03c3", "a\u03c3-b"]),
    ],
)
def test_tokenizer(tmp_path: Path, text: str, terms: list[str]) -> None:
    assert plan(tmp_path, "Tokenizer", TERMS).run({"in": text})["out"] == terms


@pytest.mark.parametrize("name", ["Tokenizer", "RegexTokenizer"])
def test_tokenizers_refuse_null(tmp_path: Path, name: str) -> None:
    defaults = {"pattern": r"\s+", "gaps": True, "toLowercase": True, "minTokenLength": 1}
    with pytest.raises(RowError, match="should be a text, is null") as caught:
        plan(tmp_path, name, TERMS, defaults=defaults).run({"in": None})
    assert caught.value.column == "in"


def test_regex_tokenizer_counts_utf16(tmp_path: Path) -> None:
    params = TERMS | {"pattern": r"\s+", "gaps": True, "toLowercase": True, "minTokenLength": 2}
    got = plan(tmp_path, "RegexTokenizer", params).run({"in": " A 😀 bb "})
    assert got["out"] == ["😀", "bb"]


def test_stop_words(tmp_path: Path) -> None:
    params = TERMS | {"stopWords": ["The"], "caseSensitive": False, "locale": "en"}
    row = {"in": ["the", "THE", "cat", None]}
    assert plan(tmp_path, "StopWordsRemover", params).run(row)["out"] == ["cat", None]
    exact = plan(tmp_path / "x", "StopWordsRemover", params | {"caseSensitive": True})
    assert exact.run({"in": ["the", "The"]})["out"] == ["the"]


def test_ngram(tmp_path: Path) -> None:
    grams = plan(tmp_path, "NGram", TERMS | {"n": 2})
    assert grams.run({"in": ["a", None, "b"]})["out"] == ["a null", "null b"]
    assert grams.run({"in": ["a"]})["out"] == []


@pytest.mark.parametrize(
    ("data", "seed", "expected"),
    [
        # Published vectors of MurmurHash3 x86_32.
        (b"", 0, 0),
        (b"", 1, 0x514E28B7),
        (b"test", 0, 0xBA6BD213),
        (b"Hello, world!", 0, 0xC0363E43),
        (b"The quick brown fox jumps over the lazy dog", 0, 0x2E4FF723),
        (b"aaa", 0x9747B28C, 0x283E0130),
    ],
)
def test_murmur3(data: bytes, seed: int, expected: int) -> None:
    assert mmh3.hash(data, seed) & 0xFFFFFFFF == expected


@pytest.mark.parametrize("term", ["", "a", "flight", "Schön", "日本", "😀😀", "\x00", "x" * 300])
def test_terms_are_hashed_as_utf8(term: str) -> None:
    assert bucket(term, 1 << 18) == mmh3.hash(term.encode(), SPARK_SEED) % (1 << 18)


def test_hashing_counts_terms_in_slot_order(tmp_path: Path) -> None:
    params = TERMS | {"numFeatures": 16, "binary": False}
    got = plan(tmp_path, "HashingTF", params).run({"in": ["b", "a", "b", None]})["out"]
    assert (got.size, sum(got.values)) == (16, 4.0)
    assert got.indices == sorted(got.indices)
    binary = plan(tmp_path / "x", "HashingTF", params | {"binary": True})
    assert set(binary.run({"in": ["b", "b"]})["out"].values) == {1.0}


def test_count_vectorizer_shares_count_unknown_terms(tmp_path: Path) -> None:
    data = [{"vocabulary": ["a", "b", "c"]}]
    params = TERMS | {"minTF": 0.4, "binary": False}
    got = plan(tmp_path, "CountVectorizerModel", params, data=data).run(
        {"in": ["a", "a", "b", "zzz", "zzz"]}
    )["out"]
    assert (got.size, got.indices, got.values) == (3, [0], [2.0])


def indexer(folder: Path, policy: str) -> Plan:
    params = TERMS | {"handleInvalid": policy}
    data = [{"labelsArray": [["b", "a", "2.0E7", "3"]]}]
    return plan(folder, "StringIndexerModel", params, data=data)


def test_string_indexer(tmp_path: Path) -> None:
    keep = indexer(tmp_path / "keep", "keep")
    values = ["b", "a", "zzz", None, 2e7, 3]
    assert [keep.run({"in": v})["out"] for v in values] == [0.0, 1.0, 4.0, 4.0, 2.0, 3.0]
    assert keep.columns["out"].labels == ("b", "a", "2.0E7", "3", "__unknown")
    with pytest.raises(RowError, match=r"'zzz' was not seen in training$"):
        indexer(tmp_path / "error", "error").run({"in": "zzz"})
    with pytest.raises(RowError, match="Spark would drop the row"):
        indexer(tmp_path / "skip", "skip").run({"in": None})


def test_string_indexer_of_an_absent_column_is_left_out(tmp_path: Path) -> None:
    params = {"inputCol": "label", "outputCol": "y", "handleInvalid": "error"}
    data = [{"labelsArray": [["x"]]}]
    without = plan(tmp_path, "StringIndexerModel", params, data=data)
    assert without.run({"in": 1}) == {"in": 1}


def test_index_to_string(tmp_path: Path) -> None:
    names = plan(tmp_path, "IndexToString", TERMS | {"labels": ["x", "y"]})
    assert [names.run({"in": v})["out"] for v in (0.0, 1.9, None)] == ["x", "y", None]
    for bad in (2.0, -1.0, math.inf):
        with pytest.raises(RowError, match="none of the 2 known classes"):
            names.run({"in": bad})


def assembler(folder: Path, policy: str) -> Plan:
    params = {"inputCols": ["a", "v", "b"], "outputCol": "out", "handleInvalid": policy}
    path = save_stage(folder, f"{FEATURE}.VectorAssembler", params)
    return load_plan(path, ["a", "v", "b"])


def test_assembler(tmp_path: Path) -> None:
    plan = assembler(tmp_path / "m", "error")
    assert plan.run({"a": 1, "v": [2.0, 3.0], "b": True})["out"] == [1.0, 2.0, 3.0, 1.0]
    mixed = plan.run({"a": 1, "v": SparseVector(3, [1], [7.0]), "b": 2.5})["out"]
    assert mixed.dense() == [1.0, 0.0, 7.0, 0.0, 2.5]
    for bad in ({"a": None}, {"a": math.nan}, {"v": [math.nan]}, {"b": "x"}):
        with pytest.raises(RowError, match="should be a number"):
            plan.run({"a": 1, "v": [2.0], "b": 3} | bad)
    keep = assembler(tmp_path / "keep", "keep").run({"a": None, "v": [1.0], "b": 2})["out"]
    assert math.isnan(keep[0])
    assert keep[1:] == [1.0, 2.0]


def test_scaler_turns_constant_slots_to_zero(tmp_path: Path) -> None:
    data = [{"std": dense([2.0, 0.0]), "mean": dense([1.0, 5.0])}]
    params = TERMS | {"withMean": True, "withStd": True}
    scaler = plan(tmp_path, "StandardScalerModel", params, data=data)
    assert scaler.run({"in": [3.0, 9.0]})["out"] == [1.0, 0.0]
    assert scaler.run({"in": SparseVector(2, [0], [3.0])})["out"] == [1.0, 0.0]
    with pytest.raises(RowError, match="vector of 2 slots"):
        scaler.run({"in": [1.0]})


def regress(folder: Path, *args: Any, **params: Any) -> Plan:
    path = save_stage(folder, **regression(*args, **params))
    return load_plan(path, {"features": Column(size=len(args[0][0]))})


def test_binary_regression(tmp_path: Path) -> None:
    plan = regress(tmp_path / "m", [[1.0, -2.0]], [0.5])
    row = plan.run({"features": [2.0, 1.0]})
    assert row["rawPrediction"] == [-0.5, 0.5]
    assert row["probability"][1] == pytest.approx(1 / (1 + math.exp(-0.5)), abs=1e-15)
    assert row["prediction"] == 1.0
    sparse = plan.run({"features": SparseVector(2, [0, 1], [2.0, 1.0])})
    assert sparse["probability"] == row["probability"]


def test_extreme_margins_do_not_overflow(tmp_path: Path) -> None:
    binary = regress(tmp_path / "b", [[1.0]], [0.0])
    assert binary.run({"features": [1e6]})["probability"] == [0.0, 1.0]
    assert binary.run({"features": [-1e6]})["probability"] == [1.0, 0.0]
    several = regress(tmp_path / "m", [[1.0], [-1.0], [0.0]], [0.0, 0.0, 0.0])
    assert several.run({"features": [1e6]})["probability"] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("params", "prediction"),
    [
        ({"threshold": 0.7}, 0.0),
        ({"threshold": 0.0}, 1.0),
        ({"threshold": 1.0}, 0.0),
        ({"thresholds": [0.9, 0.1]}, 1.0),
        ({"thresholds": [0.1, 0.9]}, 0.0),
        ({"thresholds": [1.0, 0.0]}, 1.0),
    ],
)
def test_thresholds_move_the_prediction_only(
    tmp_path: Path, params: dict[str, Any], prediction: float
) -> None:
    row = regress(tmp_path / "m", [[1.0]], [0.5], **params).run({"features": [0.0]})
    assert row["probability"][1] == pytest.approx(0.6224593312018546)
    assert row["prediction"] == prediction


def test_multinomial_thresholds(tmp_path: Path) -> None:
    weights, intercepts = [[0.0], [0.0], [0.0]], [1.0, 0.9, 0.0]
    assert regress(tmp_path / "a", weights, intercepts).run({"features": [0.0]})["prediction"] == 0
    scaled = regress(tmp_path / "b", weights, intercepts, thresholds=[0.5, 0.1, 0.4])
    assert scaled.run({"features": [0.0]})["prediction"] == 1.0


def test_regression_refuses_vectors_of_another_size(tmp_path: Path) -> None:
    path = save_stage(tmp_path / "m", **regression([[1.0, 2.0]], [0.0]))
    with pytest.raises(RowError, match="vector of 2 slots"):
        load_plan(path, ["features"]).run({"features": [1.0]})


def test_nan_is_never_the_highest(tmp_path: Path) -> None:
    weights, intercepts = [[1.0], [2.0], [0.0]], [0.0, 0.0, 0.0]
    plain = regress(tmp_path / "a", weights, intercepts)
    assert plain.run({"features": [math.nan]})["prediction"] == 0.0
    scaled = regress(tmp_path / "b", weights, intercepts, thresholds=[0.5, 0.1, 0.4])
    assert scaled.run({"features": [math.nan]})["prediction"] == 0.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1 / 3, "0.33333334"),
        (5.0, "5.0"),
        (-0.0, "-0.0"),
        (1e7, "1.0E7"),
        (1234567.0, "1234567.0"),
        (0.0005, "5.0E-4"),
        (3.4028234663852886e38, "3.4028235E38"),
        (math.inf, "Infinity"),
    ],
)
def test_a_float_of_32_bits_is_written_as_one(tmp_path: Path, value: float, text: str) -> None:
    rounded = struct.unpack("<f", struct.pack("<f", value))[0]
    assert float_text(rounded) == text
    params = TERMS | {"handleInvalid": "error"}
    data = [{"labelsArray": [["other", text]]}]
    path = save_stage(tmp_path / "m", f"{FEATURE}.StringIndexerModel", params, data=data)
    assert load_plan(path, {"in": Column(single=True)}).run({"in": rounded})["out"] == 1.0


def test_long_terms_are_not_remembered(tmp_path: Path) -> None:
    hashing = plan(tmp_path, "HashingTF", TERMS | {"numFeatures": 64, "binary": False})
    hashing.run({"in": ["warm"]})
    tracemalloc.start()
    try:
        for number in range(20):
            hashing.run({"in": [f"{number}" * 100_000]})
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
