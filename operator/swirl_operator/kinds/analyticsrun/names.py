"""Names and labels that follow from run and attempt.

A repeat that has the same name can never start a second driver.
"""

from __future__ import annotations

from swirl.wire import labels
from swirl_operator.kinds.resources import ANALYTICSRUNS
from swirl_operator.runtime.digest import short_digest

# Spark's own limit; it appends "-exec-" and a number.
_LONGEST_PREFIX = 47


def driver_name(run: str, attempt: int) -> str:
    """The driver Pod of an attempt."""
    return f"{run}-{attempt}"


def attempt_number(run: str, pod: str) -> int | None:
    """Which attempt's driver a Pod of the run is, by its name: labels can be taken off a Pod."""
    prefix, _, number = pod.rpartition("-")
    if prefix != run or not (number.isascii() and number.isdecimal()):
        return None
    return int(number)


def executor_prefix(run: str, attempt: int) -> str:
    """What names of the attempt's executors begin with: the driver's name while Spark takes it.

    A stream that has been restarted a hundred times under a long name has outgrown that.
    """
    name = driver_name(run, attempt)
    if len(name) <= _LONGEST_PREFIX:
        return name
    return f"{name[: _LONGEST_PREFIX - 9]}-{short_digest(name)}"


def pod_labels(*, job: str, run: str, attempt: int, role: str) -> dict[str, str]:
    """Labels of a Pod of the attempt, be it the driver or an executor."""
    own = {labels.JOB: job, labels.RUN: run, labels.ATTEMPT: str(attempt), labels.ROLE: role}
    return labels.child_labels(ANALYTICSRUNS.kind, run, **own)
