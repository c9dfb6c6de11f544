"""What the engine's process is told by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.spec import InvalidSpec, read_spec
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import CHANGES_TOPIC, METRICS_TOPIC, VERDICTS_TOPIC

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


class InvalidSettings(ValueError):
    """The environment is incomplete; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything from outside that does not change while the process lives.

    Attributes:
        api_url: the Kubernetes API server.
        account: folder with the service account's `token` and `ca.crt`.
        port: of probes and metrics.
    """

    spec: SwirlMonitorSpec
    name: str
    namespace: str
    kafka: KafkaSettings
    metrics_topic: str
    changes_topic: str
    verdicts_topic: str
    api_url: str
    account: Path
    port: int


def from_environment(env: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        InvalidSettings: a variable is missing or cannot be read.
    """
    try:
        spec = read_spec(json.loads(_needed(env, "SWIRL_MONITOR_SPEC")))
    except (json.JSONDecodeError, AttributeError) as error:
        raise InvalidSettings(f"SWIRL_MONITOR_SPEC is not a JSON object: {error}") from error
    except InvalidSpec as error:
        raise InvalidSettings(f"SWIRL_MONITOR_SPEC: {error}") from error
    port = env.get("SWIRL_PORT") or "8080"
    if not port.isdigit():
        raise InvalidSettings(f"SWIRL_PORT is not a number: {port!r}")
    return Settings(
        spec=spec,
        name=_needed(env, "SWIRL_MONITOR_NAME"),
        namespace=_needed(env, "SWIRL_POD_NAMESPACE"),
        kafka=_kafka(env),
        metrics_topic=env.get("SWIRL_METRICS_TOPIC") or METRICS_TOPIC,
        changes_topic=env.get("SWIRL_CHANGES_TOPIC") or CHANGES_TOPIC,
        verdicts_topic=env.get("SWIRL_VERDICTS_TOPIC") or VERDICTS_TOPIC,
        api_url=_api_url(env),
        account=Path(env.get("SWIRL_SERVICE_ACCOUNT") or _ACCOUNT),
        port=int(port),
    )


def _api_url(env: Mapping[str, str]) -> str:
    if url := env.get("SWIRL_KUBERNETES_URL"):
        return url.rstrip("/")
    host = _needed(env, "KUBERNETES_SERVICE_HOST")
    port = env.get("KUBERNETES_SERVICE_PORT") or "443"
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def _kafka(env: Mapping[str, str]) -> KafkaSettings:
    try:
        return KafkaSettings.read(env)
    except InvalidEnvironment as error:
        raise InvalidSettings(str(error)) from error


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise InvalidSettings(f"{name} is not set")
    return value
