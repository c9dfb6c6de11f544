"""What should be in a namespace because analytics run in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from swirl.kube.resources import PERSISTENTVOLUMECLAIMS, SECRETS, Resource
from swirl.wire import labels
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.namespace.offer import Offer
from swirl_operator.runtime.interface import (
    ChildFailure,
    Copy,
    Event,
    Object,
    Observation,
    Plan,
    Ref,
)
from swirl_operator.runtime.objects import labels_of, name_of
from swirl_operator.runtime.owner import NAME_CLASH
from swirl_operator.status.reasons import Reason

COPY_SECONDS = 60.0
"""How often the copies are compared: Secrets are not watched, so that nobody else's can be read."""


def plan_namespace(observation: Observation[None], offer: Offer, owns: Sequence[Resource]) -> Plan:
    """Make what the label asks for, and take away what it asked for once; claims stay."""
    name = name_of(observation.obj)
    listed = name in offer.listed
    # What the chart makes in a namespace is not made a second time by another hand.
    labelled = not listed and labels_of(observation.obj).get(labels.WORKLOADS) == "true"
    wanted = tuple(placed(dict(item), name) for item in offer.objects) if labelled else ()
    needless = tuple(_needless(observation, wanted, owns))
    copies: tuple[Copy, ...] = ()
    if (labelled or listed or needless) and name != offer.source:
        copies = tuple(
            Copy(Ref(SECRETS, offer.source, secret), present=labelled or listed)
            for secret in offer.secrets
        )
    return Plan(
        apply=wanted,
        copy=copies,
        delete=needless,
        events=tuple(_event(failure) for failure in observation.failures if _matters(failure)),
        requeue_after=COPY_SECONDS if copies and (labelled or listed) else None,
    )


def placed(manifest: Object, namespace: str) -> Object:
    """The manifest in that namespace; accounts that a binding names are of it, too."""
    found = {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
    if "subjects" in manifest:
        found["subjects"] = [{**one, "namespace": namespace} for one in manifest["subjects"]]
    return found


def _needless(
    observation: Observation[None], wanted: Iterable[Object], owns: Sequence[Resource]
) -> Iterable[Ref]:
    """Children that nobody asks for any more; never a claim, which has models in it."""
    names = {(item["kind"], name_of(item)) for item in wanted}
    for resource in owns:
        if resource == PERSISTENTVOLUMECLAIMS:
            continue
        for child in observation.owned(resource):
            if (resource.kind, name_of(child)) not in names:
                metadata = child["metadata"]
                yield Ref(resource, metadata["namespace"], metadata["name"], metadata["uid"])


def _matters(failure: ChildFailure) -> bool:
    """A claim that is there already, as the chart leaves one behind, is as good as ours."""
    return failure.ref.resource != PERSISTENTVOLUMECLAIMS or failure.reason != NAME_CLASH


def _event(failure: ChildFailure) -> Event:
    message = f"{failure.ref.resource.kind} {failure.ref.name}: {failure.message}"
    if failure.ref.resource == SECRETS and failure.code == 404:
        return Event("Warning", OutcomeReason.CONFIG_MISSING, message)
    if failure.reason == NAME_CLASH:
        return Event("Warning", Reason.NAME_CLASH, message)
    reason = Reason.INVALID_CHILD if failure.code == 422 else Reason.CHILD_REFUSED
    return Event("Warning", reason, message)
