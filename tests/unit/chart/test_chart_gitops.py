"""The examples fit the chart and each other; the tools' own schemas are not at hand here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from swirl.kube.request import Object
from tests.unit.chart.conftest import CHART, Manifest, Render

EXAMPLES = Path(__file__).parents[3] / "examples" / "gitops"


def documents(name: str) -> list[Object]:
    return list(yaml.safe_load_all((EXAMPLES / name).read_text()))


def of(kind: str, name: str, *, at: str) -> Object:
    (found,) = (
        item for item in documents(at) if item["kind"] == kind and item["metadata"]["name"] == name
    )
    return found


APPLICATION = of("Application", "swirl", at="argocd/applications.yaml")
RELEASE = of("HelmRelease", "swirl", at="flux/swirl.yaml")


@pytest.mark.parametrize(
    "values",
    [APPLICATION["spec"]["source"]["helm"]["valuesObject"], RELEASE["spec"]["values"]],
    ids=["argocd", "flux"],
)
def test_the_values_are_the_charts(values: dict[str, Any], render: Render) -> None:
    """Helm checks them against the chart's schema and refuses a misspelt one."""
    made: list[Manifest] = render(**values)
    (operator,) = (item for item in made if item["kind"] == "Deployment")
    container = operator["spec"]["template"]["spec"]["containers"][0]
    assert container["image"].startswith(f"{values['image']['registry']}/swirl/operator:")


def test_what_the_examples_name_is_there(render: Render) -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    source = APPLICATION["spec"]["source"]
    assert (source["chart"], source["targetRevision"]) == (chart["name"], chart["version"])
    repository = of("OCIRepository", RELEASE["spec"]["chartRef"]["name"], at="flux/swirl.yaml")
    # Where `make release` brings the chart, beside the images.
    place = f"{RELEASE['spec']['values']['image']['registry']}/charts"
    assert source["repoURL"] == place
    assert repository["spec"]["url"] == f"oci://{place}/{chart['name']}"
    assert repository["spec"]["ref"]["tag"] == chart["version"]
    waits = of("Kustomization", "swirl", at="flux/kustomizations.yaml")["spec"]["healthChecks"]
    made = {(item["kind"], item["metadata"]["name"]) for item in render()}
    assert {(item["kind"], item["name"]) for item in waits} <= made
    team = of("Kustomization", "ads", at="flux/kustomizations.yaml")["spec"]
    assert team["dependsOn"] == [{"name": "swirl"}]
    assert team["wait"] is True


def test_a_claim_that_waits_for_its_pod_does_not_hold_a_sync_up(render: Render) -> None:
    """Nothing else of the chart waits for something that only a later wave makes."""
    for keep in (True, False):
        (claim,) = (
            item
            for item in render(artifacts={"claim": {"keep": keep}})
            if item["kind"] == "PersistentVolumeClaim"
        )
        assert claim["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"] == "true"
