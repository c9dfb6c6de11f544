"""Twin of `swirl_operator.pods.refusals`."""

from __future__ import annotations

import pytest

from swirl.kube.resources import SERVICES
from swirl_operator.pods.refusals import refused
from swirl_operator.runtime.interface import ChildFailure, Ref
from swirl_operator.status.conditions import Condition, Conditions


def _failure(code: int, reason: str, message: str = "no") -> ChildFailure:
    return ChildFailure(Ref(SERVICES, "ads", "sentiment"), code, reason, message)


def _ready(conditions: Conditions | None) -> Condition:
    assert conditions is not None
    return next(condition for condition in conditions if condition.type == "Ready")


def test_no_refusal_says_nothing() -> None:
    assert refused(()) is None


@pytest.mark.parametrize(
    ("code", "reason", "status", "said", "message"),
    [
        (409, "NameClash", "False", "NameClash", "Service sentiment: no."),
        (409, "LeftBehind", "Unknown", "ChildRefused", "Service sentiment: no."),
        (
            422,
            "Invalid",
            "False",
            "InvalidSpec",
            "Service sentiment cannot be created: no; correct what it names.",
        ),
        (
            403,
            "Forbidden",
            "Unknown",
            "AdmissionRefused",
            "Service sentiment cannot be created: no.",
        ),
    ],
)
def test_only_what_cannot_pass_is_a_failure(
    code: int, reason: str, status: str, said: str, message: str
) -> None:
    ready = _ready(refused([_failure(code, reason)]))
    assert (ready.status, ready.reason, ready.message) == (status, said, message)


def test_a_policy_is_no_invalid_object_although_it_answers_422() -> None:
    denied = (
        "services \"sentiment\" is forbidden: ValidatingAdmissionPolicy 'labels' with binding "
        "'labels' denied request: no team label"
    )
    ready = _ready(refused([_failure(422, "Invalid", denied)]))
    assert (ready.status, ready.reason) == ("Unknown", "AdmissionRefused")


def test_what_is_served_all_the_same_is_said_too() -> None:
    ready = _ready(refused([_failure(403, "Forbidden")], also=" v1 is still served."))
    assert ready.message.endswith("no. v1 is still served.")
