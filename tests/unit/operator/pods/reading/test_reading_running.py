"""Why a Pod is of no use although its container runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from swirl_operator.pods.reading.running import overdue, read_running
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, NOW, pod

SINCE = "2026-01-31T11:30:00Z"


def running(*conditions: Object, ready: bool = True, **more: Any) -> Object:
    """A driver Pod on node n1, whose container runs since eleven."""
    own = {"name": "driver", "ready": ready, "state": {"running": {"startedAt": EARLIER}}}
    status = {"phase": "Running", "containerStatuses": [own], "conditions": list(conditions)}
    return pod(spec={"nodeName": "n1"}, status=status, **more)


def said(kind: str, status: str, reason: str = "", message: str = "") -> Object:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": SINCE,
    }


def read(made: Object, *events: Object, now: Any = None) -> tuple[str | None, str] | None:
    status = made["status"]["containerStatuses"][0]
    found = read_running(made, status, events, now)
    return None if found is None else (found.reason, found.message)


def test_one_that_is_well() -> None:
    assert read(running()) is None
    assert read(running(said("Ready", "True"), said("ContainersReady", "True"))) is None


def test_a_node_that_does_not_answer() -> None:
    """Its controller takes `Ready` from the Pod, and leaves what kubelet said last."""
    found = read(running(said("Ready", "False"), said("ContainersReady", "True")))
    assert found == (
        "NodeNotReady",
        f"runs on node n1, which does not answer since {SINCE}; if it does not come back, delete "
        "the node (kubectl delete node n1), or the Pod (kubectl delete pod train-1-1 --force "
        "--grace-period=0)",
    )


def test_a_readiness_gate_is_not_the_node() -> None:
    gates = said("Ready", "False", "ReadinessGatesNotReady", "the status of pod readiness gate")
    found = read(running(gates, said("ContainersReady", "True")))
    assert found == (
        "ProbeFailed",
        "runs, and its readiness gates are not met: the status of pod readiness gate",
    )


def test_another_container_that_is_not_ready() -> None:
    made = running(said("Ready", "False", "ContainersNotReady"), said("ContainersReady", "False"))
    made["status"]["containerStatuses"].append({"name": "istio-proxy", "ready": False})
    assert read(made) == ("ProbeFailed", "runs, and beside it istio-proxy is not ready")


def test_one_that_does_not_answer_yet() -> None:
    assert read(running(ready=False)) == (
        None,
        f"runs since {EARLIER} and does not answer its probe yet",
    )


def test_one_that_does_not_answer_its_probe() -> None:
    unhealthy = {
        "reason": "Unhealthy",
        "note": "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "regarding": {"fieldPath": "spec.containers{driver}"},
    }
    assert read(running(ready=False), unhealthy) == (
        "ProbeFailed",
        "runs and does not answer its readiness probe: HTTP probe failed with statuscode: 503",
    )


DELETED: Object = {"deletionTimestamp": SINCE, "deletionGracePeriodSeconds": 30}


def test_one_that_is_deleted_says_since_when_and_by_whom() -> None:
    drained = {**said("DisruptionTarget", "True", "EvictionByEvictionAPI")}
    assert read(running(metadata=DELETED)) == (
        "Terminating",
        "is Terminating since 2026-01-31T11:29:30Z",
    )
    assert read(running(drained, metadata=DELETED)) == (
        "Terminating",
        "is Terminating since 2026-01-31T11:29:30Z: it was evicted: its node is drained, or "
        "somebody asked for it",
    )


def test_one_that_is_deleted_and_never_gone() -> None:
    made = running(metadata=DELETED)
    assert not overdue(running(), NOW)
    assert not overdue(made, NOW - timedelta(minutes=30))
    assert overdue(made, NOW)
    assert read(made, now=NOW) == (
        "Terminating",
        "is Terminating since 2026-01-31T11:29:30Z and should be gone since "
        f"{SINCE}: node n1 does not answer, or cannot end it. If the node is gone for good, delete "
        "it (kubectl delete node n1) or the Pod (kubectl delete pod train-1-1 --force "
        "--grace-period=0)",
    )


def test_one_that_is_deleted_on_a_node_that_does_not_answer() -> None:
    lost = (said("Ready", "False"), said("ContainersReady", "True"))
    found = read(running(*lost, metadata=DELETED), now=NOW)
    assert found is not None
    assert found[0] == "NodeNotReady"
    assert found[1].startswith(f"is Terminating on node n1, which does not answer since {SINCE}; ")
