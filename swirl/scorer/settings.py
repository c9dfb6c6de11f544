"""What the container is told through its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swirl.scorer.errors import StartError
from swirl.wire.topics import METRICS_TOPIC


@dataclass(frozen=True)
class Settings:
    """`version` is empty when unset: then the model's digest stands in for it."""

    uri: str
    digest: str | None
    name: str
    version: str
    namespace: str
    kafka: str | None
    topic: str
    port: int
    drain_seconds: float
    termination_log: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Reads the SWIRL_ variables. Raises StartError naming the one that is wrong."""
        for required in ("SWIRL_MODEL_URI", "SWIRL_MODEL_NAME"):
            if not env.get(required):
                raise StartError(f"{required} is not set")
        return cls(
            uri=env["SWIRL_MODEL_URI"],
            digest=env.get("SWIRL_MODEL_DIGEST") or None,
            name=env["SWIRL_MODEL_NAME"],
            version=env.get("SWIRL_MODEL_VERSION", ""),
            namespace=env.get("SWIRL_POD_NAMESPACE") or "default",
            kafka=env.get("SWIRL_KAFKA_BOOTSTRAP") or None,
            topic=env.get("SWIRL_METRICS_TOPIC") or METRICS_TOPIC,
            port=int(_number(env, "SWIRL_PORT", 8080)),
            drain_seconds=_number(env, "SWIRL_DRAIN_SECONDS", 5.0),
            termination_log=termination_log(env),
        )


def termination_log(env: Mapping[str, str]) -> str:
    """Where to leave the last words of the container."""
    return env.get("SWIRL_TERMINATION_LOG") or "/dev/termination-log"


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name)
    try:
        value = float(text) if text else default
    except ValueError as error:
        raise StartError(f"{name} should be a number, is {text!r}") from error
    if not 0 <= value <= 65535:
        raise StartError(f"{name} is out of range: {text}")
    return value
