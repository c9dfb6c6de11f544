"""The Deployment of scorers and the Service before it: pure builders.

No request goes unserved while versions change: a new pod is added before an old one goes
(`maxUnavailable: 0`), it is ready only after it has replayed the model's golden rows, and a pod
that goes serves on until every endpoint list has forgotten it.
"""

from __future__ import annotations

from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.pods import labels
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.security import container_security, pod_security
from swirl_operator.pods.template import labelled
from swirl_operator.runtime.interface import Object

KIND = "ModelServer"
CONTAINER = "scorer"
PORT = 8080
# Longer than pods take to load a model, shorter than people wait before they look.
PROGRESS_DEADLINE_SECONDS = 120


def selector(name: str) -> dict[str, str]:
    """Labels that pods of a ModelServer, and only they, carry."""
    return {labels.KIND: KIND, labels.NAME: name}


def url(name: str, namespace: str) -> str:
    """Where rows are sent, inside the cluster."""
    return f"http://{name}.{namespace}.svc/v2/models/{name}/infer"


def deployment(
    spec: ModelServerSpec, served: Served, *, name: str, namespace: str, installation: Installation
) -> Object:
    """The Deployment that serves that version."""
    env = {
        "SWIRL_MODEL_NAME": name,
        "SWIRL_MODEL_URI": served.uri,
        "SWIRL_MODEL_VERSION": served.version,
        "SWIRL_POD_NAMESPACE": namespace,
        "SWIRL_METRICS_TOPIC": installation.topics.metrics,
    }
    if served.digest is not None:
        env["SWIRL_MODEL_DIGEST"] = served.digest
    if installation.kafka is not None:
        env["SWIRL_KAFKA_BOOTSTRAP"] = installation.kafka.bootstrap_servers
    own = labels.child_labels(KIND, name)
    manifest: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": own},
        "spec": {
            "replicas": spec.replicas,
            "progressDeadlineSeconds": PROGRESS_DEADLINE_SECONDS,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": selector(name)},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
            },
            "template": {
                "metadata": {
                    "labels": {**own, labels.ROLE: "scorer", labels.VERSION: served.version}
                },
                "spec": {
                    "serviceAccountName": "swirl-scorer",
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": 30,
                    "securityContext": pod_security(),
                    "containers": [_container(spec, env, installation)],
                    "volumes": [{"name": "tmp", "emptyDir": {}}, *installation.store.volumes()],
                },
            },
        },
    }
    return labelled(manifest)


def image_of(deployment: Object) -> str:
    """The scorer's image."""
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def _container(spec: ModelServerSpec, env: dict[str, str], installation: Installation) -> Object:
    return {
        "name": CONTAINER,
        "image": spec.image or installation.scorer_image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in sorted(env.items())],
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": {
            "requests": {"cpu": spec.resources.cpu, "memory": spec.resources.memory},
            "limits": {"memory": spec.resources.memory},
        },
        "securityContext": container_security(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "startupProbe": _probe("/v2/health/live", period=1, failures=60),
        "readinessProbe": _probe("/v2/health/ready", period=2, failures=2),
        "livenessProbe": _probe("/v2/health/live", period=10, failures=6),
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},
            *installation.store.mounts(read_only=True),
        ],
    }


def _probe(path: str, *, period: int, failures: int) -> Object:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def service(*, name: str, namespace: str) -> Object:
    """Port 80 of the server's name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels.child_labels(KIND, name),
        },
        "spec": {
            "selector": selector(name),
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
    }
