"""Why no node takes a Pod, in the texts of the scheduler 1.35."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.pods.reading.scheduling import read_scheduling
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, pod

PREEMPTION = " preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."


def waiting(message: str, reason: str = "Unschedulable", **spec: Any) -> Object:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": reason,
        "message": message,
        "lastTransitionTime": EARLIER,
    }
    return pod(spec=spec, status={"phase": "Pending", "conditions": [condition]})


def claims(**by_volume: str) -> list[Object]:
    return [
        {"name": volume, "persistentVolumeClaim": {"claimName": claim}}
        for volume, claim in by_volume.items()
    ]


def test_what_other_plugins_tried_in_vain_is_left_out() -> None:
    tried = "0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s)."
    found = read_scheduling(waiting(f"{tried} no new claims to deallocate,{PREEMPTION}"))
    assert found is not None
    assert found.message == f"waits for a node with room: {tried[:-1]}"


def test_no_room_is_said_with_what_was_asked_for() -> None:
    said = "0/1 nodes are available: 1 Insufficient memory." + PREEMPTION
    asks = [{"name": "scorer", "resources": {"requests": {"memory": "900Gi", "cpu": "1"}}}]
    found = read_scheduling(waiting(said, containers=asks))
    assert found is not None
    assert (found.reason, found.since) == ("Unschedulable", EARLIER)
    assert found.message == (
        "waits for a node with room: 0/1 nodes are available: 1 Insufficient memory; it asks for "
        "memory 900Gi"
    )


@pytest.mark.parametrize(
    "said",
    [
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)",
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector",
        "0/1 nodes are available: 1 Too many pods",
        "no nodes available to schedule pods",
    ],
)
def test_the_schedulers_own_counts_and_causes(said: str) -> None:
    found = read_scheduling(waiting(f"{said}.{PREEMPTION}"))
    assert found is not None
    assert (found.reason, found.message) == (
        "Unschedulable",
        f"waits for a node with room: {said}",
    )


@pytest.mark.parametrize(
    "said",
    [
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims",
        "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind",
        "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity",
        "0/1 nodes are available: 1 node(s) had no available volume zone",
        '0/1 nodes are available: persistentvolumeclaim "data" is being deleted',
    ],
)
def test_a_volume_that_is_not_bound_is_named(said: str) -> None:
    found = read_scheduling(waiting(f"{said}. not found{PREEMPTION}", volumes=claims(a="data")))
    assert found is not None
    assert found.reason == "VolumeMount"
    assert found.message.startswith(f"waits for the volume of PersistentVolumeClaim data: {said}")


def test_a_claim_that_does_not_exist() -> None:
    said = '0/1 nodes are available: persistentvolumeclaim "data" not found. not found'
    found = read_scheduling(waiting(said, volumes=claims(mine="data")))
    assert found is not None
    assert (found.reason, found.message) == (
        "VolumeMount",
        "waits for PersistentVolumeClaim data, which does not exist in namespace ads: create it",
    )


def test_swirls_own_claim_is_missing_where_nobody_prepared_the_namespace() -> None:
    said = '0/1 nodes are available: persistentvolumeclaim "swirl-artifacts" not found.'
    found = read_scheduling(waiting(said, volumes=claims(artifacts="swirl-artifacts")))
    assert found is not None
    assert "swirl-artifacts, which does not exist in namespace ads" in found.message
    assert "workloadNamespaces" in found.message


def test_a_gate_is_somebodys_to_open() -> None:
    gates = [{"name": "kueue.x-k8s.io/admission"}]
    found = read_scheduling(
        waiting(
            "Scheduling is blocked due to non-empty scheduling gates",
            "SchedulingGated",
            schedulingGates=gates,
        )
    )
    assert found is not None
    assert (found.reason, found.message) == (
        "Unschedulable",
        "is held back by the scheduling gate kueue.x-k8s.io/admission, until its owner removes it",
    )


def test_a_scheduler_that_nobody_runs() -> None:
    found = read_scheduling(pod(spec={"schedulerName": "volcano"}))
    assert found is not None
    assert found.reason is None
    assert "the scheduler volcano" in found.message


def test_a_pod_with_a_node_waits_for_none() -> None:
    assert read_scheduling(pod(spec={"nodeName": "n1"})) is None
