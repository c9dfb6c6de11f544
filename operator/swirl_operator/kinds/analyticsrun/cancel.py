"""How a run is cancelled: the one place that decides it.

    kubectl patch arun NAME --type=merge -p '{"spec":{"cancel":true}}'

The driver's Pod is deleted, so the driver has its grace period to stop, and it is waited for: a run
that has ended has no driver. Then the run ends with the reason `Cancelled` and is not retried. This
holds at any moment: before the first attempt, between two, while a Pod starts. A driver that was
done before it could be stopped has succeeded, and so has its run. The job of a cancelled run does
not start it again; `kubectl delete arun NAME` asks for that, a change of the job's spec makes
another run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.analyticsrun.report import Report, read
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import is_deleting

_ENDED = ("Succeeded", "Failed")
_STOPPED = Report("Failed", OutcomeReason.CANCELLED, "stopped, as spec.cancel asks")


@dataclass(frozen=True, slots=True)
class LookFor:
    """The attempt's Pod is not seen; whether there is one has to be read from the cluster."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The driver may still work: delete its Pod, if nobody did, and wait until it is gone."""

    delete: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The driver has succeeded meanwhile."""

    report: Report


@dataclass(frozen=True, slots=True)
class Over:
    """The run ends as cancelled; `report` is its last attempt's end."""

    report: Report


def decide(pod: Object | None, *, is_absent: bool, streaming: bool) -> LookFor | Stop | Done | Over:
    """What is next for an attempt that is to be cancelled and has not ended yet.

    Args:
        pod: of the attempt, as far as it is seen.
        is_absent: whether a live read found no such Pod.
        streaming: whether it has no end of its own: a stream that returns was stopped.
    """
    if pod is None:
        return Over(_STOPPED) if is_absent else LookFor()
    report = read(pod)
    if report.state == "Succeeded" and not streaming:
        return Done(report)
    if report.state not in _ENDED:
        return Stop(delete=not is_deleting(pod))
    if report.state == "Failed" and not is_deleting(pod):
        return Over(report)
    # What a driver says that was told to stop is not why it ended.
    return Over(replace(_STOPPED, finished_at=report.finished_at))
