"""What to do next about a run: pure, one step a round.

An attempt is written into the status before its Pod is created (the intent), and a Pod that is
missing is looked for with a live read before its attempt is declared lost. Together with names
that follow from run and attempt, no crash or stale view can start two drivers for one attempt.
"""

from __future__ import annotations

from datetime import datetime

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire.reasons import OutcomeReason
from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.kinds.analyticsrun import attempts, cancel, conditions, retry
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.names import driver_name
from swirl_operator.kinds.analyticsrun.others import leftover_executors, other_driver
from swirl_operator.kinds.analyticsrun.outputs import outputs
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.kinds.analyticsrun.report import Report, progress, read, returned_stream
from swirl_operator.kinds.runs import is_orphan, job_spec_of, outcome_of
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.interface import ChildFailure, Event, Object, Observation, Plan, Ref
from swirl_operator.runtime.objects import (
    conditions_of,
    generation_of,
    is_deleting,
    name_of,
    status_of,
)
from swirl_operator.status.conditions import Conditions
from swirl_operator.status.frame import frame
from swirl_operator.status.reasons import Reason

_ENDED = ("Succeeded", "Failed")
_LOOK_AGAIN = 10.0


def plan_run(observation: Observation[RunRelated], installation: Installation) -> Plan:
    """The next step."""
    return _Round(observation, installation).plan()


class _Round:
    """One look at one run. `status` is a working copy; nothing else changes."""

    def __init__(self, observation: Observation[RunRelated], installation: Installation) -> None:
        self.observation = observation
        self.installation = installation
        self.now = observation.now
        self.run = observation.obj
        self.metadata = self.run["metadata"]
        self.before = status_of(self.run)
        self.status: Object = {
            key: value for key, value in self.before.items() if key != "observedGeneration"
        }
        self.job_spec = job_spec_of(self.run)

    def plan(self) -> Plan:
        if is_deleting(self.run):
            return Plan()
        if outcome_of(self.run) != "Running":
            return self._as_it_ended()
        if not self._attempts():
            self._rebuild()
        if self.run["spec"].get("cancel"):
            return self._cancel()
        if self.job_spec is None:
            job = self.observation.related.job
            if job is None:
                return self._written(conditions.job_missing(self.run["spec"]["job"]))
            self.job_spec = self.status["jobSpec"] = job["spec"]
        if not self._attempts():
            if is_orphan(self.run, self.observation.related.job):
                return self._written(conditions.orphaned(self.run["spec"]["job"]))
            return self._intend(1)
        current = self._attempts()[-1]
        if current["outcome"] in _ENDED:
            return self._after(current)
        return self._follow(current)

    def _as_it_ended(self) -> Plan:
        """What is asked of a run after its end changes nothing but what it was said about."""
        generation = generation_of(self.run)
        if self.before.get("observedGeneration") == generation:
            return Plan()
        said = [{**item, "observedGeneration": generation} for item in conditions_of(self.run)]
        return Plan(status={**self.before, "observedGeneration": generation, "conditions": said})

    def _rebuild(self) -> None:
        """A status that was lost is made anew from the driver Pods that are left."""
        found = attempts.from_pods(self.observation.owned(PODS))
        if not found:
            return
        self.status["attempts"] = found
        self.status["startTime"] = found[0]["intendedAt"]
        if self.job_spec is not None:
            self.status["failures"] = attempts.failures_before_last(
                found, self._parsed().retry, streaming=self._streaming()
            )

    # -- cancelling --------------------------------------------------------------------------

    def _cancel(self) -> Plan:
        last = self._attempts()[-1] if self._attempts() else None
        if last is None or last["outcome"] in _ENDED:
            return self._cancelled(last)
        pod, ref = self._pod(last), self._ref(last)
        step = cancel.decide(
            pod,
            is_absent=ref in self.observation.confirmed_absent,
            streaming=self._streaming(),
        )
        if isinstance(step, cancel.LookFor):
            return Plan(confirm_absent=(ref,))
        if pod is not None:
            last = self._looked_at(last, pod, read(pod))
        if isinstance(step, cancel.Done):
            return self._ended(last, step.report)
        if isinstance(step, cancel.Over):
            last = attempts.closed(last, step.report, rfc3339(self.now))
            self._store(last)
            return self._cancelled(last)
        self._store(last)
        delete = (self._ref(last),) if step.delete else ()
        return self._written(conditions.cancelling(last["pod"]), delete=delete)

    def _cancelled(self, last: Object | None) -> Plan:
        self.status.pop("nextAttemptTime", None)
        self.status["completionTime"] = rfc3339(self.now)
        return self._written(
            conditions.cancelled(),
            delete=self._leftovers(last) if last else (),
            events=(Event("Normal", OutcomeReason.CANCELLED, "Cancelled, as spec.cancel asks"),),
        )

    # -- the states of an attempt ------------------------------------------------------------

    def _intend(self, number: int) -> Plan:
        attempt = {
            "number": number,
            "pod": driver_name(self.metadata["name"], number),
            "intendedAt": rfc3339(self.now),
            "outcome": "Pending",
        }
        listed = [*self._attempts(), attempt]
        self.status["attempts"] = listed[-attempts.MOST_KEPT :]
        self.status.pop("nextAttemptTime", None)
        self.status.pop("progress", None)
        self.status.setdefault("startTime", rfc3339(self.now))
        forgotten = tuple(
            self._ref(old) for old in listed[: -attempts.MOST_KEPT] if "podUid" in old
        )
        return self._written(conditions.starting(number), delete=forgotten, requeue_after=0)

    def _follow(self, attempt: Object) -> Plan:
        pod = self._pod(attempt)
        if pod is None:
            return self._missing(attempt)
        report = read(pod)
        known = attempt.get("podUid") == pod["metadata"]["uid"]
        attempt = self._looked_at(attempt, pod, report)
        if report.state in _ENDED:
            return self._ended(attempt, report)
        self._store(attempt)
        events = (
            () if known else (Event("Normal", Reason.DRIVER_CREATED, f"Made Pod {attempt['pod']}"),)
        )
        return self._written(conditions.going_on(report, self._streaming(), attempt), events=events)

    def _looked_at(self, attempt: Object, pod: Object, report: Report) -> Object:
        said = progress(pod)
        if said is not None:
            self.status["progress"] = said
        return attempts.looked_at(attempt, pod, report)

    def _missing(self, attempt: Object) -> Plan:
        uid = attempt.get("podUid")
        if uid is None:
            refused = self._refusal(attempt)
            if refused is not None and refused.code == 422:
                message = f"the API server refuses the driver Pod: {refused.message}"
                report = Report("Failed", OutcomeReason.INVALID_SPEC, message, permanent=True)
                return self._ended(attempt, report)
            busy = None
            if self._streaming():
                busy = other_driver(self.metadata["name"], self.observation.related.drivers)
            if busy is not None:
                return self._written(conditions.job_busy(busy), requeue_after=_LOOK_AGAIN)
            manifest = self._manifest(attempt)
            if refused is not None:
                wanted = self._written(conditions.refused(refused.message))
                return Plan(create=(manifest,), status=wanted.status)
            return Plan(create=(manifest,), requeue_after=0)
        ref = self._ref(attempt)
        if ref not in self.observation.confirmed_absent:
            return Plan(confirm_absent=(ref,))
        lost = Report(
            "Failed", OutcomeReason.DRIVER_LOST, f"Pod {attempt['pod']} was deleted while it ran"
        )
        return self._ended(attempt, lost)

    def _ended(self, attempt: Object, report: Report) -> Plan:
        if report.state == "Succeeded" and self._streaming():
            report = returned_stream(report)
        attempt = attempts.closed(attempt, report, rfc3339(self.now))
        self._store(attempt)
        if report.state == "Succeeded":
            return self._succeeded(attempt, report)
        decision = retry.decide(
            self.status.get("failures", 0),
            attempts.failed(attempt, permanent=report.permanent),
            self._parsed().retry,
            streaming=self._streaming(),
        )
        self.status["failures"] = decision.failures
        text = f"Attempt {attempt['number']} failed: {attempt['message']}"
        leftovers = self._leftovers(attempt)
        if isinstance(decision, retry.GiveUp):
            self.status["completionTime"] = attempt["finishedAt"]
            return self._written(
                conditions.failed(attempt, decision.why),
                delete=leftovers,
                events=(
                    Event("Warning", attempt["reason"], f"{text}; not retried: {decision.why}"),
                ),
            )
        self.status["nextAttemptTime"] = rfc3339(decision.at)
        return self._written(
            conditions.waiting(attempt, self.status["nextAttemptTime"]),
            delete=leftovers,
            events=(
                Event("Warning", attempt["reason"], f"{text}; next at {rfc3339(decision.at)}"),
            ),
            requeue_after=self._seconds_until(decision.at),
        )

    def _succeeded(self, attempt: Object, report: Report) -> Plan:
        self.status["completionTime"] = attempt["finishedAt"]
        self.status["progress"] = {"percent": 100, "message": ""}
        self.status["failures"] = 0
        if report.outcome is not None:
            self.status |= outputs(report.outcome)
        return self._written(
            conditions.succeeded(report.message),
            delete=self._leftovers(attempt),
            events=(
                Event("Normal", OutcomeReason.SUCCEEDED, f"Attempt {attempt['number']} succeeded"),
            ),
        )

    def _after(self, attempt: Object) -> Plan:
        """The last attempt failed and another one is due, now or later."""
        due = from_rfc3339(self.status["nextAttemptTime"])
        leftovers = self._leftovers(attempt)
        if self.now < due:
            return Plan(delete=leftovers, requeue_after=self._seconds_until(due))
        return self._intend(attempt["number"] + 1)

    # -- readings ----------------------------------------------------------------------------

    def _attempts(self) -> list[Object]:
        return list(self.status.get("attempts") or ())

    def _parsed(self) -> AnalyticsJobSpec:
        return AnalyticsJobSpec.model_validate(self.job_spec)

    def _streaming(self) -> bool:
        return self.job_spec is not None and self.job_spec["mode"] == "Streaming"

    def _pod(self, attempt: Object) -> Object | None:
        for pod in self.observation.owned(PODS):
            if name_of(pod) == attempt["pod"]:
                return pod
        return None

    def _refusal(self, attempt: Object) -> ChildFailure | None:
        failure = self.observation.failure_of(attempt["pod"])
        return failure if failure is not None and failure.code != 0 else None

    def _ref(self, attempt: Object) -> Ref:
        return Ref(PODS, self.metadata["namespace"], attempt["pod"], attempt.get("podUid"))

    def _leftovers(self, attempt: Object) -> tuple[Ref, ...]:
        return leftover_executors(attempt["number"], self.observation.related.pods)

    def _seconds_until(self, moment: datetime) -> float:
        return float(max((moment - self.now).total_seconds(), 0.0))

    # -- writings ----------------------------------------------------------------------------

    def _manifest(self, attempt: Object) -> Object:
        spec = self._parsed()
        parameters = {**spec.parameters, **self.run["spec"].get("parameters", {})}
        return driver_pod(
            spec,
            namespace=self.metadata["namespace"],
            job=self.run["spec"]["job"],
            run=self.metadata["name"],
            uid=self.metadata["uid"],
            attempt=attempt["number"],
            parameters=parameters,
            installation=self.installation,
        )

    def _store(self, attempt: Object) -> None:
        self.status["attempts"] = [*self._attempts()[:-1], attempt]

    def _written(
        self,
        said: Conditions,
        *,
        delete: tuple[Ref, ...] = (),
        events: tuple[Event, ...] = (),
        requeue_after: float | None = None,
    ) -> Plan:
        status = self.status | frame(self.observation, said).fields
        return Plan(delete=delete, status=status, events=events, requeue_after=requeue_after)
