from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from swirl.models import open_model
from swirl.models.errors import ModelLoadError
from swirl.models.formats import FORMATS, load_model
from tests.support.spark_models import publish


def test_a_model_is_loaded_by_the_name_of_its_format(tmp_path: Path) -> None:
    with open_model(publish(tmp_path).uri) as model:
        loaded = load_model(model)
    outputs = loaded.score({"text": "GOOD"})
    assert list(outputs) == ["prediction", "predictedLabel", "probability"]
    assert outputs["predictedLabel"] == "positive"
    assert loaded.labels["predictedLabel"] == ("positive", "negative", "neutral")
    assert loaded.classes == {"prediction": 3}


def test_other_formats_are_refused(tmp_path: Path) -> None:
    with (
        open_model(publish(tmp_path, format="onnx").uri) as model,
        pytest.raises(ModelLoadError, match=r"format 'onnx'; only spark-ml is served"),
    ):
        load_model(model)


def test_the_list_of_formats_loads_neither_half() -> None:
    code = (
        "import sys, swirl.models.formats as formats; print([name for name in sys.modules for "
        "package in formats.FORMATS.values() if name.startswith(package + '.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", FORMATS.values())
def test_every_format_has_both_halves(package: str) -> None:
    folder = Path(*package.split("."))
    assert (folder / "load.py").is_file()
    assert (folder / "publish.py").is_file()
