from __future__ import annotations

from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.key import Key
from tests.unit.operator.kinds.observed import (
    job,
    merged,
    monitor,
    observe,
    planned,
    pod,
    run,
    said,
    server,
)

CONTROLLER = AnalyticsJobController()


def test_related_are_pods_of_all_its_runs_the_monitors_and_the_servers() -> None:
    cache = Cache()
    for name, parent in (("train-2-1", "train"), ("train-1-1", "train"), ("x-1", "other")):
        obj = pod(name, labels={"job": parent}, metadata={"resourceVersion": "1"})
        cache.put(PODS, obj)
    cache.put(SWIRLMONITORS, monitor())
    cache.put(MODELSERVERS, server())
    cache.put(SWIRLMONITORS, merged(monitor(), {"metadata": {"namespace": "x", "uid": "y"}}))
    related = CONTROLLER.related(job(), cache)
    assert [p["metadata"]["name"] for p in related.drivers] == ["train-1-1", "train-2-1"]
    assert [m["metadata"]["namespace"] for m in related.monitors] == ["ads"]
    assert [s["metadata"]["name"] for s in related.servers] == ["sentiment"]


def test_a_pod_wakes_the_job_that_may_wait_for_it() -> None:
    wakes = CONTROLLER.dependents
    assert list(wakes(pod(), PODS, Cache())) == [Key("AnalyticsJob", "ads", "train")]
    bare = pod()
    bare["metadata"].pop("labels")
    assert list(wakes(bare, PODS, Cache())) == []


def test_a_pod_that_starts_or_runs_wakes_nobody_and_one_that_ends_or_goes_does() -> None:
    def wakes(**state: object) -> bool:
        cache, found = Cache(), pod(metadata={"resourceVersion": "1"})
        found["status"] = {"phase": state.get("phase", "Running")}
        if state.get("deleting"):
            found["metadata"]["deletionTimestamp"] = "2026-01-31T12:00:00Z"
        if not state.get("gone"):
            cache.put(PODS, found)
        return bool(list(CONTROLLER.dependents(found, PODS, cache)))

    assert not wakes(phase="Pending")
    assert not wakes(phase="Running")
    assert wakes(phase="Succeeded")
    assert wakes(phase="Failed")
    assert wakes(deleting=True)
    assert wakes(gone=True)


def test_a_monitor_wakes_the_jobs_it_names() -> None:
    found = list(CONTROLLER.dependents(monitor(), SWIRLMONITORS, Cache()))
    assert found == [Key("AnalyticsJob", "ads", "ingest")]


def test_a_server_wakes_the_job_whose_runs_it_may_have_done_with() -> None:
    wakes = CONTROLLER.dependents
    assert list(wakes(server(), MODELSERVERS, Cache())) == [Key("AnalyticsJob", "ads", "train")]
    assert list(wakes(server({"run": "x"}), MODELSERVERS, Cache())) == []


def test_nothing_else_wakes_a_job() -> None:
    assert list(CONTROLLER.dependents(run(), ANALYTICSRUNS, Cache())) == []
    assert list(CONTROLLER.dependents(job(), ANALYTICSJOBS, Cache())) == []


def test_a_job_that_cannot_be_planned_says_so() -> None:
    plan = planned(lambda o: CONTROLLER.invalid(o, ValueError("no")), observe(job()))
    assert said(plan)[:2] == ("False", "InvalidSpec")
