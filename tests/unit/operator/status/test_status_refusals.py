"""Twin of `swirl_operator.status.refusals`."""

from __future__ import annotations

import pytest

from swirl.kube.resources import SERVICES
from swirl_operator.runtime.interface import ChildFailure, Ref
from swirl_operator.status.refusals import refused


def _failure(code: int, reason: str) -> ChildFailure:
    return ChildFailure(Ref(SERVICES, "ads", "sentiment"), code, reason, "no")


def test_no_refusal_says_nothing() -> None:
    assert refused(()) is None


@pytest.mark.parametrize(
    ("code", "reason", "status", "said"),
    [
        (409, "NameClash", "False", "NameClash"),
        (422, "Invalid", "False", "InvalidChild"),
        (403, "Forbidden", "Unknown", "ChildRefused"),
    ],
)
def test_only_what_cannot_pass_is_a_failure(code: int, reason: str, status: str, said: str) -> None:
    conditions = refused([_failure(code, reason)])
    assert conditions is not None
    ready = next(condition for condition in conditions if condition.type == "Ready")
    assert (ready.status, ready.reason, ready.message) == (status, said, "Service sentiment: no")
