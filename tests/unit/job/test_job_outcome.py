from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.job.outcome import LIMIT_BYTES, ModelRef, Outcome, describe

SMALL = Outcome(
    "Succeeded",
    "Succeeded",
    "done",
    models=[ModelRef("m", "file:///m", "sha256:1")],
    metrics={"accuracy": "0.71"},
    result='{"n":1}',
    result_uri=None,
)


def test_wire_shape() -> None:
    assert json.loads(SMALL.to_bytes()) == {
        "outcome": "Succeeded",
        "reason": "Succeeded",
        "message": "done",
        "models": [{"name": "m", "uri": "file:///m", "digest": "sha256:1"}],
        "metrics": {"accuracy": "0.71"},
        "result": {"n": 1},
    }
    assert json.loads(replace(SMALL, result=None, result_uri="u").to_bytes())["resultURI"] == "u"


def test_a_long_message_is_cut() -> None:
    message = json.loads(replace(SMALL, message="é" * 5000).to_bytes())["message"]
    assert message.endswith("é…")
    assert 900 < len(message.encode()) <= 1024


def test_models_and_the_result_outlive_metrics() -> None:
    big = replace(
        SMALL,
        message="x" * 900,
        metrics={f"metric_{i}": "0.123456789" for i in range(200)},
        result=json.dumps("r" * 900),
    )
    wire = json.loads(big.to_bytes())
    assert wire["models"] == [{"name": "m", "uri": "file:///m", "digest": "sha256:1"}]
    assert 50 < len(wire["metrics"]) < 200
    assert wire["result"] == "r" * 900
    assert "shortened" in wire["message"]


def test_models_outlive_the_result() -> None:
    models = [ModelRef(f"m{i}", "file:///" + "m" * 400, "sha256:1") for i in range(7)]
    wire = json.loads(replace(SMALL, models=models, result=json.dumps("r" * 900)).to_bytes())
    assert len(wire["models"]) == 7
    assert "result" not in wire
    assert wire["metrics"] == {}


TEXT = st.text(st.characters(exclude_categories=[]), max_size=3000)


@given(
    TEXT,
    st.lists(st.builds(ModelRef, TEXT, TEXT, TEXT), max_size=5),
    st.dictionaries(st.text(max_size=50), TEXT, max_size=5),
)
def test_it_always_fits_and_is_json(
    message: str, models: list[ModelRef], metrics: dict[str, str]
) -> None:
    data = Outcome("Failed", "Boom", message, models, metrics).to_bytes()
    assert len(data) <= LIMIT_BYTES
    assert json.loads(data)["reason"] == "Boom"


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> str:
    (tmp_path / "ads").mkdir()
    path = tmp_path / "ads" / "train.py"
    path.write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever the source raises
        exec(compile(source, str(path), "exec"), {})
    return describe(raised.value)


def test_the_place_is_relative_to_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "\n\nraise ValueError('no rows\\nsecond line')"
    assert run(tmp_path, monkeypatch, source) == "ValueError at ads/train.py:3: no rows"


def test_the_place_is_in_the_users_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import json\njson.loads('{')"
    described = run(tmp_path, monkeypatch, source)
    assert described.startswith("JSONDecodeError at ads/train.py:2: Expecting")


def test_library_code_of_other_packages_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import pydantic\n\npydantic.TypeAdapter(int).validate_python('x')"
    assert run(tmp_path, monkeypatch, source).startswith("ValidationError at ads/train.py:3: 1")


def test_an_error_without_text_or_place() -> None:
    assert describe(KeyError()) == "KeyError"


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_an_error_that_cannot_say_what_it_is() -> None:
    assert describe(Mute()) == "Mute: (its text cannot be read: RuntimeError)"
