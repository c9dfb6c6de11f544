"""Builds every Pod that Swirl makes: drivers, the template of executors, scorers, monitors. Pure.

All run under the `restricted` Pod Security Standard, write nowhere but to an empty `/tmp`, are told
what they need in their environment, and leave the reason of their end in the termination message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swirl.wire.environment import Environment
from swirl_operator.pods.environment import container_env
from swirl_operator.pods.security import container_security, pod_security
from swirl_operator.runtime.interface import Object

PULL_POLICY = "IfNotPresent"


def process(
    name: str,
    image: str,
    environment: Environment,
    *,
    ports: Mapping[str, int],
    resources: Object,
    mounts: Sequence[Object] = (),
    **fields: Any,
) -> Object:
    """A container that runs one of Swirl's own processes.

    Args:
        name: of the container.
        image: that it runs.
        environment: what the process reads.
        ports: by name.
        resources: requests and limits.
        mounts: besides `/tmp`.
        fields: others, such as probes.
    """
    return container(
        name,
        image=image,
        imagePullPolicy=PULL_POLICY,
        env=container_env(environment),
        ports=[{"name": port, "containerPort": number} for port, number in ports.items()],
        resources=resources,
        terminationMessagePolicy="FallbackToLogsOnError",
        mounts=mounts,
        **fields,
    )


def container(name: str, *, mounts: Sequence[Object] = (), **fields: Any) -> Object:
    """A container with what all have in common; `fields` are its own."""
    return {
        "name": name,
        **fields,
        "securityContext": container_security(),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, *mounts],
    }


def env_from(sources: Sequence[Object]) -> Object:
    """The field of a container; none where there are no sources, as the API server has it."""
    return {"envFrom": list(sources)} if sources else {}


def pod_template(spec: Object, *, labels: Mapping[str, str]) -> Object:
    """The template of Pods of that spec."""
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def pod_spec(main: Object, *, volumes: Sequence[Object] = (), **fields: Any) -> Object:
    """The spec of a Pod around that container; `fields` are its own."""
    return {
        # Variables for every Service of the namespace would be a surprise in any environment.
        "enableServiceLinks": False,
        **fields,
        "securityContext": pod_security(),
        "containers": [main],
        "volumes": [{"name": "tmp", "emptyDir": {}}, *volumes],
    }


def resources(*, cpu: str, memory: str, memory_limit: str | None = None) -> Object:
    """Requests, and a limit of memory alone: a limit of CPU would slow down what nobody waits for.

    Args:
        cpu: requested.
        memory: requested.
        memory_limit: the request, if it is None.
    """
    return {
        "requests": {"cpu": cpu, "memory": memory},
        "limits": {"memory": memory_limit or memory},
    }


def http_probe(path: str, *, period: int, failures: int = 3) -> Object:
    """A probe of the port called `http`.

    Args:
        path: that has to answer below 400.
        period: seconds between two tries.
        failures: in a row that count; three is Kubernetes' own default.
    """
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
