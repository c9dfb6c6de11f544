"""The Deployment that runs the analysis: pure builder."""

from __future__ import annotations

from dataclasses import replace

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.wire import labels
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.pods import roles
from swirl_operator.pods.builder import (
    http_probe,
    pod_spec,
    pod_template,
    process,
    resources,
)
from swirl_operator.pods.deployment import build_deployment
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.settings import Layer, configured
from swirl_operator.runtime.interface import Object

KIND = SWIRLMONITORS.kind
CONTAINER = "monitor"
PORT = 8080
# What of the spec says where the analysis runs, and not what it does.
_NOT_THE_ENGINES = {"kafka", "env", "env_from", "pod"}


def kafka_of(spec: SwirlMonitorSpec, installation: Installation) -> KafkaSettings | None:
    """Where Kafka is, or None when nobody said."""
    servers = spec.kafka.bootstrap_servers
    if servers is None:
        return installation.kafka
    if installation.kafka is None:
        return KafkaSettings(bootstrap_servers=servers)
    return replace(installation.kafka, bootstrap_servers=servers)


def deployment_name(name: str) -> str:
    """Not the monitor's bare name: a ModelServer of that name may be beside it."""
    return f"{name}-monitor"


def deployment(
    spec: SwirlMonitorSpec,
    *,
    name: str,
    namespace: str,
    kafka: KafkaSettings,
    installation: Installation,
) -> Object:
    """One engine at a time: two would both write the verdict."""
    topics = installation.topics
    environment = MonitorEnvironment(
        name=name,
        pod_namespace=namespace,
        spec=spec.model_dump(by_alias=True, exclude_none=True, exclude=_NOT_THE_ENGINES),
        kafka=kafka,
        topics=Topics(
            metrics=spec.kafka.metrics_topic or topics.metrics,
            changes=spec.kafka.changes_topic or topics.changes,
            verdicts=spec.kafka.verdicts_topic or topics.verdicts,
        ),
        port=PORT,
    )
    monitor = process(
        CONTAINER,
        installation.monitor_image,
        environment,
        ports={"http": PORT},
        resources=resources(cpu="50m", memory="96Mi", memory_limit="256Mi"),
        readinessProbe=http_probe("/readyz", period=2),
        livenessProbe=http_probe("/healthz", period=10, failures=6),
    )
    template = pod_template(
        pod_spec(monitor, serviceAccountName="swirl-monitor", terminationGracePeriodSeconds=10),
        labels={**labels.child_labels(KIND, name), labels.ROLE: roles.MONITOR},
    )
    return build_deployment(
        deployment_name(name),
        kind=KIND,
        owner=name,
        namespace=namespace,
        replicas=1,
        strategy={"type": "Recreate"},
        template=configured(
            template,
            installation.defaults.under(Layer.of(spec, "spec")),
            role=roles.MONITOR,
            own_variables=environment.described(),
        ),
    )
