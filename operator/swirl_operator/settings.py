"""What the chart tells the operator, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swirl_operator.runtime.options import Options


class SettingsError(ValueError):
    """The environment does not describe a runnable operator; says which variable and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator process needs to know from outside."""

    namespaces: tuple[str, ...] = ()
    """Empty: the whole cluster."""
    scorer_image: str
    monitor_image: str
    artifacts_uri: str
    artifacts_claim: str = "swirl-artifacts"
    kafka_bootstrap: str | None = None
    metrics_topic: str = "swirl.metrics"
    changes_topic: str = "swirl.changes"
    findings_topic: str = "swirl.findings"
    lease_name: str = "swirl-operator"
    pod_name: str
    pod_namespace: str
    probe_port: int = 8080

    def runtime(self) -> Options:
        """The part which the runtime needs; the rest is for the planners."""
        return Options(
            namespaces=self.namespaces,
            identity=self.pod_name,
            lease_namespace=self.pod_namespace,
            lease_name=self.lease_name,
            probe_port=self.probe_port,
            kafka_bootstrap=self.kafka_bootstrap,
            changes_topic=self.changes_topic,
        )


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Settings from `SWIRL_*` variables; names every missing one at once."""
    required = {
        "scorer_image": "SWIRL_SCORER_IMAGE",
        "monitor_image": "SWIRL_MONITOR_IMAGE",
        "artifacts_uri": "SWIRL_ARTIFACTS_URI",
        "pod_name": "SWIRL_POD_NAME",
        "pod_namespace": "SWIRL_POD_NAMESPACE",
    }
    values = {field: environment.get(variable, "").strip() for field, variable in required.items()}
    missing = [required[field] for field, value in values.items() if not value]
    if missing:
        raise SettingsError(f"missing environment variables: {', '.join(missing)}")
    if ":" not in values["artifacts_uri"]:
        raise SettingsError(
            f"SWIRL_ARTIFACTS_URI must be a URI such as file:///var/lib/swirl/artifacts, "
            f"not {values['artifacts_uri']!r}"
        )
    return Settings(
        namespaces=_names(environment.get("SWIRL_NAMESPACES", "")),
        artifacts_claim=_text(environment, "SWIRL_ARTIFACTS_CLAIM", "swirl-artifacts"),
        kafka_bootstrap=environment.get("SWIRL_KAFKA_BOOTSTRAP", "").strip() or None,
        metrics_topic=_text(environment, "SWIRL_METRICS_TOPIC", "swirl.metrics"),
        changes_topic=_text(environment, "SWIRL_CHANGES_TOPIC", "swirl.changes"),
        findings_topic=_text(environment, "SWIRL_FINDINGS_TOPIC", "swirl.findings"),
        lease_name=_text(environment, "SWIRL_LEASE_NAME", "swirl-operator"),
        probe_port=_port(environment.get("SWIRL_PROBE_PORT", "8080")),
        **values,
    )


def _text(environment: Mapping[str, str], variable: str, default: str) -> str:
    return environment.get(variable, "").strip() or default


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        raise SettingsError(f"SWIRL_PROBE_PORT must be a number, not {text!r}") from None
    if not 0 <= port <= 65535:
        raise SettingsError(f"SWIRL_PROBE_PORT must be between 0 and 65535, not {port}")
    return port
