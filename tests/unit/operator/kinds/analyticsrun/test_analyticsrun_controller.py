from __future__ import annotations

import pytest

from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.key import Key
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, going
from tests.unit.operator.kinds.observed import (
    EARLIER,
    job,
    observe,
    planned,
    pod,
    run,
    said,
    terminated,
)
from tests.unit.operator.kinds.process import INSTALLATION

CONTROLLER = AnalyticsRunController(INSTALLATION)


def test_related_are_the_job_and_every_pod_of_the_run() -> None:
    cache = Cache()
    executor = pod("exec-1", labels={"role": "executor"})
    for resource, obj in (
        (ANALYTICSJOBS, job()),
        (ANALYTICSJOBS, job("other")),
        (PODS, pod()),
        (PODS, executor),
        (PODS, pod("train-2-1", labels={"run": "train-2"})),
    ):
        cache.put(resource, {**obj, "metadata": {"resourceVersion": "1", **obj["metadata"]}})
    related = CONTROLLER.related(run(), cache)
    assert related.job is not None
    assert related.job["metadata"]["name"] == "train"
    assert [p["metadata"]["name"] for p in related.pods] == ["exec-1", "train-1-1"]
    drivers = [p["metadata"]["name"] for p in related.drivers]
    assert drivers == ["exec-1", "train-1-1", "train-2-1"]
    assert CONTROLLER.related(run(), Cache()).job is None


def test_a_job_wakes_the_runs_that_have_not_begun() -> None:
    cache = Cache()
    for obj in (
        run("waits"),
        run("began", status={"attempts": [{"number": 1}]}),
        run("runs", status={"attempts": [{"number": 1, "startedAt": EARLIER}]}),
        run("of-another", parent="other"),
    ):
        cache.put(ANALYTICSRUNS, obj)
    settled = job(metadata={"generation": 2}, status={"observedGeneration": 2})
    edited = job(metadata={"generation": 3}, status={"observedGeneration": 2})
    waits, began = (Key("AnalyticsRun", "ads", name) for name in ("waits", "began"))
    assert list(CONTROLLER.dependents(settled, ANALYTICSJOBS, cache)) == [waits]
    assert set(CONTROLLER.dependents(edited, ANALYTICSJOBS, cache)) == {waits, began}
    assert list(CONTROLLER.dependents(pod(), PODS, cache)) == []


def test_a_run_that_cannot_be_planned_has_failed() -> None:
    broken = run(status={"jobSpec": {"mode": "Batch", "retry": {"limit": "many"}}})
    plan = planned(
        lambda observation: CONTROLLER.invalid(observation, ValueError("no")), observe(broken)
    )
    assert said(plan, "Succeeded")[:2] == ("False", "InvalidSpec")
    assert said(plan)[0] == "False"
    assert plan.status is not None
    assert plan.status["completionTime"] == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    ("error", "pods"),
    [(ValueError("no"), [pod(status=RUNNING)]), (KeyError("reason"), [])],
)
def test_a_run_is_not_over_while_a_driver_works_or_for_a_fault_of_ours(
    error: Exception, pods: list[Object]
) -> None:
    """Nobody would look after that driver, and the next version would wait for its end for ever."""
    plan = planned(
        lambda o: CONTROLLER.invalid(o, error), observe(going(), children={"pods": pods})
    )
    assert said(plan, "Succeeded")[:2] == ("Unknown", "InvalidSpec" if pods else "PlatformError")
    assert said(plan)[0] == "False"
    assert said(plan, "Stalled")[0] == "True"
    assert plan.status is not None
    assert "completionTime" not in plan.status


def test_a_run_is_over_once_its_driver_is() -> None:
    ended = pod(status=terminated(0))
    plan = planned(
        lambda o: CONTROLLER.invalid(o, ValueError("no")),
        observe(going(), children={"pods": [ended]}),
    )
    assert said(plan, "Succeeded")[0] == "False"
