"""The Deployment that runs the analysis: pure builder."""

from __future__ import annotations

import json

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl_operator.pods import labels
from swirl_operator.pods.environment import literal
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.security import container_security, pod_security
from swirl_operator.pods.template import labelled
from swirl_operator.runtime.interface import Object

KIND = "SwirlMonitor"
CONTAINER = "monitor"
PORT = 8080


def bootstrap(spec: SwirlMonitorSpec, installation: Installation) -> str | None:
    """Where Kafka is, or None when nobody said."""
    if spec.kafka.bootstrap_servers is not None or installation.kafka is None:
        return spec.kafka.bootstrap_servers
    return installation.kafka.bootstrap_servers


def deployment_name(name: str) -> str:
    """Not the monitor's bare name: a ModelServer of that name may be beside it."""
    return f"{name}-monitor"


def deployment(
    spec: SwirlMonitorSpec, *, name: str, namespace: str, installation: Installation
) -> Object:
    """One engine at a time: two would both write the verdict."""
    env = {
        "SWIRL_MONITOR_NAME": name,
        "SWIRL_POD_NAMESPACE": namespace,
        "SWIRL_MONITOR_SPEC": literal(
            json.dumps(
                spec.model_dump(by_alias=True, exclude_none=True, exclude={"kafka"}),
                sort_keys=True,
                ensure_ascii=False,
            )
        ),
        "SWIRL_KAFKA_BOOTSTRAP": bootstrap(spec, installation) or "",
        "SWIRL_METRICS_TOPIC": spec.kafka.metrics_topic or installation.topics.metrics,
        "SWIRL_CHANGES_TOPIC": spec.kafka.changes_topic or installation.topics.changes,
        "SWIRL_VERDICTS_TOPIC": spec.kafka.verdicts_topic or installation.topics.verdicts,
    }
    own = labels.child_labels(KIND, name)
    manifest: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": deployment_name(name), "namespace": namespace, "labels": own},
        "spec": {
            "replicas": 1,
            "progressDeadlineSeconds": 120,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": {labels.KIND: KIND, labels.NAME: name}},
            "strategy": {"type": "Recreate"},
            "template": {
                "metadata": {"labels": {**own, labels.ROLE: "monitor"}},
                "spec": {
                    "serviceAccountName": "swirl-monitor",
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": 10,
                    "securityContext": pod_security(),
                    "containers": [_container(env, installation)],
                    "volumes": [{"name": "tmp", "emptyDir": {}}],
                },
            },
        },
    }
    return labelled(manifest)


def _container(env: dict[str, str], installation: Installation) -> Object:
    return {
        "name": CONTAINER,
        "image": installation.monitor_image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in sorted(env.items())],
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": {
            "requests": {"cpu": "50m", "memory": "96Mi"},
            "limits": {"memory": "256Mi"},
        },
        "securityContext": container_security(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "http"},
            "periodSeconds": 2,
            "timeoutSeconds": 5,
        },
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": "http"},
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": 6,
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
