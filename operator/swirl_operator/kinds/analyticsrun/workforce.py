"""Whether a driver that runs has the executors it wants, and if not, why. Pure.

Those that exist are seen. That any are wanted, and why none can be made, the driver says in an
annotation (`swirl.wire.executors`); one that says nothing and has none uses no Spark, once it had
time to start it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from swirl.wire import labels
from swirl.wire.executors import Executors
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsrun import refused
from swirl_operator.kinds.analyticsrun.sparkconf import EXECUTOR_CONTAINER
from swirl_operator.pods.roles import EXECUTOR, has_role
from swirl_operator.pods.state import read_state
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import annotations_of, is_deleting, labels_of, name_of
from swirl_operator.status.reasons import AnyReason

SETTLES = timedelta(seconds=10)
"""Within this a driver has said whether it wants executors, or wants none."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """The executors of a running driver.

    Attributes:
        runs: how many.
        wanted: how many there should be at least.
        reason: why there are fewer; None if nothing is wrong, they only start.
        message: that, as a clause; empty without a reason.
    """

    runs: int
    wanted: int
    reason: AnyReason | None = None
    message: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether the driver can work: one executor does, where any is wanted."""
        return self.runs > 0 or self.wanted == 0

    @property
    def sentence(self) -> str:
        """How many run, and what keeps the others."""
        many = "executor runs" if self.wanted == 1 else "executors run"
        return f"{self.runs} of {self.wanted} {many}" + (
            f": {self.message}" if self.message else ""
        )


def workforce(
    driver: Object,
    pods: Sequence[Object],
    *,
    attempt: int,
    events: Mapping[str, Sequence[Object]] = MappingProxyType({}),
) -> Workforce:
    """Read it off the Pods of the run.

    Args:
        driver: the Pod of the driver, which runs.
        pods: of the run, executors among them.
        attempt: whose executors count.
        events: about Pods, by uid, where they were read.
    """
    own = [
        (pod, read_state(pod, EXECUTOR_CONTAINER, events=events.get(pod["metadata"]["uid"], ())))
        for pod in executors(pods, attempt=attempt)
    ]
    living = [(pod, state) for pod, state in own if state.state in ("Pending", "Running")]
    runs = sum(state.ready for _, state in living)
    said = Executors.read(annotations_of(driver).get(labels.EXECUTORS))
    wanted = max(len(living), 0 if said is None else said.wanted)
    if runs >= wanted:
        return Workforce(runs, wanted)
    for pod, state in living:
        if state.reason is not None:
            return Workforce(runs, wanted, state.reason, f"{name_of(pod)} {state.message}")
    if said is not None and said.refused:
        return Workforce(runs, wanted, *refused.of_executors(said.refused))
    return Workforce(runs, wanted)


def executors(pods: Sequence[Object], *, attempt: int) -> list[Object]:
    """Those of the attempt that nobody has asked to go."""
    return [
        pod
        for pod in pods
        if has_role(pod, EXECUTOR)
        and labels_of(pod).get(labels.ATTEMPT) == str(attempt)
        and not is_deleting(pod)
    ]


def settles_in(driver: Object, started_at: str | None, now: datetime) -> float:
    """Seconds until a driver that says nothing of executors may be taken to want none."""
    if started_at is None or annotations_of(driver).get(labels.EXECUTORS) is not None:
        return 0.0
    return max((from_rfc3339(started_at) + SETTLES - now).total_seconds(), 0.0)
