"""What the operator tells a driver about its run: the environment variable SWIRL_RUN.

A variable holds 128 KiB at most, and what a process is started with is held several times over.
Parameters that are longer stay where they are, in the AnalyticsRun, and the driver reads them
there: its spec cannot change, and is gone when the run is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["Batch", "Streaming"]

MOST_INLINE_BYTES = 64 * 1024
"""Of parameters, as JSON, in the variable."""

MOST_PARAMETER_BYTES = 512 * 1024
"""Of parameters, as JSON, in a job and a run together. An object of Kubernetes holds 1.5 MiB, in
which the names of fields count twice."""


class InvalidRunSpec(ValueError):
    """The text is no run specification; the message says which field is wrong."""


@dataclass(frozen=True, slots=True)
class RunRef:
    """The attempt of an AnalyticsRun that made a model."""

    namespace: str
    job: str
    name: str
    attempt: int
    uid: str = ""

    @property
    def folder(self) -> str:
        """What the run's folders are called.

        A run that was deleted and made again under its name must not write where the first one's
        model may still be served from.
        """
        return f"{self.name}-{self.uid[:8]}" if self.uid else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One attempt of one run.

    Attributes:
        namespace, job, name, attempt: which attempt of which run this is; attempts count from 1.
        uid: of the AnalyticsRun; empty outside of Kubernetes.
        mode: Batch functions end by themselves, Streaming ones when they are stopped.
        function: `module:function`.
        artifacts: root URI of the artifact store.
        parameters: JSON values by parameter name.
        stored: whether the parameters are not here, but in the AnalyticsRun.
    """

    namespace: str
    job: str
    name: str
    attempt: int
    mode: Mode
    function: str
    artifacts: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    uid: str = ""
    stored: bool = False

    @property
    def ref(self) -> RunRef:
        """The attempt as a model's manifest names it."""
        return RunRef(self.namespace, self.job, self.name, self.attempt, self.uid)

    def to_json(self) -> str:
        """Return the text, equal specifications giving equal texts.

        Parameters that are too long for a variable are left out, and the text says where they are.
        """
        parameters = dict(self.parameters)
        stored = self.stored or json_bytes(parameters) > MOST_INLINE_BYTES
        body = {
            "namespace": self.namespace,
            "job": self.job,
            "name": self.name,
            "uid": self.uid,
            "attempt": self.attempt,
            "mode": self.mode,
            "function": self.function,
            "artifacts": self.artifacts,
            **({"stored": True} if stored else {"parameters": parameters}),
        }
        return json.dumps(body, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> RunSpec:
        """Read the text.

        Raises:
            InvalidRunSpec: not JSON, or a field is missing or of the wrong type.
        """
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidRunSpec(f"is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise InvalidRunSpec("must be a JSON object")
        parameters = body.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise InvalidRunSpec("parameters must be an object")
        attempt = body.get("attempt")
        if not isinstance(attempt, int) or isinstance(attempt, bool) or attempt < 1:
            raise InvalidRunSpec(f"attempt must be 1 or more, got {attempt!r}")
        return cls(
            namespace=_text(body, "namespace"),
            job=_text(body, "job"),
            name=_text(body, "name"),
            attempt=attempt,
            mode=_mode(body.get("mode")),
            function=_text(body, "function"),
            artifacts=_text(body, "artifacts"),
            parameters=parameters,
            stored=body.get("stored") is True,
            uid=str(body.get("uid") or ""),
        )


def parameters_of(run: Mapping[str, Any], job_spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an AnalyticsRun that executes a job's spec is called with.

    Args:
        run: the object; its own parameters win, name by name.
        job_spec: the job's, which the run executes.
    """
    return {**(job_spec.get("parameters") or {}), **(run["spec"].get("parameters") or {})}


def json_bytes(value: Any) -> int:
    """Return the length of a value's JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRunSpec(f"{name} must be a non-empty string, got {value!r}")
    return value


def _mode(value: Any) -> Mode:
    if value == "Batch" or value == "Streaming":
        return value  # type: ignore[no-any-return]
    raise InvalidRunSpec(f"mode must be Batch or Streaming, got {value!r}")
