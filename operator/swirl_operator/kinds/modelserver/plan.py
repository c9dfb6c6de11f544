"""What to do next about a ModelServer: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from swirl.api.v1alpha1.modelserver import ModelServerSpec, ModelSource
from swirl_operator.kinds.modelserver import manifests
from swirl_operator.kinds.modelserver.changed import outbox
from swirl_operator.kinds.modelserver.manifests import KIND, Surroundings
from swirl_operator.kinds.modelserver.source import Never, NotYet, Served, resolve
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.kinds.runs import is_run_of
from swirl_operator.pods.rollout import Rollout, is_given, last_line, last_words, rollout
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.runtime.resources import DEPLOYMENTS
from swirl_operator.status import changes, conditions
from swirl_operator.status.conditions import Finding
from swirl_operator.status.health import health
from swirl_operator.status.refusals import refused
from swirl_operator.status.transitions import transitions

Findings = tuple[Finding, ...]

# The scorer's way to say that its answers are not the trainer's.
_EXIT_GOLDEN_ROWS = 3


def plan_server(observation: Observation, around: Surroundings) -> Plan:
    """The next step. `related` holds `job`, `run`, the server's `pods` and the `monitors`."""
    server = observation.obj
    metadata = server["metadata"]
    if metadata.get("deletionTimestamp"):
        return Plan()
    spec = ModelServerSpec.model_validate(server["spec"])
    before: Object = server.get("status") or {}
    resolved = resolve(spec.model, _related(observation, "job"), _related(observation, "run"))
    wanted = resolved if isinstance(resolved, Served) else _kept(before)
    if wanted is None:
        findings = _without_model(observation, resolved)
        status = _status(observation, None, findings)
        return Plan(status=status, events=transitions(_conditions(before), status["conditions"]))
    name, namespace = metadata["name"], metadata["namespace"]
    deployment = manifests.deployment(spec, wanted, name=name, namespace=namespace, around=around)
    apply = (deployment, manifests.service(name=name, namespace=namespace))
    progress = _progress(observation, deployment)
    findings = _findings(observation, spec.model, resolved, wanted, progress, deployment)
    status = _status(observation, progress, findings) | _serving(
        observation, wanted, progress, deployment
    )
    events = transitions(_conditions(before), status["conditions"])
    if changes.is_new(status, before):
        # The intent first: a version that begins to serve must not go unannounced.
        return Plan(status=status, events=events, requeue_after=0)
    plan = Plan(apply=apply, status=status, events=events)
    return changes.announce_when_settled(plan, before, _subject(server))


def _conditions(status: Object) -> Sequence[Object]:
    return status.get("conditions") or ()


def _related(observation: Observation, key: str) -> Object | None:
    found = observation.related.get(key)
    return dict(found) if isinstance(found, Mapping) else None


def _subject(server: Object) -> changes.Changed:
    metadata = server["metadata"]
    return changes.Changed(KIND, metadata["namespace"], metadata["name"], metadata["uid"])


def _kept(before: Object) -> Served | None:
    """What was decided last: it stays served while there is nothing newer."""
    if not before.get("modelURI"):
        return None
    return Served(before["wantedVersion"], before["modelURI"], before.get("digest"))


def _progress(observation: Observation, manifest: Object) -> Rollout | None:
    """Of the Deployment, if there is one; of an older manifest it is not begun."""
    for deployment in observation.children.get(DEPLOYMENTS.plural, ()):
        if deployment["metadata"]["name"] != manifest["metadata"]["name"]:
            continue
        state = rollout(deployment)
        if is_given(deployment, manifest, observation.obj, MODELSERVERS):
            return state
        return Rollout(False, False, state.ready, state.total, "not begun")
    return None


def _without_model(observation: Observation, resolved: Served | NotYet | Never) -> Findings:
    assert not isinstance(resolved, Served)
    if isinstance(resolved, Never):
        return conditions.failed(resolved.reason, resolved.message)
    return conditions.under_way(resolved.reason, resolved.message)


def _findings(
    observation: Observation,
    source: ModelSource,
    resolved: Served | NotYet | Never,
    wanted: Served,
    progress: Rollout | None,
    manifest: Object,
) -> Findings:
    if (said := refused(observation.failures)) is not None:
        return said
    still = _still_served(observation)
    if isinstance(resolved, Never):
        return conditions.failed(resolved.reason, resolved.message + still)
    if progress is not None and progress.done:
        if isinstance(resolved, Served):
            return conditions.ready("Serving", f"All replicas serve {wanted.version}.")
        if source.job is not None and is_run_of(source.job, wanted.version):
            return conditions.ready(
                "Serving",
                f"All replicas serve {wanted.version}; a newer one may follow: {resolved.message}",
            )
        # What is served was asked for by an earlier spec.
        return conditions.under_way(resolved.reason, resolved.message + still)
    refusal = _refusal(observation, digest_of(manifest))
    if refusal is not None:
        detail = refusal[1].rstrip(".")
        return conditions.failed(refusal[0], f"{wanted.version} does not load: {detail}.{still}")
    state = progress.message if progress is not None else "not begun"
    if progress is not None and progress.stuck:
        return conditions.failed(
            "RolloutStuck",
            f"{wanted.version} does not become ready: {state}.{still} See kubectl describe pods.",
        )
    return conditions.under_way("RollingOut", f"Rolls out {wanted.version}: {state}.{still}")


def _still_served(observation: Observation) -> str:
    version = (observation.obj.get("status") or {}).get("version")
    return f" {version} is still served." if version else ""


def _refusal(observation: Observation, template: str) -> tuple[str, str] | None:
    pods = observation.related.get("pods")
    assert isinstance(pods, Sequence)
    ended = last_words(pods, manifests.CONTAINER, template)
    if ended is None or ended.get("exitCode") == 0:
        return None
    detail = last_line(ended)
    if ended.get("exitCode") == _EXIT_GOLDEN_ROWS:
        return "GoldenRowsMismatch", detail
    if ended.get("reason") == "OOMKilled":
        return "OOMKilled", "it needs more memory than resources.memory allows"
    return "ScorerFailed", detail


def _status(observation: Observation, progress: Rollout | None, findings: Findings) -> Object:
    """What can be said of any server."""
    server = observation.obj
    metadata, before = server["metadata"], server.get("status") or {}
    monitors = observation.related.get("monitors")
    assert isinstance(monitors, Sequence)
    generation = metadata["generation"]
    return {
        "observedGeneration": generation,
        "conditions": conditions.write(
            (*findings, health(monitors, KIND, metadata["name"])),
            before.get("conditions") or (),
            generation=generation,
            now=observation.now,
        ),
        "replicas": progress.total if progress else 0,
        "readyReplicas": progress.ready if progress else 0,
        "selector": ",".join(
            f"{key}={value}" for key, value in manifests.selector(metadata["name"]).items()
        ),
        "url": manifests.url(metadata["name"], metadata["namespace"]),
    }


def _serving(
    observation: Observation, wanted: Served, progress: Rollout | None, manifest: Object
) -> Object:
    """What is served, what is to be, and the changes on the way."""
    server = observation.obj
    before: Object = server.get("status") or {}
    done = progress is not None and progress.done
    status: Object = {
        "wantedVersion": wanted.version,
        "modelURI": wanted.uri,
        "image": manifests.image_of(manifest),
        "podTemplate": digest_of(manifest),
    }
    if wanted.digest is not None:
        status["digest"] = wanted.digest
    version = wanted.version if done else before.get("version")
    if version is not None:
        status["version"] = version
    box = outbox(
        _subject(server),
        before,
        wanted=wanted,
        deployment=manifest,
        done=done,
        now=observation.now,
    )
    return status | box.fields()
