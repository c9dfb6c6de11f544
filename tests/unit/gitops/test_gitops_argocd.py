"""Argo CD's scripts, run as Argo CD runs them, on what the operator writes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from swirl.api.v1alpha1 import KINDS
from swirl.kube.request import Object
from swirl_operator.kinds.analyticsrun.plan import plan_run
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS
from tests.support import argocd, kstatus
from tests.unit.gitops.states import FOLDER, expected, states, tidy
from tests.unit.operator.kinds.campaign import INGEST, TRAIN, Campaign
from tests.unit.operator.kinds.checks import schema_errors
from tests.unit.operator.kinds.kubelet import by_attempt
from tests.unit.operator.kinds.observed import merged, observe, thing
from tests.unit.operator.kinds.process import INSTALLATION

HEALTH = {path.parent.name: path.read_text() for path in FOLDER.glob("*/health.lua")}
NOW = 1_769_860_800


@cache
def now() -> dict[tuple[str, str], Object]:
    """The states as the operator of today writes them, by kind and name."""
    return {(obj["kind"], name): tidy(obj) for name, obj in states()}


def script(kind: str, action: str) -> str:
    return (FOLDER / kind / "actions" / action).read_text()


def written() -> list[tuple[str, Path, Object]]:
    """Every test of a health_test.yaml: kind, file and what is expected."""
    return [
        (path.parent.name, path.parent / test["inputPath"], test["healthStatus"])
        for path in sorted(FOLDER.glob("*/health_test.yaml"))
        for test in yaml.safe_load(path.read_text())["tests"]
    ]


def test_every_kind_has_a_health_check() -> None:
    assert sorted(HEALTH) == sorted(kind.kind for kind in KINDS)


@pytest.mark.parametrize(
    ("kind", "path", "result"), written(), ids=lambda item: getattr(item, "stem", None)
)
def test_health_of_what_is_written_down(kind: str, path: Path, result: Object) -> None:
    """What Argo CD's own tests would do with the folder."""
    obj = yaml.safe_load(path.read_text())
    assert obj["kind"] == kind
    assert argocd.health(HEALTH[kind], obj) == result


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/testdata/*.yaml")), ids=lambda p: p.stem)
def test_what_is_written_down_is_what_the_api_server_takes(path: Path) -> None:
    obj = yaml.safe_load(path.read_text())
    assert schema_errors(obj["kind"], "spec", obj["spec"]) == []
    assert schema_errors(obj["kind"], "status", obj["status"]) == []


def test_health_of_what_the_operator_writes_today() -> None:
    for (kind, name), obj in now().items():
        assert argocd.health(HEALTH[kind], obj) == expected(name, obj)
        assert (FOLDER / kind / "testdata" / f"{name}.yaml").exists(), (
            "run tests.unit.gitops.states"
        )


@pytest.mark.parametrize("kind", sorted(HEALTH))
def test_before_the_operator_has_looked_nothing_is_healthy(kind: str) -> None:
    new: Object = {"metadata": {"generation": 1}, "spec": {}}
    for obj in (new, new | {"status": {}}, new | {"status": {"observedGeneration": -1}}):
        assert argocd.health(HEALTH[kind], obj)["status"] == "Progressing"


def test_argo_cd_and_kstatus_agree_about_every_status_that_is_ever_written() -> None:
    """Over whole campaigns: what Helm and Flux wait for, Argo CD shows."""
    same = {"InProgress": "Progressing", "Failed": "Degraded", "Current": "Healthy"}
    seen = set()

    def compare(live: Object, status: Object) -> None:
        obj = json.loads(json.dumps({**live, "status": status}))
        found = argocd.health(HEALTH[obj["kind"]], obj)["status"]
        seen.add((obj["kind"], found))
        shown = "Healthy" if found == "Suspended" else found
        assert shown == same[kstatus.compute(obj)], obj["status"]

    scripts = {(TRAIN, 1): ["error"], (TRAIN, 2): ["permanent"]}
    campaign = Campaign(by_attempt(scripts, {TRAIN: "ok", INGEST: "forever"}))
    campaign.world.on_status.append(compare)
    campaign.submit_server()
    campaign.submit_job(TRAIN, "Batch")
    campaign.submit_job(INGEST, "Streaming")
    campaign.settle()
    campaign.use_version(TRAIN, 2)
    campaign.use_version(INGEST, 2)
    campaign.settle()
    campaign.edit(INGEST, lambda spec: spec.update(suspend=True))
    campaign.settle()
    for kind in (ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS):
        assert {(kind.kind, found) for found in ("Progressing", "Degraded", "Healthy")} <= seen
    assert ("AnalyticsJob", "Suspended") in seen


# -- actions -----------------------------------------------------------------------------------


def offered(kind: str, name: str) -> set[str]:
    """The actions that can be chosen."""
    found = argocd.discover(script(kind, "discovery.lua"), now()[kind, name])
    return {action for action, how in found.items() if not how.get("disabled")}


def cases(part: str) -> list[tuple[str, Any]]:
    return [
        (path.parents[1].name, case)
        for path in sorted(FOLDER.glob("*/actions/action_test.yaml"))
        for case in yaml.safe_load(path.read_text())[part]
    ]


def loaded(kind: str, path: str) -> Object:
    found: Object = yaml.safe_load((FOLDER / kind / "actions" / path).read_text())
    return found


@pytest.mark.parametrize(("kind", "case"), cases("discoveryTests"))
def test_actions_offered_for_what_is_written_down(kind: str, case: Object) -> None:
    found = argocd.discover(script(kind, "discovery.lua"), loaded(kind, case["inputPath"]))
    told = {item["name"]: {k: v for k, v in item.items() if k != "name"} for item in case["result"]}
    assert {name: {k: v for k, v in how.items() if v} for name, how in found.items()} == told


@pytest.mark.parametrize(("kind", "case"), cases("actionTests"))
def test_actions_on_what_is_written_down(kind: str, case: Object) -> None:
    source = script(kind, f"{case['action']}/action.lua")
    ((operation, obj),) = argocd.act(source, loaded(kind, case["inputPath"]), now=NOW)
    assert obj == loaded(kind, case["expectedOutputPath"])
    assert schema_errors(obj["kind"], "spec", obj["spec"]) == []
    assert operation == ("create" if case["action"] == "run" else "patch")


@pytest.mark.parametrize("kind", ["AnalyticsJob", "AnalyticsRun", "ModelServer"])
def test_every_action_has_a_test(kind: str) -> None:
    tried = {case["action"] for of, case in cases("actionTests") if of == kind}
    assert tried == {path.parent.name for path in FOLDER.glob(f"{kind}/actions/*/action.lua")}


def test_which_actions_fit_a_state() -> None:
    assert offered("AnalyticsJob", "healthy_succeeded") == {"run", "suspend"}
    assert offered("AnalyticsJob", "suspended") == {"run", "resume"}
    assert offered("AnalyticsJob", "healthy_streaming") == {"suspend"}
    assert offered("AnalyticsRun", "progressing_running") == {"cancel"}
    assert offered("AnalyticsRun", "progressing_retrying") == {"cancel"}
    assert offered("AnalyticsRun", "healthy_succeeded") == set()
    assert offered("ModelServer", "healthy_serving") == set()
    assert offered("ModelServer", "healthy_second_version") == {"rollback"}
    assert offered("ModelServer", "healthy_held") == {"follow"}


def test_a_run_that_argo_cd_makes_takes_the_spec_of_its_job_and_goes_with_it() -> None:
    job = now()["AnalyticsJob", "healthy_succeeded"]
    ((_, made),) = argocd.act(script("AnalyticsJob", "run/action.lua"), job, now=NOW)
    (owner,) = made["metadata"]["ownerReferences"]
    assert owner["uid"] == job["metadata"]["uid"]
    assert not owner.get("controller"), "the job would take it for the run of one of its versions"
    run = merged(thing("AnalyticsRun", "x", {}), made)
    plan = plan_run(observe(run, related=RunRelated(job=job)), INSTALLATION)
    assert plan.status is not None
    assert plan.status["jobSpec"] == job["spec"]
    assert plan.status["attempts"][0]["outcome"] == "Pending"


def test_the_name_of_a_run_fits_behind_the_longest_name_of_a_job() -> None:
    job = json.loads(json.dumps(now()["AnalyticsJob", "healthy_succeeded"]))
    job["metadata"]["name"] = "x" * 35
    names = set()
    for moment in (NOW, NOW + 1, NOW + 40 * 365 * 86400):
        ((_, run),) = argocd.act(script("AnalyticsJob", "run/action.lua"), job, now=moment)
        names.add(run["metadata"]["name"])
        assert len(run["metadata"]["name"]) <= 44
    assert len(names) == 3


@pytest.mark.parametrize("name", ["healthy_serving", "progressing_no_model"])
def test_without_a_version_before_there_is_nothing_to_go_back_to(name: str) -> None:
    with pytest.raises(argocd.ScriptError, match="knows of no version before"):
        argocd.act(script("ModelServer", "rollback/action.lua"), now()["ModelServer", name])


# -- the ConfigMap -----------------------------------------------------------------------------


def test_the_config_map_has_every_script_as_it_is() -> None:
    data = yaml.safe_load((FOLDER.parent / "argocd-cm.yaml").read_text())["data"]
    for kind, text in HEALTH.items():
        assert data.pop(f"resource.customizations.health.swirl.dev_{kind}") == text
    for key, value in data.items():
        kind = key.removeprefix("resource.customizations.actions.swirl.dev_")
        actions = yaml.safe_load(value)
        assert actions["discovery.lua"] == script(kind, "discovery.lua")
        names = {item["name"]: item["action.lua"] for item in actions["definitions"]}
        assert names == {
            path.parent.name: path.read_text()
            for path in FOLDER.glob(f"{kind}/actions/*/action.lua")
        }


# -- the machine itself ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "io.open('/etc/passwd')",
        "os.execute('true')",
        "require('os').getenv('HOME')",
        "string.format('%d', 1)",
        "('x'):rep(2)",
        "math.floor(1.5)",
        "require('io')",
        "debug.traceback()",
        "loadfile('/etc/passwd')",
    ],
)
def test_the_machine_that_tries_the_scripts_has_no_more_than_argo_cds(call: str) -> None:
    with pytest.raises(argocd.ScriptError):
        argocd.run(f"return {{{call}}}", {})


def test_empty_maps_and_lists_come_back_as_argo_cd_brings_them() -> None:
    ((_, obj),) = argocd.act("obj.spec.x = {} return obj", {"spec": {"map": {}, "list": []}})
    assert obj == {"spec": {"map": {}, "list": [], "x": []}}
