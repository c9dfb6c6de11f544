"""What to do next about a run: pure, one step a round.

An attempt is written into the status before its Pod is created (the intent), and a Pod that is
missing is looked for with a live read before its attempt is declared lost. Together with names
that follow from run and attempt, no crash or stale view can start two drivers for one attempt. How
an attempt is ended from here is written down before its Pod is touched, likewise (`ending.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire.labels import PLACEMENT
from swirl.wire.reasons import OutcomeReason
from swirl.wire.run import parameters_of
from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.kinds.analyticsrun import (
    attempts,
    cancel,
    conditions,
    ending,
    former,
    refused,
    retry,
)
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.executors import executor_pod
from swirl_operator.kinds.analyticsrun.names import driver_name
from swirl_operator.kinds.analyticsrun.others import leftover_executors, other_driver
from swirl_operator.kinds.analyticsrun.outputs import outputs
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.kinds.analyticsrun.report import (
    CONTAINER,
    Report,
    progress,
    read,
    returned_stream,
)
from swirl_operator.kinds.analyticsrun.sparkconf import EXECUTOR_CONTAINER
from swirl_operator.kinds.analyticsrun.waits import patience
from swirl_operator.kinds.analyticsrun.workforce import executors, settles_in, workforce
from swirl_operator.kinds.bounds import Excess, excess
from swirl_operator.kinds.placement import digest_of_placement, present_placement
from swirl_operator.kinds.runs import is_made_by, is_orphan, job_spec_of, outcome_of
from swirl_operator.kinds.versions import is_same_version
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.reading.questions import LOOK_AGAIN, unread
from swirl_operator.pods.reading.running import overdue, stays_terminating
from swirl_operator.pods.roles import EXECUTOR
from swirl_operator.pods.settings import InvalidDefaults
from swirl_operator.runtime.interface import ChildFailure, Event, Object, Observation, Plan, Ref
from swirl_operator.runtime.objects import (
    annotations_of,
    condition_of,
    conditions_of,
    generation_of,
    is_deleting,
    name_of,
    phase_of,
    status_of,
)
from swirl_operator.runtime.owner import LEFT_BEHIND, NAME_CLASH
from swirl_operator.status.conditions import Conditions
from swirl_operator.status.frame import frame
from swirl_operator.status.invalid import InvalidObject
from swirl_operator.status.overdue import judge
from swirl_operator.status.patience import on_the_way
from swirl_operator.status.reasons import Reason

_ENDED = ("Succeeded", "Failed")
_LOOK_AGAIN = 10.0
_LONGEST_REFUSAL_SECONDS = 60.0


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
        if "attempts" in self.status:
            listed = self.status["attempts"]
            self.status["attempts"] = [former.in_todays_words(attempt) for attempt in listed]
        self.job_spec = job_spec_of(self.run)

    def plan(self) -> Plan:
        if is_deleting(self.run):
            return Plan()
        return self._ending_the_rest(self._next())

    def _ending_the_rest(self, wanted: Plan) -> Plan:
        """With an end for what outlives the drivers that have ended: they hold their place."""
        stored = self.before.get("attempts") or ()
        known = {item["number"] for item in stored if item.get("outcome") in _ENDED}
        apply, soon = list(wanted.apply), False
        for attempt in self._attempts():
            pod = self._pod(attempt)
            if attempt["outcome"] not in _ENDED or pod is None or not ending.is_outlived(pod):
                continue
            manifest = ending.cut_short(pod)
            if attempt["number"] not in known:
                soon = True
            elif manifest is not None:
                apply.append(manifest)
        requeue_after = 0 if soon and wanted.status is not None else wanted.requeue_after
        return replace(wanted, apply=tuple(apply), requeue_after=requeue_after)

    def _next(self) -> Plan:
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
            self.job_spec = job["spec"]
            if excess(self.job_spec, self.run["spec"].get("parameters")) is None:
                self.status["jobSpec"] = self.job_spec
        if not self._attempts():
            if is_orphan(self.run, self.observation.related.job):
                return self._written(conditions.orphaned(self.run["spec"]["job"]))
            if self._suspended():
                return self._written(conditions.suspended(None))
            too_much = excess(self.job_spec, self.run["spec"].get("parameters"))
            if too_much is not None:
                return self._never_begun(too_much)
            return self._intend(1)
        current = self._attempts()[-1]
        if current["outcome"] in _ENDED:
            return self._after(current)
        return self._follow(current)

    def _as_it_ended(self) -> Plan:
        """What is asked of a run after its end changes nothing but what it was said about.

        A log that is gone with its Pod is not pointed to any more.
        """
        generation, said = generation_of(self.run), list(conditions_of(self.run))
        last = self._attempts()[-1:]
        if last and self._pod(last[0]) is None:
            said = conditions.without_log(said)
        said = [{**item, "observedGeneration": generation} for item in said]
        if self.before.get("observedGeneration") == generation and said == conditions_of(self.run):
            return Plan()
        return Plan(status={**self.status, "observedGeneration": generation, "conditions": said})

    def _rebuild(self) -> None:
        """A status that was lost is made anew from the driver Pods that are left."""
        found = attempts.from_pods(name_of(self.run), self.observation.owned(PODS))
        if not found:
            return
        self.status["attempts"] = found
        self.status["startTime"] = found[0]["intendedAt"]
        if self.job_spec is not None:
            policy, streaming = self._parsed().retry, self._streaming()
            self._count(attempts.before_last(found, policy, streaming=streaming))

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
        assert pod is not None
        stuck = stays_terminating(pod).message if overdue(pod, self.now) else None
        return self._written(
            conditions.cancelling(last["pod"], stuck),
            delete=(self._ref(last),) if step.delete else (),
            # Nobody tells that a Pod stays.
            requeue_after=_LOOK_AGAIN if is_deleting(pod) else None,
        )

    def _cancelled(self, last: Object | None) -> Plan:
        self.status.pop("nextAttemptTime", None)
        self.status["completionTime"] = rfc3339(self.now)
        return self._written(
            conditions.cancelled(),
            delete=self._leftovers(last) if last else (),
            events=(Event("Normal", OutcomeReason.CANCELLED, "Cancelled, as spec.cancel asks"),),
        )

    def _never_begun(self, why: Excess) -> Plan:
        """The run fails without an attempt."""
        self.status["completionTime"] = rfc3339(self.now)
        return self._written(
            conditions.never_begun(why.reason, why.message),
            events=(Event("Warning", why.reason, f"Not started: {why.message}"),),
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
        if silent := self._silent(attempt, pod):
            return Plan(read_events=silent)
        report = self._report(pod)
        known = attempt.get("podUid") == pod["metadata"]["uid"]
        attempt = self._looked_at(attempt, pod, report)
        if report.state in _ENDED:
            return self._ended(attempt, report)
        if (early := ending.decided(attempt)) is not None:
            return self._stop(attempt, early, pod, report)
        if (early := self._due(attempt, pod, report)) is not None:
            return self._decide(attempt, early)
        self._store(attempt)
        events = (
            () if known else (Event("Normal", Reason.DRIVER_CREATED, f"Made Pod {attempt['pod']}"),)
        )
        said, soon = self._standing(attempt, pod, report)
        left = ending.seconds_left(attempt, self._parsed(), self.now)
        return self._on_the_way(
            self._written(said, events=events, requeue_after=_soonest(left, soon))
        )

    def _standing(
        self, attempt: Object, pod: Object, report: Report
    ) -> tuple[Conditions, float | None]:
        """What is said while the driver starts or runs, and when that may be another thing."""
        if not report.ready:
            on_a_node = bool(pod["spec"].get("nodeName"))
            return conditions.going_on(report, attempt), LOOK_AGAIN if on_a_node else None
        number, streaming = attempt["number"], self._streaming()
        found = workforce(
            pod, self.observation.related.pods, attempt=number, events=self.observation.events
        )
        settles = 0.0
        if streaming and found.wanted == 0:
            settles = settles_in(pod, attempt.get("startedAt"), self.now)
        said = conditions.working(attempt, found, streaming=streaming, settled=settles == 0.0)
        if settles:
            return said, settles
        return said, None if found.is_enough else LOOK_AGAIN

    def _silent(self, attempt: Object, pod: Object) -> tuple[Ref, ...]:
        """Pods that do not say themselves why they do not start."""
        starting = [pod] if read(pod).state == "Pending" else []
        if silent := unread(self.observation, starting, CONTAINER):
            return silent
        waiting = [
            pod
            for pod in executors(self.observation.related.pods, attempt=attempt["number"])
            if phase_of(pod) == "Pending"
        ]
        return unread(self.observation, waiting, EXECUTOR_CONTAINER)

    def _report(self, pod: Object) -> Report:
        return read(
            pod, events=self.observation.events.get(pod["metadata"]["uid"], ()), now=self.now
        )

    def _on_the_way(self, wanted: Plan) -> Plan:
        assert wanted.status is not None
        return replace(wanted, patient=on_the_way(self.before, wanted.status))

    def _looked_at(self, attempt: Object, pod: Object, report: Report) -> Object:
        said = progress(pod)
        if said is not None:
            self.status["progress"] = said
        return attempts.looked_at(attempt, pod, report)

    def _missing(self, attempt: Object) -> Plan:
        ref, early = self._ref(attempt), ending.decided(attempt)
        if "podUid" in attempt or early is not None:
            if ref not in self.observation.confirmed_absent:
                return Plan(confirm_absent=(ref,))
            if early is not None:
                return self._ended(attempt, Report("Failed", early.reason, early.message))
            when = "while it ran" if "startedAt" in attempt else "before its driver started"
            message = f"Pod {attempt['pod']} was deleted by somebody {when}"
            return self._ended(attempt, Report("Failed", OutcomeReason.DRIVER_LOST, message))
        refusal = self._refusal(attempt)
        invalid = refusal is not None and refused.why(refusal) is OutcomeReason.INVALID_SPEC
        if refusal is not None and invalid and not refused.is_placement(refusal.message):
            message = f"the API server refuses {refused.what(refusal)}: {refusal.message}"
            return self._ended(attempt, Report("Failed", OutcomeReason.INVALID_SPEC, message))
        if (early := self._due(attempt, None, None)) is not None:
            return self._decide(attempt, early)
        left = ending.seconds_left(attempt, self._parsed(), self.now)
        busy = None
        if self._streaming():
            busy = other_driver(self.metadata["name"], self.observation.related.drivers)
        if busy is not None:
            return self._written(
                conditions.job_busy(busy), requeue_after=_soonest(_LOOK_AGAIN, left)
            )
        try:
            manifest, executor = self._manifest(attempt), self._executor()
        except InvalidDefaults as error:
            wait = _soonest(_LONGEST_REFUSAL_SECONDS, left)
            return self._written(conditions.wrong_defaults(str(error)), requeue_after=wait)
        except InvalidObject as error:
            if not refused.is_placement(str(error)):
                report = Report("Failed", OutcomeReason.INVALID_SPEC, str(error))
                return self._ended(attempt, report)
            wait = _soonest(_LONGEST_REFUSAL_SECONDS, left)
            return self._written(conditions.misplaced(str(error)), requeue_after=wait)
        if refusal is None:
            return Plan(check=(executor,), create=(manifest,), requeue_after=0)
        if refusal.reason == NAME_CLASH:
            said = conditions.name_clash(refusal.message)
        elif refusal.reason == LEFT_BEHIND:
            said = conditions.left_behind(refusal.message)
        elif invalid:
            said = conditions.misplaced(f"{refused.what(refusal)}: {refusal.message}")
        else:
            said = conditions.refused(
                refused.why(refusal), refused.what(refusal), refused.with_remedy(refusal)
            )
        soon = _soonest(_LONGEST_REFUSAL_SECONDS, left)
        wanted = self._written(said, requeue_after=soon)
        return replace(wanted, check=(executor,), create=(manifest,))

    def _due(
        self, attempt: Object, pod: Object | None, report: Report | None
    ) -> ending.Ending | None:
        waits_for = report.message if report is not None else self._said_before()
        return ending.due(
            attempt,
            self._parsed(),
            self.now,
            suspended=self._suspended(),
            pod=pod,
            report=report,
            waits_for=waits_for,
            misplaced=pod is not None and self._is_misplaced(pod),
        )

    def _decide(self, attempt: Object, early: ending.Ending) -> Plan:
        attempt = ending.noted(attempt, early)
        self._store(attempt)
        return self._written(conditions.stopping(attempt, early.reason), requeue_after=0)

    def _stop(self, attempt: Object, early: ending.Ending, pod: Object, report: Report) -> Plan:
        """Carry out what was decided about the attempt; its Pod still exists."""
        self._store(attempt)
        said = conditions.stopping(attempt, early.reason, report)
        if is_deleting(pod):
            return self._written(said, requeue_after=_LOOK_AGAIN)
        if report.state == "Pending":
            return self._written(said, delete=(self._ref(attempt),))
        manifest = ending.cut_short(pod)
        apply = () if manifest is None else (manifest,)
        return replace(self._written(said), apply=apply)

    def _ended(self, attempt: Object, report: Report) -> Plan:
        early = ending.decided(attempt)
        if early is not None and (report.state == "Failed" or self._streaming()):
            report = replace(report, state="Failed", reason=early.reason, message=early.message)
        elif report.state == "Succeeded" and self._streaming():
            pod = self._pod(attempt)
            assert pod is not None
            report = returned_stream(report, pod)
        attempt = attempts.closed(attempt, report, rfc3339(self.now))
        self._store(attempt)
        if report.state == "Succeeded":
            return self._succeeded(attempt, report)
        decision = retry.decide(
            retry.Tally(self.status.get("failures", 0), self.status.get("losses", 0)),
            attempts.failed(attempt, permanent=report.permanent),
            self._parsed().retry,
            streaming=self._streaming(),
        )
        self._count(decision.tally)
        text = f"Attempt {attempt['number']} failed: {attempt['message']}"
        leftovers = self._leftovers(attempt)
        if isinstance(decision, retry.GiveUp):
            pod = self._pod(attempt)
            self.status["completionTime"] = attempt["finishedAt"]
            return self._written(
                conditions.failed(
                    attempt, decision.why, has_log=pod is not None and not is_deleting(pod)
                ),
                delete=leftovers,
                events=(
                    Event("Warning", attempt["reason"], f"{text}; not retried: {decision.why}"),
                ),
            )
        self.status["nextAttemptTime"] = rfc3339(decision.at)
        events = (Event("Warning", attempt["reason"], f"{text}; next at {rfc3339(decision.at)}"),)
        return self._wait(attempt, events)

    def _count(self, tally: retry.Tally) -> None:
        self.status["failures"] = tally.failures
        self.status["losses"] = tally.losses

    def _succeeded(self, attempt: Object, report: Report) -> Plan:
        self.status["completionTime"] = attempt["finishedAt"]
        self.status["progress"] = {"percent": 100, "message": ""}
        self._count(retry.Tally())
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
        if self._suspended() or self.now < self._next_attempt_time():
            return self._wait(attempt)
        return self._intend(attempt["number"] + 1)

    def _wait(self, attempt: Object, events: tuple[Event, ...] = ()) -> Plan:
        """For the next attempt; a run whose job is suspended waits until it is not."""
        leftovers = self._leftovers(attempt)
        if self._suspended():
            return self._written(conditions.suspended(attempt), delete=leftovers, events=events)
        return self._written(
            conditions.waiting(attempt, self.status["nextAttemptTime"]),
            delete=leftovers,
            events=events,
            requeue_after=self._seconds_until(self._next_attempt_time()),
        )

    # -- readings ----------------------------------------------------------------------------

    def _attempts(self) -> list[Object]:
        return list(self.status.get("attempts") or ())

    def _parsed(self) -> AnalyticsJobSpec:
        return AnalyticsJobSpec.model_validate(self.job_spec)

    def _streaming(self) -> bool:
        return self.job_spec is not None and self.job_spec["mode"] == "Streaming"

    def _suspended(self) -> bool:
        """Whether the job that made the run is; a run that a user made is the user's."""
        job = self.observation.related.job
        return job is not None and bool(job["spec"].get("suspend")) and is_made_by(self.run, job)

    def _placed(self) -> Object:
        """The spec that the run executes, placed as the job's present spec asks.

        That of a job which is of another version by now is none of this run's, and a run that
        somebody wrote whole is placed as is written there.
        """
        assert self.job_spec is not None
        job = self.observation.related.job
        if job is None or ("jobSpec" in self.run["spec"] and not is_made_by(self.run, job)):
            return self.job_spec
        if not is_same_version(job["spec"], self.job_spec):
            return self.job_spec
        return present_placement(self.job_spec, job["spec"])

    def _is_misplaced(self, pod: Object) -> bool:
        """Of a Pod that an earlier operator made nobody knows."""
        placed = annotations_of(pod).get(PLACEMENT)
        return placed is not None and placed != digest_of_placement(self._placed())

    def _said_before(self) -> str:
        said = condition_of(self.run, "Succeeded")
        return "the Pod was not made" if said is None else str(said["message"])

    def _next_attempt_time(self) -> datetime:
        return from_rfc3339(self.status["nextAttemptTime"])

    def _pod(self, attempt: Object) -> Object | None:
        for pod in self.observation.owned(PODS):
            if name_of(pod) == attempt["pod"]:
                return pod
        return None

    def _refusal(self, attempt: Object) -> ChildFailure | None:
        failed = self.observation.failure_of
        failure = failed(attempt["pod"]) or failed(EXECUTOR)
        return failure if failure is not None and failure.code != 0 else None

    def _ref(self, attempt: Object) -> Ref:
        return Ref(PODS, self.metadata["namespace"], attempt["pod"], attempt.get("podUid"))

    def _leftovers(self, attempt: Object) -> tuple[Ref, ...]:
        return leftover_executors(attempt["number"], self.observation.related.pods)

    def _seconds_until(self, moment: datetime) -> float:
        return float(max((moment - self.now).total_seconds(), 0.0))

    # -- writings ----------------------------------------------------------------------------

    def _manifest(self, attempt: Object) -> Object:
        placed = self._placed()
        spec = AnalyticsJobSpec.model_validate(placed)
        pod = driver_pod(
            spec,
            namespace=self.metadata["namespace"],
            job=self.run["spec"]["job"],
            run=self.metadata["name"],
            uid=self.metadata["uid"],
            attempt=attempt["number"],
            parameters=parameters_of(self.run, self.job_spec or {}),
            installation=self.installation,
        )
        pod["metadata"]["annotations"][PLACEMENT] = digest_of_placement(placed)
        return pod

    def _executor(self) -> Object:
        namespace = self.metadata["namespace"]
        spec = AnalyticsJobSpec.model_validate(self._placed())
        return executor_pod(spec, namespace=namespace, installation=self.installation)

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
        said, look_again = self._judged(said)
        framed = frame(self.observation, said)
        return Plan(
            delete=delete,
            status=self.status | framed.fields,
            events=events,
            requeue_after=_soonest(requeue_after, look_again),
        )

    def _judged(self, said: Conditions) -> tuple[Conditions, float | None]:
        """What is to be said once time was considered, and when time alone changes that."""
        self.status.pop("notReadySince", None)
        state = next(item for item in said if item.type == "Ready")
        was = condition_of(self.run, "Ready")
        is_down = was is not None and was["status"] == "False" and "notReadySince" in self.before
        limit = patience(state.reason, streaming=self._streaming(), is_down=is_down)
        if state.status != "Unknown" or limit is None:
            return said, None
        judged = judge(said, self.before, now=self.now, patience=limit)
        self.status |= judged.fields
        return judged.conditions, judged.look_again


def _soonest(*seconds: float | None) -> float | None:
    return min((wait for wait in seconds if wait is not None), default=None)
