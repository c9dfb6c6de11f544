"""What to do next about a run: pure, one step a round.

An attempt is written into the status before its Pod is created (the intent), and a Pod that is
missing is looked for with a live read before its attempt is declared lost. Together with names
that follow from run and attempt, no crash or stale view can start two drivers for one attempt.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire import labels
from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.kinds.analyticsrun import conditions, retry
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.names import driver_name
from swirl_operator.kinds.analyticsrun.outputs import outputs
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.kinds.analyticsrun.report import Report, progress, read
from swirl_operator.kinds.runs import outcome_of, spec_hash
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.roles import DRIVER, EXECUTOR, has_role
from swirl_operator.runtime.interface import ChildFailure, Event, Object, Observation, Plan, Ref
from swirl_operator.runtime.objects import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)
from swirl_operator.status.conditions import Conditions
from swirl_operator.status.frame import frame
from swirl_operator.status.reasons import Reason

_KEPT_ATTEMPTS = 10
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

    def plan(self) -> Plan:
        if is_deleting(self.run) or outcome_of(self.run) != "Running":
            return Plan()
        if "jobSpec" not in self.status:
            job = self.observation.related.job
            if job is None:
                return self._written(conditions.job_missing(self.run["spec"]["job"]))
            version = labels_of(self.run).get(labels.SPEC_HASH)
            if version not in (None, spec_hash(job["spec"])):
                return self._written(conditions.job_changed(self.run["spec"]["job"], version))
            self.status["jobSpec"] = job["spec"]
        attempts = self._attempts()
        if not attempts:
            return self._intend(1)
        current = attempts[-1]
        if current["outcome"] in _ENDED:
            return self._after(current)
        return self._follow(current)

    # -- the states of an attempt ------------------------------------------------------------

    def _intend(self, number: int) -> Plan:
        attempt = {
            "number": number,
            "pod": driver_name(self.metadata["name"], number),
            "intendedAt": rfc3339(self.now),
            "outcome": "Pending",
        }
        attempts = [*self._attempts(), attempt]
        self.status["attempts"] = attempts[-_KEPT_ATTEMPTS:]
        self.status.pop("nextAttemptTime", None)
        self.status.pop("progress", None)
        self.status.setdefault("startTime", rfc3339(self.now))
        forgotten = tuple(
            Ref(PODS, self.metadata["namespace"], old["pod"], old["podUid"])
            for old in attempts[:-_KEPT_ATTEMPTS]
            if "podUid" in old
        )
        return self._written(conditions.starting(number), delete=forgotten, requeue_after=0)

    def _follow(self, attempt: Object) -> Plan:
        pod = self._pod(attempt)
        if pod is None:
            return self._missing(attempt)
        report = read(pod)
        known = attempt.get("podUid") == pod["metadata"]["uid"]
        attempt = {**attempt, "podUid": pod["metadata"]["uid"]}
        if report.started_at:
            attempt["startedAt"] = report.started_at
        said = progress(pod)
        if said is not None:
            self.status["progress"] = said
        if report.state in _ENDED:
            return self._ended(attempt, report)
        attempt["outcome"] = report.state
        self._store(attempt)
        events = () if known else (Event("Normal", "DriverCreated", f"Made Pod {attempt['pod']}"),)
        return self._written(conditions.going_on(report, self._streaming(), attempt), events=events)

    def _missing(self, attempt: Object) -> Plan:
        uid = attempt.get("podUid")
        if uid is None:
            refused = self._refusal(attempt)
            if refused is not None and refused.code == 422:
                message = f"the API server refuses the driver Pod: {refused.message}"
                report = Report("Failed", Reason.INVALID_POD, message, permanent=True)
                return self._ended(attempt, report)
            busy = self._other_driver()
            if busy is not None:
                return self._written(conditions.job_busy(busy), requeue_after=_LOOK_AGAIN)
            manifest = self._manifest(attempt)
            if refused is not None:
                wanted = self._written(conditions.refused(refused.message))
                return Plan(create=(manifest,), status=wanted.status)
            return Plan(create=(manifest,), requeue_after=0)
        ref = Ref(PODS, self.metadata["namespace"], attempt["pod"], uid)
        if ref not in self.observation.confirmed_absent:
            return Plan(confirm_absent=(ref,))
        lost = Report("Failed", Reason.POD_LOST, f"Pod {attempt['pod']} was deleted while it ran")
        return self._ended(attempt, lost)

    def _ended(self, attempt: Object, report: Report) -> Plan:
        if report.state == "Succeeded" and self._streaming():
            report = replace(
                report,
                state="Failed",
                reason=Reason.STREAM_ENDED,
                message="the function returned and no query runs any more, but a stream has no end",
            )
        attempt = {
            **attempt,
            "outcome": report.state,
            "reason": report.reason,
            "message": report.message[:4096],
            "finishedAt": report.finished_at or rfc3339(self.now),
        }
        self._store(attempt)
        if report.state == "Succeeded":
            return self._succeeded(attempt, report)
        failed = self._failed_attempt(attempt, permanent=report.permanent)
        decision = retry.decide(
            self.status.get("failures", 0),
            failed,
            self._job_spec().retry,
            streaming=self._streaming(),
        )
        self.status["failures"] = decision.failures
        text = f"Attempt {attempt['number']} failed: {attempt['message']}"
        leftovers = self._leftover_executors(attempt)
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
        self.status["progress"] = {"fraction": "1", "message": ""}
        self.status["failures"] = 0
        if report.outcome is not None:
            self.status |= outputs(report.outcome)
        return self._written(
            conditions.succeeded(report.message),
            delete=self._leftover_executors(attempt),
            events=(Event("Normal", "Completed", f"Attempt {attempt['number']} succeeded"),),
        )

    def _after(self, attempt: Object) -> Plan:
        """The last attempt failed and another one is due, now or later."""
        due = from_rfc3339(self.status["nextAttemptTime"])
        leftovers = self._leftover_executors(attempt)
        if self.now < due:
            return Plan(delete=leftovers, requeue_after=self._seconds_until(due))
        return self._intend(attempt["number"] + 1)

    # -- readings ----------------------------------------------------------------------------

    def _attempts(self) -> list[Object]:
        return list(self.status.get("attempts") or ())

    def _job_spec(self) -> AnalyticsJobSpec:
        return AnalyticsJobSpec.model_validate(self.status["jobSpec"])

    def _streaming(self) -> bool:
        return bool(self.status["jobSpec"]["mode"] == "Streaming")

    def _pod(self, attempt: Object) -> Object | None:
        for pod in self.observation.owned(PODS):
            if name_of(pod) == attempt["pod"]:
                return pod
        return None

    def _refusal(self, attempt: Object) -> ChildFailure | None:
        failure = self.observation.failure_of(attempt["pod"])
        return failure if failure is not None and failure.code != 0 else None

    def _failed_attempt(self, attempt: Object, *, permanent: bool) -> retry.FailedAttempt:
        finished = from_rfc3339(attempt["finishedAt"])
        started = from_rfc3339(attempt["startedAt"]) if attempt.get("startedAt") else finished
        return retry.FailedAttempt(finished, max(finished - started, timedelta(0)), permanent)

    def _other_driver(self) -> str | None:
        """A live driver of the same stream in another run.

        A user made that run, or its job was deleted and made anew.
        """
        for pod in self.observation.related.drivers if self._streaming() else ():
            other = labels_of(pod).get(labels.RUN) != self.metadata["name"]
            driver = has_role(pod, DRIVER)
            if other and driver and phase_of(pod) not in _ENDED:
                return name_of(pod)
        return None

    def _leftover_executors(self, attempt: Object) -> tuple[Ref, ...]:
        """Executors that outlive a dead driver; its Pod stays for its log, so GC leaves them."""
        return tuple(
            Ref(PODS, namespace_of(pod), name_of(pod), pod["metadata"]["uid"])
            for pod in self.observation.related.pods
            if has_role(pod, EXECUTOR)
            and labels_of(pod).get(labels.ATTEMPT) == str(attempt["number"])
            and not is_deleting(pod)
        )

    def _seconds_until(self, moment: datetime) -> float:
        return float(max((moment - self.now).total_seconds(), 0.0))

    # -- writings ----------------------------------------------------------------------------

    def _manifest(self, attempt: Object) -> Object:
        spec = self._job_spec()
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
