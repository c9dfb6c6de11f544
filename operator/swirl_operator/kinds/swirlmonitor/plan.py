"""What to do next about a SwirlMonitor: pure. Its verdict is written by the engine, not here."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor import cycles, manifests
from swirl_operator.kinds.swirlmonitor.manifests import Surroundings
from swirl_operator.pods.rollout import is_given, last_line, last_words, rollout
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.runtime.resources import DEPLOYMENTS
from swirl_operator.status import conditions
from swirl_operator.status.conditions import Finding
from swirl_operator.status.refusals import refused
from swirl_operator.status.transitions import transitions

Findings = tuple[Finding, ...]


def plan_monitor(observation: Observation, around: Surroundings) -> Plan:
    """The next step. `related` holds the engine's `pods`."""
    monitor = observation.obj
    metadata = monitor["metadata"]
    if metadata.get("deletionTimestamp"):
        return Plan()
    spec = SwirlMonitorSpec.model_validate(monitor["spec"])
    cycle = cycles.find(spec.nodes)
    if cycle is not None:
        message = (
            f"spec.nodes: {' after '.join(cycle)}: a pipeline has no cycle; remove one `after`."
        )
        return _written(observation, conditions.failed("InvalidSpec", message))
    if manifests.bootstrap(spec, around) is None:
        message = "No Kafka is known: set spec.kafka.bootstrapServers, or the chart's kafka values."
        return _written(observation, conditions.failed("NoKafka", message))
    manifest = manifests.deployment(
        spec, name=metadata["name"], namespace=metadata["namespace"], around=around
    )
    return _written(observation, _findings(observation, manifest), manifest)


def _written(observation: Observation, findings: Findings, *apply: Object) -> Plan:
    status = _status(observation, findings)
    before = (observation.obj.get("status") or {}).get("conditions") or ()
    return Plan(apply=apply, status=status, events=transitions(before, status["conditions"]))


def _findings(observation: Observation, manifest: Object) -> Findings:
    if (said := refused(observation.failures)) is not None:
        return said
    name = manifests.deployment_name(observation.obj["metadata"]["name"])
    for deployment in observation.children.get(DEPLOYMENTS.plural, ()):
        if deployment["metadata"]["name"] != name:
            continue
        if not is_given(deployment, manifest, observation.obj, SWIRLMONITORS):
            break
        state = rollout(deployment)
        if state.done:
            return conditions.ready("Watching", "The analysis runs.")
        refusal = _last_words(observation, digest_of(manifest))
        if refusal:
            return conditions.failed("EngineFailed", f"The analysis does not start: {refusal}")
        if state.stuck:
            return conditions.failed(
                "RolloutStuck",
                f"The analysis does not become ready: {state.message}. "
                f"See kubectl logs deployment/{name}",
            )
        return conditions.under_way("EngineStarting", f"The analysis starts: {state.message}.")
    return conditions.under_way("EngineStarting", "The analysis starts.")


def _last_words(observation: Observation, template: str) -> str | None:
    pods = observation.related.get("pods")
    assert isinstance(pods, Sequence)
    ended = last_words(pods, manifests.CONTAINER, template)
    if ended is None or ended.get("exitCode") == 0:
        return None
    return last_line(ended)


def _health(observation: Observation, findings: Findings) -> Finding:
    verdict = (observation.obj.get("status") or {}).get("verdict")
    if not verdict:
        return Finding("Healthy", "Unknown", "NoVerdictYet", "The analysis has said nothing yet.")
    message = verdict.get("message") or verdict["summary"]
    if verdict["state"] == "Broken":
        return Finding("Healthy", "False", "PipelineBroken", message)
    if verdict["state"] == "Learning":
        return Finding("Healthy", "Unknown", "Learning", message)
    ready = next(finding for finding in findings if finding.type == "Ready")
    if ready.status != "True":
        said = f"The analysis does not run: {ready.message} Its last verdict was: {message}"
        return Finding("Healthy", "Unknown", "NobodyWatches", said)
    return Finding("Healthy", "True", "AsLearned", message)


def _status(observation: Observation, findings: Findings) -> Object:
    monitor = observation.obj
    before = monitor.get("status") or {}
    generation = monitor["metadata"]["generation"]
    return {
        "observedGeneration": generation,
        "conditions": conditions.write(
            (*findings, _health(observation, findings)),
            before.get("conditions") or (),
            generation=generation,
            now=observation.now,
        ),
    }
