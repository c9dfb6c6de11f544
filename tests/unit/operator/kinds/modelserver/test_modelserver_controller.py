from __future__ import annotations

from typing import Any

from swirl.kube.resources import PODS
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.kinds.modelserver.related import ServerRelated
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
    monitor,
    observe,
    planned,
    pod,
    run,
    said,
    server,
)
from tests.unit.operator.kinds.process import INSTALLATION

CONTROLLER = ModelServerController(INSTALLATION)
KEY = Key("ModelServer", "ads", "sentiment")


def cache_with(**status: Any) -> Cache:
    cache = Cache()
    cache.put(ANALYTICSJOBS, job(status=status, metadata={"generation": 2}))
    cache.put(ANALYTICSRUNS, run("train-2"))
    cache.put(ANALYTICSRUNS, run("train-1"))
    return cache


def run_name(found: ServerRelated) -> str | None:
    return str(found.run["metadata"]["name"]) if found.run else None


def test_the_run_that_the_job_calls_its_present_one() -> None:
    cache = cache_with(observedGeneration=2, currentRun={"name": "train-2"})
    related = CONTROLLER.related(server(), cache)
    assert related.job is not None
    assert related.job["metadata"]["name"] == "train"
    assert run_name(related) == "train-2"


def test_a_status_that_lags_behind_the_spec_chooses_nothing() -> None:
    cache = cache_with(observedGeneration=1, currentRun={"name": "train-2"})
    assert run_name(CONTROLLER.related(server(), cache)) is None
    assert run_name(CONTROLLER.related(server(), cache_with(observedGeneration=2))) is None


def test_a_run_by_its_own_name() -> None:
    assert run_name(CONTROLLER.related(server({"run": "train-1"}), cache_with())) == "train-1"
    assert run_name(CONTROLLER.related(server({"run": "other"}), cache_with())) is None


def test_a_run_by_its_own_name_beside_a_job() -> None:
    cache = cache_with(observedGeneration=2, currentRun={"name": "train-2"})
    related = CONTROLLER.related(server({"job": "train", "run": "train-1"}), cache)
    assert related.job is not None
    assert run_name(related) == "train-1"


def test_pods_of_the_server_and_not_of_a_monitor_of_that_name() -> None:
    cache = Cache()
    for kind in ("ModelServer", "SwirlMonitor"):
        own = {"kind": kind, "name": "sentiment"}
        cache.put(PODS, pod(kind.lower(), labels=own, metadata={"resourceVersion": "1"}))
    cache.put(SWIRLMONITORS, monitor())
    related = CONTROLLER.related(server(), cache)
    assert [p["metadata"]["name"] for p in related.pods] == ["modelserver"]
    assert len(related.monitors) == 1


def woken(obj: Any, resource: Any, *servers: Any) -> list[Key]:
    cache = Cache()
    for found in servers or (server(),):
        cache.put(MODELSERVERS, found)
    return list(CONTROLLER.dependents(obj, resource, cache))


def test_who_follows_a_job_is_woken_by_it_and_its_runs() -> None:
    assert woken(job(), ANALYTICSJOBS) == [KEY]
    assert woken(run("train-9"), ANALYTICSRUNS) == [KEY]
    assert woken(job("other"), ANALYTICSJOBS) == []
    assert woken(run("other-1", parent="other"), ANALYTICSRUNS) == []


def test_who_serves_a_run_is_woken_by_it() -> None:
    assert woken(run("train-1"), ANALYTICSRUNS, server({"run": "train-1"})) == [KEY]
    assert woken(run("train-2"), ANALYTICSRUNS, server({"run": "train-1"})) == []


def test_who_serves_a_directory_is_not() -> None:
    assert woken(run(), ANALYTICSRUNS, server({"uri": "file:///m"})) == []


def test_pods_and_monitors_wake_their_servers() -> None:
    own = pod(labels={"kind": "ModelServer", "name": "sentiment"})
    assert woken(own, PODS) == [KEY]
    assert woken(pod(), PODS) == []
    assert woken(monitor(), SWIRLMONITORS) == [KEY]


def test_a_server_that_cannot_be_planned_says_so() -> None:
    plan = planned(lambda o: CONTROLLER.invalid(o, ValueError("no")), observe(server()))
    assert said(plan)[:2] == ("False", "InvalidSpec")
