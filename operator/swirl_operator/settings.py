"""From what the chart tells the operator to what the runtime and the kinds need to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from swirl.api.pods import Workload
from swirl.api.v1alpha1.swirlmonitor import Notify
from swirl.wire.containers import OperatorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl_operator.kinds.namespace.offer import Offer
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.kafka import KafkaSecret
from swirl_operator.pods.settings import Defaults
from swirl_operator.runtime.options import Options


def runtime_options(environment: OperatorEnvironment) -> Options:
    """Return the part that the runtime needs."""
    return Options(
        namespaces=environment.watched_namespaces,
        identity=environment.pod_name,
        lease_namespace=environment.pod_namespace,
        lease_name=environment.lease_name,
        probe_port=environment.port,
        kafka=environment.kafka,
        changes_topic=environment.topics.changes,
    )


def offer(environment: OperatorEnvironment) -> Offer:
    """Return what namespaces get."""
    return Offer(
        listed=environment.workload_namespaces,
        objects=environment.workload_objects,
        secrets=environment.copied_secrets,
        source=environment.pod_namespace,
    )


def installation(environment: OperatorEnvironment) -> Installation:
    """Return the part that the kinds need.

    Raises:
        InvalidEnvironment: naming the variable that has no settings of Pods, or tells nobody.
    """
    return Installation(
        scorer_image=environment.scorer_image,
        monitor_image=environment.monitor_image,
        store=ArtifactStore(
            environment.artifacts_uri, environment.artifacts_claim, environment.artifacts_secret
        ),
        kafka=environment.kafka,
        kafka_secret=KafkaSecret(environment.kafka_secret),
        topics=environment.topics,
        defaults=Defaults(_workload(environment.pod_defaults)),
        notify=_notify(environment.notify),
    )


def _workload(said: Mapping[str, Any]) -> Workload:
    unknown = sorted(said.keys() - {"env", "envFrom", "pod"})
    if unknown:
        raise InvalidEnvironment(
            f"SWIRL_POD_DEFAULTS: {unknown[0]}: there are env, envFrom and pod"
        )
    try:
        return Workload.model_validate(said)
    except ValidationError as error:
        raise InvalidEnvironment(f"SWIRL_POD_DEFAULTS: {_wrong(error)}") from error


def _notify(said: Mapping[str, Any]) -> Notify:
    try:
        return Notify.model_validate(said)
    except ValidationError as error:
        raise InvalidEnvironment(f"SWIRL_NOTIFY: {_wrong(error)}") from error


def _wrong(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
    )
