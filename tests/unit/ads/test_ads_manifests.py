"""The example's files are what the kinds accept, and each fault changes one thing only."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec

EXAMPLE = Path(__file__).parents[3] / "examples" / "ads"
FILES = sorted(EXAMPLE.glob("*/*.yaml"))
SPECS: dict[str, type[BaseModel]] = {
    "AnalyticsJob": AnalyticsJobSpec,
    "ModelServer": ModelServerSpec,
    "SwirlMonitor": SwirlMonitorSpec,
}


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file(path: Path) -> None:
    manifest = _load(path)
    if manifest["kind"] == "Namespace":
        assert manifest["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    elif manifest["kind"] == "Deployment":
        (container,) = manifest["spec"]["template"]["spec"]["containers"]
        assert container["image"] == "localhost/swirl/ads:dev"
        assert callable(importlib.import_module(container["command"][2]).main)
    else:
        spec = SPECS[manifest["kind"]].model_validate(manifest["spec"])
        if isinstance(spec, AnalyticsJobSpec):
            module, function = spec.entry_point.function.split(":")
            getattr(importlib.import_module(module), function).validate(spec.parameters)


def _difference(one: object, other: object, path: str = "") -> dict[str, tuple[object, object]]:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        parts = [_difference(one.get(k), other.get(k), f"{path}.{k}") for k in keys]
        return {key: value for part in parts for key, value in part.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = [
            _difference(a, b, f"{path}[{i}]")
            for i, (a, b) in enumerate(zip(one, other, strict=True))
        ]
        return {key: value for part in parts for key, value in part.items()}
    return {} if one == other else {path: (one, other)}


@pytest.mark.parametrize(
    ("fault", "original", "change"),
    [
        ("feed-v2.yaml", "feed.yaml", ("v1", "v2")),
        ("train-v2.yaml", "train.yaml", ("ads.train:train", "ads.train_v2:train")),
    ],
)
def test_a_fault_is_one_change(fault: str, original: str, change: tuple[str, str]) -> None:
    before = _load(EXAMPLE / "manifests" / original)
    after = _load(EXAMPLE / "faults" / fault)
    assert list(_difference(before, after).values()) == [change]
