"""What to do next about a ModelServer: pure."""

from __future__ import annotations

from swirl.api.v1alpha1.modelserver import ModelServerSpec, ModelSource
from swirl.kube.resources import PODDISRUPTIONBUDGETS
from swirl.wire.exits import ScorerExit
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.modelserver import manifests
from swirl_operator.kinds.modelserver.changed import configuration_of, outbox
from swirl_operator.kinds.modelserver.related import ServerRelated
from swirl_operator.kinds.modelserver.source import Pending, Served, Unavailable, resolve
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.kinds.runs import is_run_of
from swirl_operator.pods.deployment import image_of, selector
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.rollout import Rollout, rollout_of
from swirl_operator.pods.state import PodState, why_not_ready
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan, Ref
from swirl_operator.runtime.objects import is_deleting, name_of, namespace_of, status_of
from swirl_operator.status import changes
from swirl_operator.status.changes import Subject
from swirl_operator.status.conditions import Conditions, ready, reconciling, stalled
from swirl_operator.status.frame import Frame, frame
from swirl_operator.status.health import health
from swirl_operator.status.reasons import AnyReason, Reason
from swirl_operator.status.refusals import refused


def plan_server(observation: Observation[ServerRelated], installation: Installation) -> Plan:
    """The next step."""
    server = observation.obj
    if is_deleting(server):
        return Plan()
    spec = ModelServerSpec.model_validate(server["spec"])
    before = status_of(server)
    resolved = resolve(spec.model, observation.related.job, observation.related.run)
    wanted = resolved if isinstance(resolved, Served) else _kept(before)
    if wanted is None:
        framed = _frame(observation, _without_model(resolved))
        return Plan(status=_status(server, None, framed), events=framed.events)
    name, namespace = name_of(server), namespace_of(server)
    deployment = manifests.deployment(
        spec, wanted, name=name, namespace=namespace, installation=installation
    )
    budget = manifests.disruption_budget(name=name, namespace=namespace)
    guarded = spec.replicas > 1
    apply = (
        deployment,
        manifests.service(name=name, namespace=namespace),
        *((budget,) if guarded else ()),
    )
    progress = rollout_of(observation, deployment, MODELSERVERS)
    conditions = _conditions(observation, spec.model, resolved, wanted, progress, deployment)
    framed = _frame(observation, conditions)
    status = _status(server, progress, framed) | _serving(
        observation, spec, wanted, progress, deployment
    )
    if changes.is_new(status, before):
        # The intent first: a version that begins to serve must not go unannounced.
        return Plan(status=status, events=framed.events, requeue_after=0)
    delete = () if guarded else _budgets(observation)
    plan = Plan(apply=apply, delete=delete, status=status, events=framed.events)
    return changes.announce_when_settled(plan, before, Subject.of(server))


def _budgets(observation: Observation[ServerRelated]) -> tuple[Ref, ...]:
    """Those that are left of a time with more replicas."""
    return tuple(
        Ref(PODDISRUPTIONBUDGETS, namespace_of(budget), name_of(budget), budget["metadata"]["uid"])
        for budget in observation.owned(PODDISRUPTIONBUDGETS)
    )


def _kept(before: Object) -> Served | None:
    """What was decided last: it stays served while there is nothing newer."""
    if not before.get("modelURI"):
        return None
    return Served(before["wantedVersion"], before["modelURI"], before.get("digest"))


def _frame(observation: Observation[ServerRelated], conditions: Conditions) -> Frame:
    name, monitors = name_of(observation.obj), observation.related.monitors
    return frame(observation, (*conditions, health(monitors, MODELSERVERS.kind, name)))


def _without_model(resolved: Served | Pending | Unavailable) -> Conditions:
    assert not isinstance(resolved, Served)
    if isinstance(resolved, Unavailable):
        return stalled(resolved.reason, resolved.message)
    return reconciling(resolved.reason, resolved.message)


def _conditions(
    observation: Observation[ServerRelated],
    source: ModelSource,
    resolved: Served | Pending | Unavailable,
    wanted: Served,
    progress: Rollout | None,
    manifest: Object,
) -> Conditions:
    if (refusal := refused(observation.failures)) is not None:
        return refusal
    still = _still_served(observation.obj)
    if isinstance(resolved, Unavailable):
        return stalled(resolved.reason, resolved.message + still)
    if progress is not None and progress.done:
        if isinstance(resolved, Served):
            held = ""
            if source.job is not None and source.run is not None:
                held = f" Held at it by spec.model.run; without it, {source.job} is followed again."
            return ready(Reason.SERVING, f"All replicas serve {wanted.version}.{held}")
        if source.job and not source.run and is_run_of(source.job, wanted.version):
            return ready(
                Reason.SERVING,
                f"All replicas serve {wanted.version}; a newer one may follow: {resolved.message}",
            )
        # What is served was asked for by an earlier spec.
        return reconciling(resolved.reason, resolved.message + still)
    why = why_not_ready(observation.related.pods, manifests.CONTAINER, digest_of(manifest))
    if why is not None and why.state == "Failed":
        reason, detail = _failure(why)
        return stalled(reason, f"{wanted.version} does not load: {detail.rstrip('.')}.{still}")
    state = progress.message if progress is not None else "not begun"
    if why is not None:
        state = f"{state}; a pod {why.message.rstrip('.')}"
    if progress is not None and progress.stuck:
        return stalled(
            Reason.ROLLOUT_STUCK,
            f"{wanted.version} does not become ready: {state}.{still} See kubectl describe pods.",
        )
    reason = why.reason if why is not None and why.reason else Reason.ROLLING_OUT
    return reconciling(reason, f"Rolls out {wanted.version}: {state}.{still}")


def _still_served(server: Object) -> str:
    version = status_of(server).get("version")
    return f" {version} is still served." if version else ""


def _failure(why: PodState) -> tuple[AnyReason, str]:
    if why.exit_code == ScorerExit.GOLDEN_ROWS_DIFFER:
        return Reason.GOLDEN_ROWS_MISMATCH, why.last_line or _exited(why)
    if why.reason == OutcomeReason.OUT_OF_MEMORY:
        return why.reason, f"it {why.message}; raise resources.limits.memory"
    return Reason.SCORER_FAILED, why.last_line or _exited(why)


def _exited(why: PodState) -> str:
    return f"its container exits with {why.exit_code}"


def _status(server: Object, progress: Rollout | None, framed: Frame) -> Object:
    """What can be said of any server."""
    name = name_of(server)
    chosen = selector(MODELSERVERS.kind, name)
    return {
        **framed.fields,
        "replicas": progress.total if progress else 0,
        "readyReplicas": progress.ready if progress else 0,
        "selector": ",".join(f"{key}={value}" for key, value in chosen.items()),
        "url": manifests.url(name, namespace_of(server)),
    }


def _serving(
    observation: Observation[ServerRelated],
    spec: ModelServerSpec,
    wanted: Served,
    progress: Rollout | None,
    manifest: Object,
) -> Object:
    """What is served, what is to be, and the changes on the way."""
    server = observation.obj
    before = status_of(server)
    done = progress is not None and progress.done
    status: Object = {
        "wantedVersion": wanted.version,
        "modelURI": wanted.uri,
        "image": image_of(manifest),
        "configuration": configuration_of(spec),
    }
    if wanted.digest is not None:
        status["digest"] = wanted.digest
    version = wanted.version if done else before.get("version")
    if version is not None:
        status["version"] = version
    box = outbox(
        Subject.of(server),
        before,
        wanted=wanted,
        image=image_of(manifest),
        own_image=spec.runtime.image is not None,
        configuration=status["configuration"],
        done=done,
        now=observation.now,
    )
    return status | box.fields()
