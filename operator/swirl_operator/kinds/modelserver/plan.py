"""What to do next about a ModelServer: pure."""

from __future__ import annotations

from dataclasses import replace

from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.kube.resources import PODDISRUPTIONBUDGETS
from swirl_operator.kinds.modelserver import conditions, manifests
from swirl_operator.kinds.modelserver.changed import configuration_of, image_events, moved, outbox
from swirl_operator.kinds.modelserver.conditions import Look
from swirl_operator.kinds.modelserver.related import ServerRelated
from swirl_operator.kinds.modelserver.source import Served, resolve
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.pods.deployment import image_of, selector
from swirl_operator.pods.image import common, image_id
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.reading.questions import LOOK_AGAIN, unread
from swirl_operator.pods.refusals import refused
from swirl_operator.pods.replicas import answering, of_template, trouble
from swirl_operator.pods.rollout import Rollout, rollout_of
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan, Ref
from swirl_operator.runtime.objects import is_deleting, name_of, namespace_of, status_of
from swirl_operator.status import changes
from swirl_operator.status.changes import Subject
from swirl_operator.status.conditions import Conditions
from swirl_operator.status.frame import Frame, frame
from swirl_operator.status.health import health
from swirl_operator.status.overdue import Judged, judge


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
        assert not isinstance(resolved, Served)
        nothing = Look(progress=None, trouble=None, version=None, old=0)
        judged = _judged(observation, conditions.without_model(resolved), nothing)
        framed = _frame(observation, judged.conditions)
        status = _status(server, None, framed) | judged.fields
        return Plan(status=status, events=framed.events, requeue_after=judged.look_again)
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
    pods = of_template(observation.related.pods, digest_of(deployment))
    incomplete = progress is not None and progress.begun and not progress.done
    if incomplete and (silent := unread(observation, pods, manifests.CONTAINER)):
        return Plan(read_events=silent)
    look = _look(observation, progress, deployment)
    also = look.still(look.answering)
    said = refused(observation.failures, also=also) or conditions.rolling_out(
        spec.model, resolved, wanted, look
    )
    judged = _judged(observation, said, look)
    framed = _frame(observation, judged.conditions)
    status = (
        _status(server, progress, framed)
        | judged.fields
        | _serving(observation, spec, wanted, progress, deployment)
    )
    events = (*framed.events, *image_events(before, status))
    if changes.is_new(status, before):
        # The intent first: a version that begins to serve must not go unannounced.
        return Plan(status=status, events=events, requeue_after=0)
    look_again = LOOK_AGAIN if incomplete or look.trouble is not None else judged.look_again
    plan = Plan(
        apply=apply,
        delete=() if guarded else _budgets(observation),
        status=status,
        events=events,
        requeue_after=look_again,
    )
    return changes.announce_when_settled(plan, before, Subject.of(server))


def _look(
    observation: Observation[ServerRelated], progress: Rollout | None, deployment: Object
) -> Look:
    pods, template = observation.related.pods, digest_of(deployment)
    new = of_template(pods, template)
    total = progress.ready if progress else 0
    return Look(
        progress=progress,
        trouble=trouble(
            pods,
            manifests.CONTAINER,
            template,
            events=observation.events,
            now=observation.now,
        ),
        version=status_of(observation.obj).get("version"),
        old=max(0, total - answering(new)),
        made=len(new),
    )


def _judged(observation: Observation[ServerRelated], said: Conditions, look: Look) -> Judged:
    """With time considered, and with whether anything is served."""
    state = next(item for item in said if item.type == "Ready")
    if state.reason in conditions.WAITS:
        judged = Judged(said, {})
    else:
        judged = judge(
            said,
            status_of(observation.obj),
            now=observation.now,
            progressed_at=look.progress.progressed_at if look.progress else None,
        )
    return replace(
        judged, conditions=(*judged.conditions, conditions.available(look, judged.conditions))
    )


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
    image = image_of(manifest)
    replicas = of_template(observation.related.pods, digest_of(manifest))
    build = common(image_id(pod, manifests.CONTAINER) for pod in replicas)
    was = before.get("imageID") if before.get("image") == image else None
    if known := build or was:
        status["imageID"] = known
    version = wanted.version if done else before.get("version")
    if version is not None:
        status["version"] = version
    box = outbox(
        Subject.of(server),
        before,
        wanted=wanted,
        image=image,
        own_image=spec.runtime.image is not None,
        configuration=status["configuration"],
        moved=moved(before, image, build),
        done=done,
        now=observation.now,
    )
    return status | box.fields()
