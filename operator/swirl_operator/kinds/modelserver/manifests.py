"""The Deployment of scorers and the Service before it: pure builders.

No request goes unserved while versions change: a new pod is added before an old one goes
(`maxUnavailable: 0`), it is ready only after it has replayed the model's golden rows, and a pod
that goes serves on until every endpoint list has forgotten it.
"""

from __future__ import annotations

from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.kube.resources import PODDISRUPTIONBUDGETS, SERVICES
from swirl.wire import labels
from swirl.wire.containers import ScorerEnvironment
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.pods import roles
from swirl_operator.pods.builder import env_from, http_probe, pod_spec, pod_template, process
from swirl_operator.pods.deployment import build_deployment, selector
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.resources import container_resources
from swirl_operator.pods.settings import Layer, configured
from swirl_operator.runtime.interface import Object

KIND = MODELSERVERS.kind
CONTAINER = "scorer"
PORT = 8080
_CPU, _MEMORY = "100m", "256Mi"


def url(name: str, namespace: str) -> str:
    """Where the server answers, inside the cluster; the scorer's paths follow."""
    return f"http://{name}.{namespace}.svc"


def deployment(
    spec: ModelServerSpec, served: Served, *, name: str, namespace: str, installation: Installation
) -> Object:
    """The Deployment that serves that version."""
    store = installation.store
    environment = ScorerEnvironment(
        model_name=name,
        model_uri=served.uri,
        model_digest=served.digest,
        model_version=served.version,
        pod_namespace=namespace,
        kafka=installation.kafka,
        metrics_topic=installation.topics.metrics,
        port=PORT,
    )
    scorer = process(
        CONTAINER,
        spec.runtime.image or installation.scorer_image,
        environment,
        ports={"http": PORT},
        resources=container_resources(spec.resources, cpu=_CPU, memory=_MEMORY),
        mounts=[*store.mounts(read_only=True), *installation.kafka_secret.mounts()],
        **env_from(store.env_from()),
        startupProbe=http_probe("/v2/health/live", period=1, failures=60),
        readinessProbe=http_probe("/v2/health/ready", period=2, failures=2),
        livenessProbe=http_probe("/v2/health/live", period=10, failures=6),
    )
    template = pod_template(
        pod_spec(
            scorer,
            serviceAccountName="swirl-scorer",
            automountServiceAccountToken=False,
            terminationGracePeriodSeconds=30,
            topologySpreadConstraints=[_apart(name)],
            volumes=[*store.volumes(), *installation.kafka_secret.volumes()],
        ),
        labels={
            **labels.child_labels(KIND, name),
            labels.ROLE: roles.SCORER,
            labels.VERSION: served.version,
        },
    )
    return build_deployment(
        name,
        kind=KIND,
        owner=name,
        namespace=namespace,
        replicas=spec.replicas,
        strategy={
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
        },
        template=configured(
            template,
            installation.defaults.under(Layer.of(spec, "spec")),
            role=roles.SCORER,
            own_variables=environment.described(),
        ),
    )


def _apart(name: str) -> Object:
    """Replicas on several nodes where there are several: one that fails takes one of them."""
    return {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(KIND, name)},
        "matchLabelKeys": ["pod-template-hash"],
    }


def disruption_budget(*, name: str, namespace: str) -> Object:
    """Drains take one replica after the other, and wait for none that does not answer anyway."""
    return {
        "apiVersion": PODDISRUPTIONBUDGETS.api_version,
        "kind": PODDISRUPTIONBUDGETS.kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels.child_labels(KIND, name),
        },
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(KIND, name)},
        },
    }


def service(*, name: str, namespace: str) -> Object:
    """Port 80 of the server's name."""
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels.child_labels(KIND, name),
        },
        "spec": {
            "selector": selector(KIND, name),
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
    }
