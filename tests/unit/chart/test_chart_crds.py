"""Swirl's kinds are installed and upgraded with the chart, and stay when it goes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.chart.conftest import ROOT, Manifest, Render

# What Helm writes into one Secret, which has at most 1 MiB, is compressed; this is far below.
_LIMIT = 600_000


@pytest.fixture(scope="module")
def kinds(render: Render) -> list[Manifest]:
    return of_kinds(render(crds={}))


def of_kinds(manifests: list[Manifest]) -> list[Manifest]:
    return [m for m in manifests if m["kind"] == "CustomResourceDefinition"]


def test_chart_renders_every_kind_as_it_is(kinds: list[Manifest]) -> None:
    sources = [yaml.safe_load(path.read_text()) for path in sorted(_sources())]
    assert [kind["spec"] for kind in kinds] == [source["spec"] for source in sources]
    for kind, source in zip(kinds, sources, strict=True):
        own = source["metadata"].get("annotations", {})
        assert own.items() <= kind["metadata"]["annotations"].items()


def test_chart_keeps_the_kinds_when_it_goes(kinds: list[Manifest], render: Render) -> None:
    policy = "helm.sh/resource-policy"
    assert {kind["metadata"]["annotations"][policy] for kind in kinds} == {"keep"}
    for kind in of_kinds(render(crds={"keep": False})):
        assert policy not in kind["metadata"].get("annotations", {})


def test_chart_may_leave_the_kinds_to_others(render: Render) -> None:
    assert of_kinds(render(crds={"enabled": False})) == []


def test_chart_has_no_folder_that_helm_installs_only_once() -> None:
    assert not (ROOT / "charts" / "swirl" / "crds").exists()


def test_chart_with_its_kinds_fits_into_a_release() -> None:
    chart = ROOT / "charts" / "swirl"
    size = sum(path.stat().st_size for path in chart.rglob("*") if path.is_file())
    assert size < _LIMIT


def _sources() -> list[Path]:
    return list((ROOT / "crds").glob("*.yaml"))
