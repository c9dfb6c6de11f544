"""What to do next about a SwirlMonitor: pure. Its verdict is written by the engine, not here."""

from __future__ import annotations

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor import manifests
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.rollout import rollout_of
from swirl_operator.pods.state import PodState, why_not_ready
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.runtime.objects import is_deleting, name_of, namespace_of
from swirl_operator.status.conditions import Condition, Conditions, ready, reconciling, stalled
from swirl_operator.status.frame import frame
from swirl_operator.status.reasons import Reason
from swirl_operator.status.refusals import refused
from swirl_operator.status.verdict import verdict_of


def plan_monitor(observation: Observation[MonitorRelated], installation: Installation) -> Plan:
    """The next step."""
    monitor = observation.obj
    if is_deleting(monitor):
        return Plan()
    spec = SwirlMonitorSpec.model_validate(monitor["spec"])
    cycle = spec.cycle()
    if cycle is not None:
        message = (
            f"spec.nodes: {' after '.join(cycle)}: a pipeline has no cycle; remove one `after`."
        )
        return _plan(observation, stalled(OutcomeReason.INVALID_SPEC, message))
    try:
        kafka = manifests.kafka_of(spec, installation)
    except InvalidEnvironment as error:
        message = f"spec.kafka: {error}. Correct the field and apply again."
        return _plan(observation, stalled(OutcomeReason.INVALID_SPEC, message))
    if kafka is None:
        message = "No Kafka is known: set spec.kafka.bootstrapServers, or the chart's kafka values."
        return _plan(observation, stalled(Reason.NO_KAFKA, message))
    manifest = manifests.deployment(
        spec,
        name=name_of(monitor),
        namespace=namespace_of(monitor),
        kafka=kafka,
        installation=installation,
    )
    return _plan(observation, _conditions(observation, manifest), manifest)


def _plan(observation: Observation[MonitorRelated], conditions: Conditions, *apply: Object) -> Plan:
    framed = frame(observation, (*conditions, _health(observation.obj, conditions)))
    return Plan(apply=apply, status=framed.fields, events=framed.events)


def _conditions(observation: Observation[MonitorRelated], manifest: Object) -> Conditions:
    if (refusal := refused(observation.failures)) is not None:
        return refusal
    progress = rollout_of(observation, manifest, SWIRLMONITORS)
    if progress is None or not progress.begun:
        return reconciling(Reason.ENGINE_STARTING, "The analysis starts.")
    if progress.done:
        return ready(Reason.WATCHING, "The analysis runs.")
    why = why_not_ready(observation.related.pods, manifests.CONTAINER, digest_of(manifest))
    if why is not None and why.state == "Failed":
        return stalled(Reason.ENGINE_FAILED, f"The analysis does not start: {_failure(why)}")
    state = progress.message
    if why is not None:
        state = f"{state}; its pod {why.message.rstrip('.')}"
    if progress.stuck:
        return stalled(
            Reason.ROLLOUT_STUCK,
            f"The analysis does not become ready: {state}. "
            f"See kubectl logs deployment/{name_of(manifest)}",
        )
    reason = why.reason if why is not None and why.reason else Reason.ENGINE_STARTING
    return reconciling(reason, f"The analysis starts: {state}.")


def _failure(why: PodState) -> str:
    if why.reason == OutcomeReason.OUT_OF_MEMORY:
        return f"it {why.message}"
    return why.last_line or f"its container exits with {why.exit_code}"


def _health(monitor: Object, conditions: Conditions) -> Condition:
    verdict = verdict_of(monitor)
    if verdict is None:
        return Condition(
            "Healthy", "Unknown", Reason.NO_VERDICT_YET, "The analysis has said nothing yet."
        )
    message = verdict.message or verdict.summary
    if verdict.state == "Broken":
        return Condition("Healthy", "False", Reason.PIPELINE_BROKEN, message)
    if verdict.state == "Learning":
        return Condition("Healthy", "Unknown", Reason.LEARNING, message)
    state = next(item for item in conditions if item.type == "Ready")
    if state.status != "True":
        said = f"The analysis does not run: {state.message} Its last verdict was: {message}"
        return Condition("Healthy", "Unknown", Reason.NOBODY_WATCHES, said)
    return Condition("Healthy", "True", Reason.AS_LEARNED, message)
