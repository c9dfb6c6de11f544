"""No sequence of events, delays and crashes starts a second driver, or ends otherwise than without.

Hypothesis plays everybody: users, the kubelet, Kafka, the watches, and whoever kills the operator.
What must always hold is checked where it could break (see invariants.py): at every creation of a
Pod, at every write of a status. In the end everything is let come to rest, and must then be what
the endings of the Pods ask for, however often the operator died on the way.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from swirl.kube.errors import ApiError, Forbidden, Invalid
from swirl.kube.resources import DEPLOYMENTS, PODS
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.runtime.interface import Object, Ref
from tests.support.soak import chosen
from tests.unit.operator.kinds.campaign import INGEST, TRAIN, Campaign
from tests.unit.operator.kinds.invariants import succeeded
from tests.unit.operator.kinds.kubelet import by_attempt
from tests.unit.operator.kinds.world import NAMESPACE, is_live, label

JOBS = st.sampled_from((TRAIN, INGEST))
VERSIONS = st.integers(1, 3)
ENDING = st.sampled_from(("error", "oom", "evicted", "error", "ok", "permanent", "hangs"))
QUOTA = 'pods "x" is forbidden: exceeded quota: x, requested: pods=1, used: pods=1, limited: pods=1'
POLICY = "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'x' denied request: no"
REFUSAL = st.sampled_from(
    (None, Forbidden(403, "Forbidden", QUOTA), Invalid(422, "Invalid", POLICY))
)
SCRIPTS = st.dictionaries(st.tuples(JOBS, VERSIONS), st.lists(ENDING, max_size=4), max_size=6)
CRASH = st.none() | st.integers(1, 4)


class Cluster(RuleBasedStateMachine):
    """One campaign; every rule is one thing that somebody does."""

    campaign: Campaign

    @initialize(scripts=SCRIPTS)
    def begin(self, scripts: dict[tuple[str, int], list[str]]) -> None:
        script = by_attempt(scripts, {TRAIN: "ok", INGEST: "forever"})
        self.campaign = Campaign(script, timeout_seconds=900)
        self.campaign.submit_job(TRAIN, "Batch")
        self.campaign.submit_job(INGEST, "Streaming")
        self.campaign.submit_server()

    # -- the operator ------------------------------------------------------------------------

    @precondition(lambda self: self.campaign.operator.waiting)
    @rule(picks=st.lists(st.integers(0, 7), min_size=1, max_size=12), crash_after=CRASH)
    def work(self, picks: list[int], crash_after: int | None) -> None:
        """Several turns in a row, in any order; the last one may be the process's very last."""
        for turn, pick in enumerate(picks, start=1):
            waiting = self.campaign.operator.waiting
            if waiting:
                key = waiting[pick % len(waiting)]
                self.campaign.reconcile(key, crash_after if turn == len(picks) else None)

    @rule(pick=st.integers(0, 7), crash_after=CRASH)
    def work_unasked(self, pick: int, crash_after: int | None) -> None:
        """A reconcile that nothing called for must not do harm either."""
        keys = self.campaign.keys()
        self.campaign.reconcile(keys[pick % len(keys)], crash_after)

    @precondition(lambda self: self.campaign.operator.backlog())
    @rule(pick=st.none() | st.integers(0, 4), most=st.integers(1, 4))
    def deliver(self, pick: int | None, most: int) -> None:
        """All there is, or something of one watch: they are not in step with each other."""
        backlog = self.campaign.operator.backlog()
        if pick is not None:
            self.campaign.operator.deliver(backlog[pick % len(backlog)], most)
            return
        for resource in backlog:
            self.campaign.operator.deliver(resource)

    @rule()
    def restart(self) -> None:
        """A new leader."""
        self.campaign.restart()

    @rule(away=st.booleans())
    def kafka(self, away: bool) -> None:
        self.campaign.topic.away = away

    # -- the cluster -------------------------------------------------------------------------

    @precondition(lambda self: self._acts())
    @rule(pick=st.integers(0, 7))
    def kubelet(self, pick: int) -> None:
        """A container starts, ends as the script says, or stops because its Pod was deleted."""
        acts = self._acts()
        act, name = acts[pick % len(acts)]
        act(name)

    @precondition(lambda self: self._recorded())
    @rule(pick=st.integers(0, 3), evicted=st.booleans())
    def lose_pod(self, pick: int, evicted: bool) -> None:
        """Evicted, or deleted from outside and gone at once.

        Only a Pod whose uid is in the status: before that, a Pod that is gone cannot be told from
        one that was never made, and the same name is created again. Two Pods then, one after the
        other, never both at once.
        """
        names = self._recorded()
        name = names[pick % len(names)]
        if evicted:
            self.campaign.node.end(name, "evicted")
        else:
            self.campaign.node.stop(name)

    @precondition(lambda self: self._recorded())
    @rule(pick=st.integers(0, 3), silent=st.booleans())
    def delete_pod(self, pick: int, silent: bool) -> None:
        """As a drain does: the driver has its grace period. On a silent node it has it for ever."""
        names = self._recorded()
        name = names[pick % len(names)]
        if silent:
            self.campaign.node.silent.add(self.campaign.world.get(PODS, name)["metadata"]["uid"])
        self.campaign.world.delete(Ref(PODS, NAMESPACE, name))

    @rule(refusal=REFUSAL)
    def admit(self, refusal: ApiError | None) -> None:
        """A quota is full, a policy comes, and both go again."""
        self.campaign.world.refuses = refusal

    @rule(steps=st.integers(1, 3))
    def collect_garbage(self, steps: int) -> None:
        for _ in range(steps):
            self.campaign.world.collect_one()

    @precondition(lambda self: self.campaign.world.list(DEPLOYMENTS))
    @rule()
    def roll(self) -> None:
        for deployment in self.campaign.world.list(DEPLOYMENTS):
            self.campaign.node.roll(deployment["metadata"]["name"])

    @rule(seconds=st.integers(1, 400))
    def wait(self, seconds: int) -> None:
        self.campaign.world.advance(seconds)

    # -- users -------------------------------------------------------------------------------

    @rule(job=JOBS, v=VERSIONS)
    def change_version(self, job: str, v: int) -> None:
        self.campaign.use_version(job, v)

    @rule(job=JOBS, suspend=st.booleans())
    def suspend(self, job: str, suspend: bool) -> None:
        self.campaign.edit(job, lambda spec: spec.update(suspend=suspend))

    @precondition(lambda self: self.campaign.world.list(ANALYTICSRUNS))
    @rule(pick=st.integers(0, 5))
    def delete_run(self, pick: int) -> None:
        runs = self.campaign.world.list(ANALYTICSRUNS)
        self.campaign.world.remove(ANALYTICSRUNS, name_of(runs[pick % len(runs)]))

    @precondition(lambda self: self.campaign.world.list(ANALYTICSRUNS))
    @rule(pick=st.integers(0, 5))
    def cancel_run(self, pick: int) -> None:
        runs = self.campaign.world.list(ANALYTICSRUNS)
        self.campaign.cancel(name_of(runs[pick % len(runs)]))

    @precondition(lambda self: self._rebuildable())
    @rule(pick=st.integers(0, 5))
    def lose_status(self, pick: int) -> None:
        """Only while every driver is still there: of one that is gone, the status alone told."""
        names = self._rebuildable()
        self.campaign.lose_status(names[pick % len(names)])

    # -- the end -----------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "campaign"):
            return
        self.campaign.settle()
        self.campaign.check()
        assert len(self.campaign.world.list(ANALYTICSJOBS)) == 2

    def _acts(self) -> list[tuple[Callable[[str], None], str]]:
        node = self.campaign.node
        return [
            *((node.start, name) for name in node.startable()),
            *((node.end, name) for name in node.endable()),
            *((node.stop, name) for name in node.stoppable()),
        ]

    def _rebuildable(self) -> list[str]:
        return [
            name_of(run)
            for run in self.campaign.world.list(ANALYTICSRUNS)
            if self.campaign.is_rebuildable(run)
        ]

    def _recorded(self) -> list[str]:
        """Live driver Pods that their run's status knows by uid."""
        known = {
            attempt.get("podUid")
            for run in self.campaign.world.list(ANALYTICSRUNS)
            if succeeded(run) == "Unknown"
            for attempt in run["status"].get("attempts") or ()
        }
        return [
            name_of(pod)
            for pod in self.campaign.world.list(PODS)
            if is_live(pod) and label(pod, "role") == "driver" and pod["metadata"]["uid"] in known
        ]


def name_of(obj: Object) -> str:
    return str(obj["metadata"]["name"])


@pytest.mark.soak
def test_no_second_driver() -> None:
    """`make soak` searches for longer, with other seeds each time."""
    run_state_machine_as_test(
        Cluster,
        settings=settings(
            max_examples=chosen(80, 2000),
            stateful_step_count=50,
            derandomize=chosen(True, False),
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
