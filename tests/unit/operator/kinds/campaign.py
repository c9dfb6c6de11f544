"""A batch job, a stream and a server that follows the batch job, from the first apply to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.kube.resources import PODS
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.key import Key
from tests.unit.operator.kinds import invariants
from tests.unit.operator.kinds.kubelet import Node, Script
from tests.unit.operator.kinds.process import Crash, Operator, Topic
from tests.unit.operator.kinds.world import NAMESPACE, World

TRAIN, INGEST, SERVER = "train", "ingest", "sentiment"
RETRY_LIMIT = 2
_PATIENCE = 2000


def job_spec(mode: str, v: int = 1, **more: Any) -> Object:
    """A job's spec with its defaults filled in; `v` makes versions."""
    given = {
        "mode": mode,
        "image": "ads:1",
        "entryPoint": {"function": f"ads.{mode.lower()}:run"},
        "parameters": {"v": v},
        # Longer than any campaign, so that no attempt is forgiven; retry.py has tests of its own.
        "retry": {"limit": RETRY_LIMIT, "resetAfterSeconds": 86400},
        **more,
    }
    return AnalyticsJobSpec.model_validate(given).model_dump(by_alias=True, exclude_none=True)


class Campaign:
    """The world, one operator process at a time, and everybody else."""

    def __init__(self, script: Script, *, timeout_seconds: int | None = None) -> None:
        self.timeout_seconds = timeout_seconds
        """Of Batch jobs; without one a driver that hangs does so for ever."""
        self.world = World()
        invariants.guard(self.world)
        self.topic = Topic()
        self.node = Node(self.world, script)
        self.crashes = 0
        self.writes = 0
        self.at: dict[int, Callable[[], None]] = {}
        """What happens right after that write, counted over all processes."""
        self.world.on_write.append(self._wrote)
        self.operator = Operator(self.world, self.topic)

    # -- users -------------------------------------------------------------------------------

    def submit_job(self, name: str, mode: str, v: int = 1) -> None:
        more = {"timeoutSeconds": self.timeout_seconds} if mode == "Batch" else {}
        spec = job_spec(mode, v, **more)
        obj = {"kind": "AnalyticsJob", "metadata": {"name": name}, "spec": spec}
        self.world.create(ANALYTICSJOBS, obj)

    def submit_server(self) -> None:
        spec = ModelServerSpec.model_validate({"model": {"job": TRAIN}})
        body = spec.model_dump(by_alias=True, exclude_none=True)
        self.world.create(
            MODELSERVERS, {"kind": "ModelServer", "metadata": {"name": SERVER}, "spec": body}
        )

    def edit(self, name: str, change: Callable[[Object], None]) -> None:
        self.world.change(ANALYTICSJOBS, name, lambda job: change(job["spec"]))

    def use_version(self, name: str, v: int) -> None:
        self.edit(name, lambda spec: spec["parameters"].update(v=v))

    def cancel(self, run: str) -> None:
        """As `kubectl patch` does."""
        self.world.change(ANALYTICSRUNS, run, lambda run: run["spec"].update(cancel=True))

    def lose_status(self, run: str) -> None:
        """As a backup does that is restored without it."""
        self.world.lost.add(self.world.get(ANALYTICSRUNS, run)["metadata"]["uid"])
        self.world.change(
            ANALYTICSRUNS, run, lambda run: run.update(status={"observedGeneration": -1})
        )

    def is_rebuildable(self, run: Object) -> bool:
        """Whether its Pods tell all that must not be lost.

        Every driver Pod that the status knows is still there, but for those that the cluster took
        away; of these the newest has to be, since its number is not to be used again.
        """
        pods = {pod["metadata"]["uid"] for pod in self.world.list(PODS)}
        attempts = list(run["status"].get("attempts") or ())
        lost = ("DriverLost", "Evicted")
        return all(
            attempt.get("podUid", "") in {*pods, ""}
            or (attempt.get("reason") in lost and attempt is not attempts[-1])
            for attempt in attempts
        )

    # -- the operator ------------------------------------------------------------------------

    def reconcile(self, key: Key, crash_after: int | None = None) -> None:
        """One reconcile; a crash is followed by a new process with a fresh view."""
        try:
            self.operator.reconcile(key, crash_after)
        except Crash:
            self.crashes += 1
            self.restart()

    def die(self) -> None:
        """For `at`: the operator process dies."""
        raise Crash

    def _wrote(self) -> None:
        self.writes += 1
        happens = self.at.pop(self.writes, None)
        if happens is not None:
            happens()

    def restart(self) -> None:
        self.operator = Operator(self.world, self.topic)

    def keys(self) -> list[Key]:
        """Every object there is to reconcile."""
        return [
            Key(resource.kind, NAMESPACE, obj["metadata"]["name"])
            for resource in (ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS)
            for obj in self.world.list(resource)
        ]

    # -- rest --------------------------------------------------------------------------------

    def settle(self) -> None:
        """Until nothing happens any more, waking only what the runtime wakes.

        What kept anybody from anything is gone by then, of itself or by somebody's hand.
        """
        self.topic.away = False
        self.world.refuses = None
        for pod in self.world.list(PODS):
            if pod["metadata"]["uid"] in self.node.silent and pod["metadata"].get(
                "deletionTimestamp"
            ):
                self.node.stop(pod["metadata"]["name"])
        self.node.silent.clear()
        for _ in range(_PATIENCE):
            if not self._step():
                return
        raise AssertionError("the world does not come to rest")

    def work(self, steps: int) -> None:
        """So much of what there is to do, with Kafka there or away."""
        for _ in range(steps):
            self._step()

    def _step(self) -> bool:
        backlog = self.operator.backlog()
        for resource in backlog:
            self.operator.deliver(resource)
        waiting = self.operator.waiting
        if waiting:
            self.reconcile(waiting[0])
            return True
        if backlog or self.world.collect_one() or self.node.step():
            return True
        if self.operator.timers:
            due = min(self.operator.timers.values())
            self.world.advance((due - self.world.now).total_seconds())
            return True
        return False

    def check(self) -> None:
        """Everything that must hold of a world at rest."""
        for run in self.world.list(ANALYTICSRUNS):
            invariants.check_run(self.world, run, self.node.endings)
        states = {
            job["metadata"]["name"]: invariants.check_job(self.world, job)
            for job in self.world.list(ANALYTICSJOBS)
        }
        for server in self.world.list(MODELSERVERS):
            job = self.world.get(ANALYTICSJOBS, TRAIN)
            invariants.check_server(self.world, server, job, states[TRAIN])
        invariants.check_changes(self.world, self.topic)
