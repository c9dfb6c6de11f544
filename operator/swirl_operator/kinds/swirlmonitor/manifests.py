"""The Deployment that runs the analysis: pure builder."""

from __future__ import annotations

from swirl.api.v1alpha1.swirlmonitor import Notify, SwirlMonitorSpec, Webhook
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
)
from swirl_operator.pods.deployment import build_deployment
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.kafka import KafkaSecret
from swirl_operator.pods.resources import container_resources
from swirl_operator.pods.settings import Layer, configured
from swirl_operator.runtime.interface import Object

KIND = SWIRLMONITORS.kind
CONTAINER = "monitor"
PORT = 8080
WEBHOOK_FOLDER = "/etc/swirl/webhook"
# What of the spec says where the analysis runs and who is told, and not what it does.
_NOT_THE_ENGINES = {"kafka", "notify", "resources", "env", "env_from", "pod"}

_WEBHOOK_MOUNT: Object = {"name": "webhook", "mountPath": WEBHOOK_FOLDER, "readOnly": True}


def told(spec: SwirlMonitorSpec) -> Object:
    """What the engine is told of the spec, in a variable."""
    return spec.model_dump(by_alias=True, exclude_none=True, exclude=_NOT_THE_ENGINES)


def kafka_of(spec: SwirlMonitorSpec, installation: Installation) -> KafkaSettings | None:
    """Where Kafka is, or None when nobody said."""
    servers, security = spec.kafka.bootstrap_servers, spec.kafka.security
    if servers is None or _is_ours(spec, installation):
        return installation.kafka
    if security is None:
        return KafkaSettings.mounted(servers)
    sasl = security.sasl
    return KafkaSettings.mounted(
        servers,
        security_protocol=security.protocol,
        sasl_mechanism=sasl.mechanism if sasl else None,
        username=sasl.username if sasl else None,
        token_url=sasl.token_url if sasl else None,
        token_scope=sasl.token_scope if sasl else None,
    )


def secret_of(spec: SwirlMonitorSpec, installation: Installation) -> KafkaSecret:
    """What the monitor proves itself to that Kafka with.

    That of the installation is for the installation's own Kafka: whoever may write a SwirlMonitor
    must not have it sent to a server of theirs.
    """
    if spec.kafka.bootstrap_servers is None or _is_ours(spec, installation):
        return installation.kafka_secret
    security = spec.kafka.security
    return KafkaSecret(security.secret_name if security else None)


def _is_ours(spec: SwirlMonitorSpec, installation: Installation) -> bool:
    """Whether the monitor names the servers of the installation, and nothing besides."""
    servers = spec.kafka.bootstrap_servers
    if servers is None or spec.kafka.security is not None or installation.kafka is None:
        return False
    named = KafkaSettings(bootstrap_servers=servers).servers
    return set(named) <= set(installation.kafka.servers)


def notify_of(spec: SwirlMonitorSpec, installation: Installation) -> Notify:
    """Who is told of verdicts: each kind of destination is the monitor's own, or the default."""
    own, default = spec.notify, installation.notify
    return Notify(
        alertmanager=own.alertmanager or default.alertmanager,
        webhook=own.webhook or default.webhook,
    )


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
    topics, secret = installation.topics, secret_of(spec, installation)
    notify = notify_of(spec, installation)
    environment = MonitorEnvironment(
        name=name,
        pod_namespace=namespace,
        spec=told(spec),
        kafka=kafka,
        topics=Topics(
            metrics=spec.kafka.metrics_topic or topics.metrics,
            changes=spec.kafka.changes_topic or topics.changes,
            verdicts=spec.kafka.verdicts_topic or topics.verdicts,
        ),
        alertmanagers=tuple(notify.alertmanager.urls) if notify.alertmanager else (),
        webhook_folder=WEBHOOK_FOLDER if notify.webhook else None,
        webhook_url=notify.webhook.url if notify.webhook else None,
        port=PORT,
    )
    monitor = process(
        CONTAINER,
        installation.monitor_image,
        environment,
        ports={"http": PORT},
        resources=container_resources(
            spec.resources, cpu="50m", memory="96Mi", most_memory="256Mi"
        ),
        mounts=[*secret.mounts(), *([_WEBHOOK_MOUNT] if notify.webhook else ())],
        readinessProbe=http_probe("/readyz", period=2),
        livenessProbe=http_probe("/healthz", period=10, failures=6),
    )
    template = pod_template(
        pod_spec(
            monitor,
            volumes=[*secret.volumes(), *_webhook_volumes(notify.webhook)],
            serviceAccountName="swirl-monitor",
            terminationGracePeriodSeconds=10,
        ),
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


def _webhook_volumes(webhook: Webhook | None) -> list[Object]:
    """Optional: a Secret that is not there must not keep the analysis from running."""
    if webhook is None:
        return []
    secret = {"secretName": webhook.secret_ref.name, "optional": True}
    return [{"name": "webhook", "secret": secret}]
