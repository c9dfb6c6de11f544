"""What runs the Pods and Deployments of the world: the kubelet and the Deployment controller.

How each attempt ends is written in a script, so that a campaign with crashes can be compared with
what the same endings must lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swirl.kube.resources import DEPLOYMENTS, PODS
from swirl.wire.containers import DriverEnvironment
from swirl.wire.outcome import ModelRef, Outcome
from swirl.wire.run import RunSpec
from swirl.wire.times import rfc3339
from swirl_operator.runtime.interface import Object
from tests.support.environ import environ_of
from tests.unit.operator.kinds.world import World, is_live, label

Script = Callable[[Object], str]


def run_of(pod: Object) -> RunSpec:
    """What the driver is told to do."""
    return DriverEnvironment.read(environ_of(pod, {})).run


def by_attempt(scripts: Mapping[tuple[str, int], Sequence[str]], last: Mapping[str, str]) -> Script:
    """The ending of each attempt, by job and by the parameter `v`, which tells versions apart.

    `forever` is no ending: the container runs until it is told to stop.
    """

    def script(pod: Object) -> str:
        told = run_of(pod)
        endings = scripts.get((told.job, told.parameters["v"]), ())
        number = told.attempt
        return endings[number - 1] if number <= len(endings) else last[told.job]

    return script


class Node:
    """The one node, and the Deployment controller. Each step is a choice of the caller."""

    def __init__(self, world: World, script: Script) -> None:
        self.world = world
        self.script = script
        self.endings: dict[str, str] = {}
        """By uid of the Pod: how it really ended."""
        self.silent: set[str] = set()
        """Uids of Pods on nodes that do not answer: nothing happens to them."""

    def startable(self) -> list[str]:
        return [
            pod["metadata"]["name"]
            for pod in self._live()
            if pod["status"]["phase"] == "Pending" and not pod["metadata"].get("deletionTimestamp")
        ]

    def endable(self) -> list[str]:
        return [
            pod["metadata"]["name"]
            for pod in self._live()
            if pod["status"]["phase"] == "Running"
            and (self.script(pod) not in ("forever", "hangs") or _is_cut_short(pod))
        ]

    def stoppable(self) -> list[str]:
        """Pods that were told to go."""
        return [
            pod["metadata"]["name"]
            for pod in self.world.list(PODS)
            if pod["metadata"].get("deletionTimestamp")
            and pod["metadata"]["uid"] not in self.silent
        ]

    def start(self, name: str) -> None:
        def started(pod: Object) -> None:
            running = {"running": {"startedAt": rfc3339(self.world.now)}}
            pod["status"] = {"phase": "Running", "containerStatuses": [_driver(running)]}

        self.world.change(PODS, name, started)

    def end(self, name: str, ending: str | None = None) -> None:
        """The container ends as the script says, or as it is told here."""
        pod = self.world.get(PODS, name)
        how = ending or ("deadline" if _is_cut_short(pod) else self.script(pod))
        told_to_stop = pod["metadata"].get("deletionTimestamp") and how != "ok"
        self.endings[pod["metadata"]["uid"]] = "deleted" if told_to_stop else how
        self.world.change(PODS, name, lambda pod: pod.update(status=self._ended(pod, how)))

    def stop(self, name: str) -> None:
        """The grace period of a deleted Pod is over."""
        uid = self.world.get(PODS, name)["metadata"]["uid"]
        self.endings.setdefault(uid, "deleted")
        self.world.remove(PODS, name)

    def roll(self, name: str) -> bool:
        """One step of the Deployment controller; False when nothing is left to do."""
        deployment = self.world.get(DEPLOYMENTS, name)
        wanted, generation = deployment["spec"]["replicas"], deployment["metadata"]["generation"]
        status = deployment.get("status") or {}
        if status.get("observedGeneration") != generation:
            old = status.get("replicas", 0)
            begun = {"observedGeneration": generation, "replicas": old + 1, "updatedReplicas": 1}
            begun |= {"readyReplicas": old, "availableReplicas": old}
        else:
            begun = {"observedGeneration": generation, "updatedReplicas": wanted}
            begun |= dict.fromkeys(("replicas", "readyReplicas", "availableReplicas"), wanted)
        self.world.change(DEPLOYMENTS, name, lambda found: found.update(status=begun))
        return begun != status

    def step(self) -> bool:
        """The next thing that happens by itself; False when all is quiet."""
        for names, act in (
            (self.stoppable(), self.stop),
            (self.startable(), self.start),
            (self.endable(), self.end),
        ):
            if names:
                act(names[0])
                return True
        return any(self.roll(d["metadata"]["name"]) for d in self.world.list(DEPLOYMENTS))

    def _live(self) -> list[Object]:
        return [
            pod
            for pod in self.world.list(PODS)
            if is_live(pod) and pod["metadata"]["uid"] not in self.silent
        ]

    def _ended(self, pod: Object, how: str) -> Object:
        if how == "evicted":
            return {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory"}
        if how == "deadline":
            return {"phase": "Failed", "reason": "DeadlineExceeded", "message": "too long"}
        told = run_of(pod)
        code = {"ok": 0, "error": 1, "permanent": 2, "oom": 137}[how]
        terminated: Object = {"exitCode": code, "finishedAt": rfc3339(self.world.now)}
        containers = pod["status"].get("containerStatuses")
        if containers:
            terminated["startedAt"] = containers[0]["state"]["running"]["startedAt"]
        if how == "oom":
            terminated["reason"] = "OOMKilled"
        else:
            terminated["message"] = _outcome(told, code).to_bytes().decode()
        phase = "Succeeded" if code == 0 else "Failed"
        return {"phase": phase, "containerStatuses": [_driver({"terminated": terminated})]}


def _is_cut_short(pod: Object) -> bool:
    return bool(pod["spec"].get("activeDeadlineSeconds") == 1)


def model_of(run: str, attempt: int) -> Object:
    """What the driver of that attempt publishes."""
    uri = f"file:///var/lib/swirl/artifacts/models/ads/train/{run}-{attempt}/sentiment"
    return {"name": "sentiment", "uri": uri, "digest": f"sha256:{run}-{attempt}"}


def _outcome(told: RunSpec, code: int) -> Outcome:
    if code == 0:
        return Outcome(
            "Succeeded",
            "Completed",
            "The function returned.",
            models=[ModelRef(**model_of(told.name, told.attempt))],
            metrics={"accuracy": "0.71"},
        )
    reason = "InvalidParameters" if code == 2 else "DriverFailed"
    return Outcome("Failed", reason, "as the script says")


def _driver(state: Object) -> Object:
    return {"name": "driver", "ready": "running" in state, "state": state}


def attempt_of(pod: Object) -> tuple[Any, int]:
    """Uid of the run and number of the attempt."""
    return pod["metadata"]["ownerReferences"][0]["uid"], int(label(pod, "attempt"))
