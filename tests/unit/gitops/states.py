"""States of all kinds as the operator writes them, for Argo CD's scripts to be tried on.

`python -m tests.unit.gitops.states` writes them anew to `integrations/argocd`, in the shape that
Argo CD's own repository has: run it when statuses say other things than before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from swirl.kube.resources import Resource
from swirl_operator.kinds.analyticsjob.plan import plan_job
from swirl_operator.kinds.analyticsjob.related import JobRelated
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.kinds.swirlmonitor.plan import plan_monitor
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.campaign import INGEST, SERVER, TRAIN, Campaign
from tests.unit.operator.kinds.kubelet import by_attempt
from tests.unit.operator.kinds.observed import after, condition, given, merged, monitor, observe
from tests.unit.operator.kinds.process import INSTALLATION

FOLDER = Path(__file__).parents[3] / "integrations" / "argocd" / "swirl.dev"
VERDICT: Object = {
    "state": "Broken",
    "summary": "Deployed bug in ML code",
    "node": "classify",
    "target": {"kind": "ModelServer", "name": SERVER, "namespace": "ads"},
    "since": "2026-01-31T11:58:00Z",
    "message": "Deployed bug in ML code at classify: positive_ratio 0.126, normally 0.549-1.",
}


def states() -> Iterator[tuple[str, Object]]:
    """Pairs of a name, which says what health it is of, and an object of any kind."""
    yield from _batch()
    yield from _retrying()
    yield from _streaming()
    yield from _serving()
    yield from _watching()


def _batch() -> Iterator[tuple[str, Object]]:
    campaign = Campaign(by_attempt({(TRAIN, 2): ["permanent"]}, {TRAIN: "ok"}))
    world = campaign.world
    campaign.submit_job(TRAIN, "Batch")
    yield "progressing_new", world.get(ANALYTICSJOBS, TRAIN)
    campaign.settle()
    yield "healthy_succeeded", world.get(ANALYTICSJOBS, TRAIN)
    yield "healthy_succeeded", world.list(ANALYTICSRUNS)[0]
    campaign.use_version(TRAIN, 2)
    yield (
        "progressing_changed",
        merged(world.get(ANALYTICSJOBS, TRAIN), {"metadata": {"generation": 2}}),
    )
    campaign.settle()
    yield "degraded_failed", world.get(ANALYTICSJOBS, TRAIN)
    yield (
        "degraded_failed",
        next(
            run
            for run in world.list(ANALYTICSRUNS)
            if run["spec"]["jobSpec"]["parameters"]["v"] == 2
        ),
    )
    campaign.edit(TRAIN, lambda spec: spec.update(suspend=True))
    campaign.settle()
    yield "suspended", world.get(ANALYTICSJOBS, TRAIN)


def _retrying() -> Iterator[tuple[str, Object]]:
    campaign = Campaign(by_attempt({(TRAIN, 1): ["error"]}, {TRAIN: "forever"}))
    campaign.submit_server()
    campaign.submit_job(TRAIN, "Batch")
    _until(campaign, ANALYTICSRUNS, "BackingOff")
    run = campaign.world.list(ANALYTICSRUNS)[0]
    yield "progressing_retrying", run
    # Step by step: at rest it would have run for longer than it may.
    _until(campaign, ANALYTICSRUNS, "DriverRunning")
    _until(campaign, ANALYTICSJOBS, "DriverRunning")
    _until(campaign, MODELSERVERS, "RunNotFinished")
    yield "progressing_running", campaign.world.get(ANALYTICSJOBS, TRAIN)
    yield "progressing_running", campaign.world.list(ANALYTICSRUNS)[0]
    yield "progressing_no_model", campaign.world.get(MODELSERVERS, SERVER)
    campaign.cancel(run["metadata"]["name"])
    campaign.settle()
    yield "degraded_cancelled", campaign.world.list(ANALYTICSRUNS)[0]
    yield "degraded_cancelled", campaign.world.get(ANALYTICSJOBS, TRAIN)


def _streaming() -> Iterator[tuple[str, Object]]:
    campaign = Campaign(by_attempt({}, {INGEST: "forever"}))
    campaign.submit_job(INGEST, "Streaming")
    campaign.settle()
    job = campaign.world.get(ANALYTICSJOBS, INGEST)
    run = campaign.world.list(ANALYTICSRUNS)[0]
    yield "healthy_streaming", job
    yield "healthy_streaming", run
    blaming = monitor(
        status={
            "verdict": VERDICT
            | {"node": "ingest", "target": {"kind": "AnalyticsJob", "name": INGEST}},
            "conditions": [condition("Ready", "True")],
        }
    )
    plan = plan_job(
        observe(
            job,
            children={"analyticsruns": [run]},
            related=JobRelated(monitors=[blaming]),
            now=campaign.world.now,
        )
    )
    yield "healthy_blamed", after(job, plan)


def _serving() -> Iterator[tuple[str, Object]]:
    campaign = Campaign(by_attempt({(TRAIN, 3): ["permanent"]}, {TRAIN: "ok"}))
    world = campaign.world
    campaign.submit_server()
    campaign.submit_job(TRAIN, "Batch")
    _until(campaign, MODELSERVERS, "RollingOut")
    yield "progressing_rolling_out", world.get(MODELSERVERS, SERVER)
    campaign.settle()
    yield "healthy_serving", world.get(MODELSERVERS, SERVER)
    campaign.use_version(TRAIN, 2)
    campaign.settle()
    yield "healthy_second_version", world.get(MODELSERVERS, SERVER)
    before = world.get(MODELSERVERS, SERVER)["status"]["change"]["from"]
    world.change(MODELSERVERS, SERVER, lambda server: server["spec"]["model"].update(run=before))
    campaign.settle()
    yield "healthy_held", world.get(MODELSERVERS, SERVER)
    world.change(MODELSERVERS, SERVER, lambda server: server["spec"]["model"].pop("run"))
    campaign.use_version(TRAIN, 3)
    campaign.settle()
    yield "degraded_old_version", world.get(MODELSERVERS, SERVER)


def _watching() -> Iterator[tuple[str, Object]]:
    new = monitor()
    yield "progressing_new", new
    yield "progressing_starting", _looked_at(new)
    yield "degraded_no_kafka", _looked_at(new, here=replace(INSTALLATION, kafka=None))
    manifest = plan_monitor(observe(new, related=MonitorRelated()), INSTALLATION).apply[0]
    live = given(manifest, new, SWIRLMONITORS)
    yield "healthy_watching", _looked_at(new, live)
    broken = _looked_at(merged(new, {"status": {"verdict": VERDICT}}), live)
    yield "healthy_broken", merged(broken, {"status": {"verdict": VERDICT}})


def _looked_at(obj: Object, *deployments: Object, here: Installation = INSTALLATION) -> Object:
    seen = observe(obj, children={"deployments": deployments}, related=MonitorRelated())
    return after(obj, plan_monitor(seen, here))


def _until(campaign: Campaign, resource: Resource, reason: str) -> None:
    """Step by step until an object of that sort is Ready=Unknown for the reason."""
    for _ in range(500):
        for obj in campaign.world.list(resource):
            for item in (obj.get("status") or {}).get("conditions") or ():
                if item["type"] == "Ready" and item["reason"] == reason:
                    return
        campaign.work(1)
    raise AssertionError(f"nothing is ever {reason}")


def expected(name: str, obj: Object) -> Object:
    """The health that the name of a state says, with the message that its conditions make."""
    said = {item["type"]: item for item in (obj["status"].get("conditions") or ())}
    if obj["status"]["observedGeneration"] == -1:
        message = "Waiting for the operator's first look"
    elif obj["status"]["observedGeneration"] != obj["metadata"]["generation"]:
        message = "Waiting for the operator to look at the changed spec"
    else:
        message = said["Ready"]["message"]
        if said.get("Healthy", {}).get("status") == "False":
            monitors = obj["kind"] == "SwirlMonitor"
            lead = "What it says of the pipeline" if monitors else "Its output is not right"
            message = f"{message} {lead}: {said['Healthy']['message']}"
    return {"status": name.partition("_")[0].capitalize(), "message": message}


def tidy(obj: Object) -> Object:
    """As a cluster would show it, without what a reader of the file has no use for."""
    plain: Object = json.loads(json.dumps(obj))
    plain["metadata"].pop("managedFields", None)
    return {"apiVersion": "swirl.dev/v1alpha1", **plain}


def write() -> None:
    """Write all files."""
    tests: dict[str, list[Object]] = {}
    for name, obj in states():
        path = FOLDER / obj["kind"] / "testdata" / f"{name}.yaml"
        path.write_text(_yaml(tidy(obj)))
        tests.setdefault(obj["kind"], []).append(
            {"healthStatus": expected(name, obj), "inputPath": f"testdata/{name}.yaml"}
        )
    for kind, items in tests.items():
        (FOLDER / kind / "health_test.yaml").write_text(_yaml({"tests": items}))
    _write_actions()


def _write_actions() -> None:
    """What the actions make of some of the states; their names are in each action_test.yaml."""
    known = {(obj["kind"], name): tidy(obj) for name, obj in states()}
    job, suspended = known["AnalyticsJob", "healthy_succeeded"], known["AnalyticsJob", "suspended"]
    served, held = (
        known["ModelServer", "healthy_second_version"],
        known["ModelServer", "healthy_held"],
    )
    before = served["status"]["change"]["from"]
    run = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "AnalyticsRun",
        "metadata": {
            # 2026-01-31T12:00:00Z in base 36.
            "name": f"{job['metadata']['name']}-t9q9c0",
            "namespace": "ads",
            "ownerReferences": [
                {
                    "apiVersion": "swirl.dev/v1alpha1",
                    "kind": "AnalyticsJob",
                    "name": job["metadata"]["name"],
                    "uid": job["metadata"]["uid"],
                }
            ],
        },
        "spec": {"job": job["metadata"]["name"]},
    }
    for kind, name, obj in (
        ("AnalyticsJob", "run", run),
        ("AnalyticsJob", "suspended", merged(job, {"spec": {"suspend": True}})),
        ("AnalyticsJob", "resumed", merged(suspended, {"spec": {"suspend": False}})),
        (
            "AnalyticsRun",
            "cancelled",
            merged(known["AnalyticsRun", "progressing_running"], {"spec": {"cancel": True}}),
        ),
        ("ModelServer", "rolled_back", merged(served, {"spec": {"model": {"run": before}}})),
        ("ModelServer", "following", merged(held, {"spec": {"model": {"run": None}}})),
    ):
        (FOLDER / kind / "actions" / "testdata" / f"{name}.yaml").write_text(_yaml(obj))
    path = FOLDER / "ModelServer" / "actions" / "action_test.yaml"
    tests = yaml.safe_load(path.read_text())
    tests["discoveryTests"][1]["result"][0]["displayName"] = f"Hold at {before} (not in Git)"
    path.write_text(_yaml(tests))


def _yaml(value: Object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    write()
