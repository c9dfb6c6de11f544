"""What a monitor says of its engine's mishaps, and of what it cannot see."""

from __future__ import annotations

from functools import partial
from typing import Any

from swirl.kube.resources import PODS
from swirl_operator.kinds.resources import ANALYTICSJOBS, MODELSERVERS, SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.kinds.swirlmonitor.plan import plan_monitor
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import Object, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.status.overdue import PATIENCE
from tests.unit.operator.kinds.observed import (
    NOW,
    after,
    container,
    given,
    job,
    merged,
    monitor,
    observe,
    planned,
    pod,
    said,
)
from tests.unit.operator.kinds.process import INSTALLATION

PLANNER = partial(plan_monitor, installation=INSTALLATION)
DOWN: Object = {"availableReplicas": 0, "readyReplicas": 0}


def look(obj: Object, live: Object | None = None, now: Any = NOW, **related: Any) -> Plan:
    observation = observe(
        obj,
        children={"deployments": [live] if live else []},
        related=MonitorRelated(**related),
        now=now,
    )
    return planned(PLANNER, observation)


def deployed(obj: Object, status: Object | None = None) -> Object:
    return given(look(obj).apply[0], obj, SWIRLMONITORS, status)


def engine(live: Object, state: Object, **status: Any) -> Object:
    made = pod("engine", status=container(state, "monitor"))
    made["status"]["containerStatuses"][0].update(status)
    return {**made, "metadata": {**made["metadata"], **live["spec"]["template"]["metadata"]}}


# -- Kafka that does not answer --------------------------------------------------------------------

AWAY = "Kafka at no-such-broker.example:9092 cannot be reached: the name is not known."


def test_kafka_that_cannot_be_reached_is_said_and_is_false_after_two_minutes() -> None:
    obj = monitor(status={"trouble": AWAY})
    live = deployed(obj, DOWN)
    runs = engine(live, {"running": {"startedAt": "2026-01-31T11:59:55Z"}}, ready=False)
    plan = look(obj, live, pods=[runs])
    assert said(plan) == (
        "Unknown",
        "KafkaUnavailable",
        f"The analysis runs and reads nothing: {AWAY}",
    )
    assert plan.status is not None
    assert "trouble" not in plan.status, "the engine's field; writing it would take it over"
    late = merged(obj, {"status": plan.status})
    recent = engine(live, {"running": {"startedAt": "2026-01-31T12:01:55Z"}}, ready=False)
    status, reason, message = said(look(late, live, NOW + PATIENCE, pods=[recent]))
    assert (status, reason) == ("False", "KafkaUnavailable")
    assert "no-such-broker.example:9092" in message


def test_what_an_engine_said_that_does_not_run_any_more_is_old() -> None:
    obj = monitor(status={"trouble": AWAY})
    live = deployed(obj, DOWN)
    ended = engine(live, {"terminated": {"exitCode": 1, "message": "KeyError: 'x'"}})
    assert said(look(obj, live, pods=[ended]))[1:] == (
        "EngineFailed",
        "The analysis does not run: KeyError: 'x'.",
    )
    assert said(look(obj, deployed(obj)))[:2] == ("True", "Watching")


# -- what it cannot see ----------------------------------------------------------------------------


def blind(unheard: list[str], since: str | None) -> Object:
    verdict: Object = {
        "state": "Blind",
        "summary": "No points of rows",
        "message": "No point has come since 12:00:00 UTC of rows at ingest (of rwos).",
        "unheard": unheard,
    }
    if since is not None:
        verdict["since"] = since
    return monitor(status={"verdict": verdict})


def test_a_metric_that_nobody_emits_is_named_and_the_pipeline_not_called_healthy() -> None:
    obj = blind(["rows"], None)
    plan = look(obj, deployed(obj))
    assert said(plan, "Healthy")[:2] == ("Unknown", "MetricsMissing")
    assert "rows at ingest (of rwos)" in said(plan, "Healthy")[2]


def test_a_node_whose_resource_does_not_exist_is_named() -> None:
    obj = monitor()
    plan = look(obj, deployed(obj), missing=["ingest"])
    status, reason, message = said(plan)
    assert (status, reason) == ("True", "NodeNotFound")
    assert "nodes[ingest].ref: AnalyticsJob ingest does not exist" in message
    assert "classify" not in message
    assert said(look(after(obj, plan), deployed(obj)))[1] == "Watching"


def test_which_nodes_have_no_resource_is_read_from_the_cache() -> None:
    cache, controller = Cache(), SwirlMonitorController(INSTALLATION)
    assert controller.related(monitor(), cache).missing == ("ingest", "classify")
    cache.put(ANALYTICSJOBS, job("ingest"))
    assert controller.related(monitor(), cache).missing == ("classify",)


def test_what_comes_or_goes_wakes_the_monitors_that_watch_it() -> None:
    cache, controller = Cache(), SwirlMonitorController(INSTALLATION)
    cache.put(SWIRLMONITORS, monitor())
    woken = [Key("SwirlMonitor", "ads", "ads")]
    assert list(controller.dependents(job("ingest"), ANALYTICSJOBS, cache)) == woken
    assert list(controller.dependents(job("other"), ANALYTICSJOBS, cache)) == []
    assert list(controller.dependents(job("ingest"), MODELSERVERS, cache)) == []
    assert list(controller.dependents(pod(), PODS, cache)) == []


# -- its Pod ---------------------------------------------------------------------------------------


def test_a_namespace_that_nobody_prepared() -> None:
    obj = monitor()
    refusal = {
        "type": "ReplicaFailure",
        "status": "True",
        "message": 'pods "ads-monitor-" is forbidden: error looking up service account '
        'x-bare/swirl-monitor: serviceaccount "swirl-monitor" not found',
    }
    live = deployed(obj, {**DOWN, "replicas": 0, "conditions": [refusal]})
    status, reason, message = said(look(obj, live))
    assert (status, reason) == ("Unknown", "AdmissionRefused")
    assert "ServiceAccount swirl-monitor does not exist in namespace x-bare" in message
    assert "workloadNamespaces" in message


def test_an_engine_in_a_restart_loop_is_not_ready_while_it_runs_for_a_moment() -> None:
    obj = monitor()
    live = deployed(obj)
    runs = engine(
        live,
        {"running": {"startedAt": "2026-01-31T11:59:50Z"}},
        ready=True,
        restartCount=6,
        lastState={"terminated": {"exitCode": 1, "message": "MemoryError"}},
    )
    assert said(look(obj, live, pods=[runs])) == (
        "False",
        "EngineFailed",
        "The analysis does not run: MemoryError.",
    )
