"""What of a spec is more than a container can be given, said before anything is made. Pure.

The API server's schema cannot measure these.
"""

from __future__ import annotations

from dataclasses import dataclass

from swirl.wire.reasons import OutcomeReason
from swirl.wire.run import MOST_PARAMETER_BYTES, json_bytes
from swirl_operator.runtime.interface import Object

MOST_CONF_BYTES = 96 * 1024
"""Of `spark.conf`, as JSON: it reaches the driver in a variable, which holds 128 KiB."""

MOST_MONITOR_BYTES = 96 * 1024

_KIBI = 1024


@dataclass(frozen=True, slots=True)
class Excess:
    """What is too much, in one sentence."""

    reason: OutcomeReason
    message: str


def excess(job_spec: Object, own_parameters: Object | None = None) -> Excess | None:
    """What is too much; None if all of it can be carried.

    Args:
        job_spec: of an AnalyticsJob.
        own_parameters: of an AnalyticsRun that executes it.
    """
    size = json_bytes(job_spec.get("parameters") or {}) + json_bytes(own_parameters or {})
    if size > MOST_PARAMETER_BYTES:
        return Excess(
            OutcomeReason.INVALID_PARAMETERS,
            f"the parameters are too long: {_kib(size)} of JSON, and {_kib(MOST_PARAMETER_BYTES)} "
            "are the most; put the values into a file that the job reads, and give it its URI",
        )
    size = json_bytes((job_spec.get("spark") or {}).get("conf") or {})
    if size > MOST_CONF_BYTES:
        return Excess(
            OutcomeReason.INVALID_SPEC,
            f"spark.conf is too long: {_kib(size)} of JSON, and {_kib(MOST_CONF_BYTES)} are the "
            "most; put settings into a spark-defaults.conf in the image",
        )
    return None


def excess_of_monitor(told: Object) -> Excess | None:
    """What is too much of a SwirlMonitor, which reaches its engine in one variable."""
    size = json_bytes(told)
    if size <= MOST_MONITOR_BYTES:
        return None
    return Excess(
        OutcomeReason.INVALID_SPEC,
        f"nodes, metrics and rules are too long: {_kib(size)} of JSON, and "
        f"{_kib(MOST_MONITOR_BYTES)} are the most; make several SwirlMonitors",
    )


def _kib(size: int) -> str:
    return f"{-(-size // _KIBI)} KiB"
