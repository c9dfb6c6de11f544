"""What a run's conditions say in each of its states.

`Succeeded` is the run's own question; `Ready` answers it in the words that tools wait for. A
Streaming run never succeeds, so it is Ready while its driver runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.analyticsrun.report import Report
from swirl_operator.kinds.analyticsrun.workforce import Workforce
from swirl_operator.runtime.interface import Object
from swirl_operator.status.conditions import Condition, Conditions, ready, reconciling, stalled
from swirl_operator.status.reasons import AnyReason, Reason, known

_LOG = " Its log: kubectl logs "


def _undecided(reason: AnyReason, message: str) -> Conditions:
    return (
        Condition("Succeeded", "Unknown", reason, message),
        *reconciling(reason, message),
    )


def job_missing(job: str) -> Conditions:
    """The job does not exist, or not yet."""
    return _undecided(
        Reason.JOB_NOT_FOUND,
        f"AnalyticsJob {job} does not exist in this namespace; the run starts when it is created.",
    )


def orphaned(job: str) -> Conditions:
    """The run did not begin, and the job that made it is gone or another one."""
    return _undecided(
        Reason.ORPHANED,
        f"The AnalyticsJob {job} that made this run is gone; the run does not start, and "
        "Kubernetes deletes it. To run it all the same, create an AnalyticsRun of your own.",
    )


def cancelling(pod: str, stuck: str | None = None) -> Conditions:
    """The run is cancelled and its driver stops; `stuck` says why it is not gone yet."""
    asked = "Cancelled, as spec.cancel asks; Pod"
    if stuck is not None:
        return _undecided(Reason.TERMINATING, f"{asked} {pod} {stuck}.")
    return _undecided(Reason.CANCELLING, f"{asked} {pod} stops.")


def cancelled() -> Conditions:
    """The run was cancelled, and nothing of it runs any more."""
    message = "Cancelled, as spec.cancel asks; it is not run again."
    return (
        Condition("Succeeded", "False", OutcomeReason.CANCELLED, message),
        *stalled(OutcomeReason.CANCELLED, message),
    )


def starting(attempt: int) -> Conditions:
    """The intent is written, the Pod comes next."""
    return _undecided(Reason.DRIVER_STARTING, f"Attempt {attempt} starts.")


def job_busy(pod: str) -> Conditions:
    """Another run of the stream still has a driver."""
    return _undecided(
        Reason.WAITING_FOR_OTHER_RUN,
        f"Pod {pod} of another run still works on this stream; two would fight over one "
        "checkpoint, so the run starts when it is gone.",
    )


def refused(reason: OutcomeReason, what: str, detail: str) -> Conditions:
    """The API server does not take a Pod of the attempt, for a reason that may pass."""
    message = f"{what[0].upper()}{what[1:]} cannot be created: {detail}. Tried again until it can."
    return _undecided(reason, message)


def name_clash(detail: str) -> Conditions:
    """Somebody else's Pod has the name of the driver's."""
    message = f"The driver Pod cannot be created: {detail}"
    return (
        Condition("Succeeded", "Unknown", Reason.NAME_CLASH, message),
        *stalled(Reason.NAME_CLASH, message),
    )


def left_behind(detail: str) -> Conditions:
    """The Pod of a former run of the name is still there, and as a rule goes by itself."""
    message = f"The driver Pod cannot be created yet: {detail}. The run begins when it is gone."
    return _undecided(Reason.CHILD_REFUSED, message)


def wrong_defaults(detail: str) -> Conditions:
    """The installation's own settings are wrong, and no run is."""
    message = f"No Pod can be made: {detail}. Goes on when the chart's values are corrected."
    return (
        Condition("Succeeded", "Unknown", OutcomeReason.PLATFORM_ERROR, message),
        *stalled(OutcomeReason.PLATFORM_ERROR, message),
    )


def misplaced(detail: str) -> Conditions:
    """What says where the Pods go is wrong; corrected in the job, it is no other version."""
    message = f"The Pods cannot be placed as asked: {detail}. Goes on when it is corrected."
    return (
        Condition("Succeeded", "Unknown", OutcomeReason.INVALID_SPEC, message),
        *stalled(OutcomeReason.INVALID_SPEC, message),
    )


def suspended(last: Object | None) -> Conditions:
    """The run's job is suspended, and nothing of the run is under way."""
    if last is None:
        return _undecided(Reason.SUSPENDED, "The job is suspended; the run starts when it is not.")
    return _undecided(
        Reason.SUSPENDED,
        f"The job is suspended; attempt {last['number']} failed ({last['reason']}: "
        f"{last['message']}), and the next one starts when it is not.",
    )


def stopping(attempt: Object, reason: OutcomeReason, report: Report | None = None) -> Conditions:
    """It is decided how the attempt ends, and its Pod still exists.

    No other driver is started while it does: whoever cannot see a node cannot know that nothing
    runs there.
    """
    ends = f"Attempt {attempt['number']} ends: {attempt['message']}"
    if report is not None and report.reason in (Reason.NODE_NOT_READY, Reason.TERMINATING):
        message = (
            f"{ends}. {report.message}. Until Pod {attempt['pod']} is gone nothing is started."
        )
        return _undecided(report.reason, message)
    return _undecided(reason, f"{ends}; Pod {attempt['pod']} stops.")


def going_on(report: Report, attempt: Object) -> Conditions:
    """The driver starts, or runs and is not what it should be."""
    return _undecided(report.reason, f"{report.message} (Pod {attempt['pod']})")


def working(attempt: Object, executors: Workforce, *, streaming: bool, settled: bool) -> Conditions:
    """The driver runs: a stream is ready if it has what it needs for its work.

    Args:
        attempt: the driver's.
        executors: that it has and wants.
        streaming: whether the run is a stream.
        settled: whether it is known what executors it wants.
    """
    pod, reason = attempt["pod"], executors.reason
    short = f"; {executors.sentence}" if reason is not None else ""
    if not streaming:
        return _undecided(reason or Reason.DRIVER_RUNNING, f"The driver runs in Pod {pod}{short}.")
    if not executors.is_enough:
        message = f"The driver runs in Pod {pod}; {executors.sentence}."
        return _undecided(reason or Reason.EXECUTORS_STARTING, message)
    if not settled:
        return _undecided(Reason.DRIVER_RUNNING, f"The driver runs in Pod {pod}, since a moment.")
    message = f"The stream runs in Pod {pod}{short}."
    return (
        Condition("Succeeded", "Unknown", Reason.DRIVER_RUNNING, message),
        *ready(Reason.DRIVER_RUNNING, message),
    )


def waiting(attempt: Object, until: str) -> Conditions:
    """An attempt failed, another one follows."""
    return _undecided(
        Reason.BACKING_OFF,
        f"Attempt {attempt['number']} failed ({attempt['reason']}: {attempt['message']}); "
        f"the next one starts at {until}.",
    )


def succeeded(message: str) -> Conditions:
    """The function returned."""
    return (
        Condition("Succeeded", "True", OutcomeReason.SUCCEEDED, message),
        *ready(OutcomeReason.SUCCEEDED, message),
    )


def never_begun(reason: OutcomeReason, why: str) -> Conditions:
    """The run cannot be carried out, and nothing of it was tried."""
    message = f"Not started: {why}."
    return (Condition("Succeeded", "False", reason, message), *stalled(reason, message))


def failed(attempt: Object, why: str, *, has_log: bool) -> Conditions:
    """The run is over and did not succeed; `has_log` while its driver's Pod exists."""
    message = f"Attempt {attempt['number']} failed: {attempt['message']}; not retried: {why}."
    if has_log:
        message = f"{message}{_LOG}{attempt['pod']}"
    reason = known(attempt["reason"]) or OutcomeReason.DRIVER_FAILED
    return (Condition("Succeeded", "False", reason, message), *stalled(reason, message))


def without_log(said: Sequence[Object]) -> list[Object]:
    """Conditions of a run that failed, once the Pod is gone whose log they spoke of."""
    return [{**item, "message": item["message"].partition(_LOG)[0]} for item in said]
