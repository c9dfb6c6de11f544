"""What a server says of everyday mishaps, now and after two minutes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from swirl_operator.kinds.modelserver.plan import plan_server
from swirl_operator.kinds.modelserver.related import ServerRelated
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.runtime.interface import Object, Plan
from swirl_operator.status.overdue import PATIENCE
from tests.support import kstatus
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    after,
    container,
    given,
    merged,
    observe,
    planned,
    pod,
    said,
    server,
)
from tests.unit.operator.kinds.process import INSTALLATION

PLANNER = partial(plan_server, installation=INSTALLATION)
URI = "file:///var/lib/swirl/artifacts/x-none"
LATER = NOW + PATIENCE


class Server:
    """A server of a model at a URI, its Deployment and its Pods, from round to round."""

    def __init__(self, **spec: Any) -> None:
        self.obj = server({"uri": URI}, spec=spec)
        self.live: list[Object] = []
        self.pods: list[Object] = []
        self.events: dict[str, list[Object]] = {}
        self.look()
        (deployment, *_) = self.look().apply
        self.live = [given(deployment, self.obj, MODELSERVERS, {"availableReplicas": 0})]
        self.live[0]["status"]["readyReplicas"] = 0

    def look(self, now: datetime = NOW) -> Plan:
        """One round; what is said is stored."""
        related = ServerRelated(job=None, run=None, pods=self.pods)
        observation = observe(
            self.obj, children={"deployments": self.live}, related=related, now=now
        )
        plan = planned(PLANNER, replace(observation, events=self.events))
        if plan.status is not None:
            self.obj = after(self.obj, plan)
        return plan

    def has(self, **status: Any) -> Object:
        """The Deployment's status from now on."""
        self.live[0]["status"] |= status
        return self.live[0]

    def with_pod(self, status: Object, **more: Any) -> Object:
        """A Pod of the Deployment."""
        made = pod("x-1", status=status, **more)
        template = self.live[0]["spec"]["template"]
        metadata = {**made["metadata"], "labels": template["metadata"]["labels"]}
        self.pods = [{**made, "metadata": metadata, "spec": {**template["spec"], **made["spec"]}}]
        return self.pods[0]


def waits(reason: str, message: str) -> Object:
    return container({"waiting": {"reason": reason, "message": message}}, "scorer")


def unscheduled(message: str) -> Object:
    condition = {"type": "PodScheduled", "status": "False", "message": message}
    return {"phase": "Pending", "conditions": [condition]}


def refused(message: str) -> Object:
    return {"type": "ReplicaFailure", "status": "True", "message": message}


def test_an_image_that_does_not_exist() -> None:
    found = Server(runtime={"image": "swirl/no-such-scorer:1"})
    found.with_pod(waits("ErrImagePull", "docker.io/swirl/no-such-scorer:1: not found"))
    assert said(found.look()) == (
        "Unknown",
        "ImagePull",
        "Rolls out uri-44b9b33d: 0 of 1 ready; Pod x-1 does not start: image "
        "swirl/no-such-scorer:1 cannot be pulled: the registry has no such image or tag: correct "
        "the name, or push it (docker.io/swirl/no-such-scorer:1: not found).",
    )
    found.with_pod(
        waits(
            "ImagePullBackOff",
            'Back-off pulling image "swirl/no-such-scorer:1": ErrImagePull: '
            "docker.io/swirl/no-such-scorer:1: not found",
        )
    )
    before = found.obj["status"]
    assert found.look().status == before, "trying and backing off are one state"
    status, reason, message = said(found.look(LATER))
    assert (status, reason) == ("False", "ImagePull")
    assert message.endswith("Not ready since 2026-01-31T12:00:00Z.")
    assert kstatus.compute(found.obj) == "Failed"


def test_no_room() -> None:
    found = Server(resources={"requests": {"memory": "900Gi"}})
    found.with_pod(
        unscheduled(
            "0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: "
            "1 Preemption is not helpful for scheduling."
        )
    )
    status, reason, message = said(found.look())
    assert (status, reason) == ("Unknown", "Unschedulable")
    assert "1 Insufficient memory; it asks for memory 900Gi." in message
    assert said(found.look(LATER))[:2] == ("False", "Unschedulable")


def test_a_name_that_is_no_image_is_failed_at_once() -> None:
    found = Server(runtime={"image": "Team/Ads:1.4"})
    found.with_pod(waits("InvalidImageName", "must be lowercase"))
    status, reason, message = said(found.look())
    assert (status, reason) == ("False", "InvalidSpec")
    assert '"Team/Ads:1.4" is not a valid image name' in message


@pytest.mark.parametrize(
    ("refusal", "reason", "words"),
    [
        (
            "error looking up service account x-bare/swirl-scorer: serviceaccount "
            '"swirl-scorer" not found',
            "AdmissionRefused",
            "ServiceAccount swirl-scorer does not exist in namespace x-bare: the namespace is not "
            "prepared for Swirl; add it to the chart's workloadNamespaces",
        ),
        (
            "exceeded quota: x-quota, requested: pods=1, used: pods=2, limited: pods=2",
            "QuotaExceeded",
            "exceeded quota: x-quota",
        ),
        (
            "failed quota: x-limits: must specify limits.cpu for: scorer",
            "QuotaExceeded",
            "set spec.resources.limits.cpu, or give the namespace a LimitRange",
        ),
    ],
)
def test_pods_that_are_not_let_in(refusal: str, reason: str, words: str) -> None:
    found = Server()
    message = f'pods "sentiment-6d5f4-" is forbidden: {refusal}'
    found.has(replicas=0, updatedReplicas=0, conditions=[refused(message)])
    assert said(found.look())[:2] == ("Unknown", reason)
    status, told, message = said(found.look(LATER))
    assert (status, told) == ("False", reason)
    assert words in message


def test_a_volume_that_only_events_tell_of() -> None:
    """The planner asks for the Events, and says what they say."""
    found = Server()
    placed = {"type": "PodScheduled", "status": "True", "lastTransitionTime": EARLIER}
    made = found.with_pod({"phase": "Pending", "conditions": [placed]}, spec={"nodeName": "n1"})
    asked = found.look()
    assert [ref.uid for ref in asked.read_events] == [made["metadata"]["uid"]]
    note = 'MountVolume.SetUp failed for volume "data" : mount failed: no route to host'
    found.events = {made["metadata"]["uid"]: [{"reason": "FailedMount", "note": note}]}
    plan = found.look()
    assert said(plan)[1] == "VolumeMount"
    assert "Pod x-1 waits for its volume data: mount failed: no route to host." in said(plan)[2]
    assert plan.requeue_after == 15, "Events wake nobody"


def test_never_a_count_alone() -> None:
    found = Server()
    found.has(replicas=0, updatedReplicas=0)
    assert said(found.look())[2].endswith("0 of 1 ready; its Pods are not made yet.")
    found.with_pod({"phase": "Pending"})
    assert "was not looked at by the scheduler yet" in said(found.look())[2]


@pytest.mark.parametrize(
    ("replicas", "status", "message"),
    [
        (
            1,
            {"replicas": 2, "readyReplicas": 2, "availableReplicas": 2},
            "1 of 1 ready; Pods of before are still there.",
        ),
        (
            1,
            {"replicas": 1, "readyReplicas": 0, "availableReplicas": 0},
            "0 of 1 ready; its Deployment does not count them yet.",
        ),
        (
            2,
            {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
            "1 of 2 ready; its other Pods are not made yet.",
        ),
    ],
)
def test_pods_that_are_there_are_not_said_to_be_missing(
    replicas: int, status: Object, message: str
) -> None:
    found = Server(replicas=replicas)
    up = [{"type": kind, "status": "True"} for kind in ("ContainersReady", "Ready")]
    runs = container({"running": {"startedAt": EARLIER}}, "scorer", conditions=up)
    runs["containerStatuses"][0]["ready"] = True
    found.with_pod(runs, spec={"nodeName": "n1"})
    found.has(**status, updatedReplicas=1)
    assert message in said(found.look())[2]


# -- a server that was Ready ---------------------------------------------------------------------


def serving(replicas: int = 1) -> Server:
    """All is well: the wanted version is served, and everybody knows."""
    found = Server(replicas=replicas)
    progress = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
    found.has(
        availableReplicas=replicas, readyReplicas=replicas, conditions=[progress], replicas=replicas
    )
    up = [{"type": kind, "status": "True"} for kind in ("ContainersReady", "Ready")]
    status = container({"running": {"startedAt": EARLIER}}, "scorer", conditions=up)
    status["containerStatuses"][0]["ready"] = True
    found.with_pod(status, spec={"nodeName": "n1"})
    for _ in range(6):
        found.look()
    assert said(found.look())[0] == "True"
    assert "notReadySince" not in found.obj["status"]
    return found


def test_a_node_that_dies_takes_a_replica_and_says_so() -> None:
    found = serving()
    lost = [
        {"type": "ContainersReady", "status": "True"},
        {"type": "Ready", "status": "False", "lastTransitionTime": EARLIER},
    ]
    found.pods = [merged(found.pods[0], {"status": {"conditions": lost}})]
    found.has(availableReplicas=0, readyReplicas=0)
    status, reason, message = said(found.look())
    assert (status, reason) == ("Unknown", "NodeNotReady")
    assert "Pod x-1 runs on node n1, which does not answer since" in message
    assert said(found.look(), "Available")[:2] == ("False", "NodeNotReady")
    assert said(found.look(LATER))[:2] == ("False", "NodeNotReady")


def test_some_replicas_down_are_missed_and_the_server_is_not_down() -> None:
    found = serving(replicas=2)
    found.pods = []
    found.has(availableReplicas=1, readyReplicas=1, replicas=1, updatedReplicas=1)
    status, reason, message = said(found.look())
    assert (status, reason) == ("Unknown", "ReplicasMissing")
    assert "is not served by every replica: 1 of 2 ready; its Pods are not made yet." in message
    assert said(found.look(), "Available") == ("True", "Serving", "1 replica answers.")
    assert said(found.look(LATER))[0] == "False"


def test_time_counts_on_when_the_operator_is_restarted_and_ends_when_all_is_well() -> None:
    found = serving()
    found.pods = []
    found.has(availableReplicas=0, readyReplicas=0)
    plan = found.look()
    assert plan.status is not None
    assert plan.status["notReadySince"] == "2026-01-31T12:00:00Z"
    half = found.look(NOW + timedelta(seconds=60))
    assert half.status is not None
    assert half.status["notReadySince"] == "2026-01-31T12:00:00Z"
    assert said(found.look(LATER))[0] == "False"
    found.has(availableReplicas=1, readyReplicas=1)
    assert said(found.look(LATER))[0] == "True"
    assert "notReadySince" not in found.obj["status"]


def test_a_new_version_that_does_not_come_leaves_the_old_one_available() -> None:
    found = serving()
    spec = {"runtime": {"image": "other:2"}}
    found.obj = merged(found.obj, {"spec": spec, "metadata": {"generation": 2}})
    found.look()
    (deployment, *_) = found.look().apply
    found.live = [given(deployment, found.obj, MODELSERVERS, {"replicas": 2})]
    found.has(availableReplicas=1, readyReplicas=1)
    old = found.pods[0]
    new = found.with_pod(waits("ErrImagePull", "docker.io/other:2: not found"))
    found.pods = [old, new]
    status, reason, message = said(found.look(LATER + PATIENCE))
    assert (status, reason) == ("False", "ImagePull")
    assert "0 of 1 ready; Pod x-1 does not start: image other:2 cannot be pulled" in message
    assert "uri-44b9b33d is still served by 1 replica." in message
    assert said(found.look(), "Available")[0] == "True"


def test_a_scorer_that_keeps_ending_is_not_ready_between_two_ends() -> None:
    found = serving()
    ended = {"terminated": {"exitCode": 139, "finishedAt": "2026-01-31T11:59:40Z"}}
    status = found.pods[0]["status"]
    again = {
        **status["containerStatuses"][0],
        "state": {"running": {"startedAt": "2026-01-31T11:59:50Z"}},
        "lastState": ended,
        "restartCount": 4,
    }
    found.pods = [{**found.pods[0], "status": {**status, "containerStatuses": [again]}}]
    status, reason, message = said(found.look())
    assert (status, reason) == ("False", "RestartLoop")
    assert "was started again 4 times; the last time it was killed by signal 11" in message
    assert said(found.look(NOW + timedelta(seconds=60)))[0] == "True"


def test_a_job_that_does_not_exist_is_waited_for_and_not_for_ever() -> None:
    obj = server({"job": "trian"})
    related = ServerRelated(job=None, run=None)
    plan = planned(PLANNER, observe(obj, related=related))
    assert said(plan)[:2] == ("Unknown", "JobNotFound")
    assert plan.requeue_after == PATIENCE.total_seconds()
    late = planned(PLANNER, observe(after(obj, plan), related=related, now=LATER))
    assert said(late)[:2] == ("False", "JobNotFound")


def test_no_replicas_asked_for_are_no_trouble() -> None:
    found = Server(replicas=0)
    found.has(replicas=0, updatedReplicas=0)
    plan = found.look()
    assert said(plan)[0] == "True"
    assert said(plan, "Available")[:2] == ("False", "ReplicasMissing")
