"""What to do next about a SwirlMonitor: pure. Its verdict is written by the engine, not here."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.bounds import excess_of_monitor
from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor import conditions, manifests
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.reading.questions import LOOK_AGAIN, unread
from swirl_operator.pods.refusals import refused
from swirl_operator.pods.replicas import of_template, trouble
from swirl_operator.pods.rollout import rollout_of
from swirl_operator.pods.state import read_state
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.runtime.objects import is_deleting, name_of, namespace_of, status_of
from swirl_operator.status.conditions import Condition, Conditions, stalled
from swirl_operator.status.frame import frame
from swirl_operator.status.overdue import judge
from swirl_operator.status.reasons import Reason
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
    if (too_much := excess_of_monitor(manifests.told(spec))) is not None:
        return _plan(observation, stalled(too_much.reason, f"{too_much.message}."))
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
    return _engine(observation, manifest)


def _plan(observation: Observation[MonitorRelated], said: Conditions) -> Plan:
    """Nothing is to be made: what keeps it from that stands in the spec or the settings."""
    framed = frame(observation, (*said, _health(observation.obj, said)))
    return Plan(status=framed.fields, events=framed.events)


def _engine(observation: Observation[MonitorRelated], manifest: Object) -> Plan:
    """The engine is to run: how far that is, and why no farther."""
    monitor, template = observation.obj, digest_of(manifest)
    progress = rollout_of(observation, manifest, SWIRLMONITORS)
    pods = of_template(observation.related.pods, template)
    incomplete = progress is not None and progress.begun and not progress.done
    if incomplete and (silent := unread(observation, pods, manifests.CONTAINER)):
        return Plan(read_events=silent)
    found = trouble(
        observation.related.pods,
        manifests.CONTAINER,
        template,
        events=observation.events,
        now=observation.now,
    )
    missing = [
        node for node in monitor["spec"]["nodes"] if node["name"] in observation.related.missing
    ]
    judged = judge(
        refused(observation.failures)
        or conditions.running(progress, found, _kafkas_trouble(monitor, pods), missing),
        status_of(monitor),
        now=observation.now,
        progressed_at=progress.progressed_at if progress else None,
    )
    framed = frame(observation, (*judged.conditions, _health(monitor, judged.conditions)))
    look_again = LOOK_AGAIN if incomplete or found is not None else judged.look_again
    return Plan(
        apply=(manifest,),
        status=framed.fields | judged.fields,
        events=framed.events,
        requeue_after=look_again,
    )


def _kafkas_trouble(monitor: Object, pods: Sequence[Object]) -> str | None:
    """What the engine says of Kafka, while there is one to say it."""
    if not any(read_state(pod, manifests.CONTAINER).state == "Running" for pod in pods):
        return None
    said = status_of(monitor).get("trouble")
    return said if isinstance(said, str) else None


def _health(monitor: Object, conditions: Conditions) -> Condition:
    verdict = verdict_of(monitor)
    if verdict is None:
        return Condition(
            "Healthy", "Unknown", Reason.NO_VERDICT_YET, "The analysis has said nothing yet."
        )
    message = verdict.message or verdict.summary
    if verdict.state == "Broken":
        return Condition("Healthy", "False", Reason.PIPELINE_BROKEN, message)
    if verdict.state == "Blind":
        return Condition("Healthy", "Unknown", Reason.METRICS_MISSING, message)
    if verdict.state == "Learning":
        return Condition("Healthy", "Unknown", Reason.LEARNING, message)
    state = next(item for item in conditions if item.type == "Ready")
    if state.status != "True":
        said = f"The analysis does not run: {state.message} Its last verdict was: {message}"
        return Condition("Healthy", "Unknown", Reason.NOBODY_WATCHES, said)
    return Condition("Healthy", "True", Reason.AS_LEARNED, message)
