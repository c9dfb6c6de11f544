"""Twin of `swirl_operator.status.transitions`."""

from __future__ import annotations

from swirl_operator.runtime.interface import Event, Object
from swirl_operator.status.transitions import transitions


def _condition(kind: str, status: str, reason: str, message: str = "so it is") -> Object:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def test_the_first_ready_is_told() -> None:
    after = [_condition("Ready", "Unknown", "RunStarting"), _condition("Healthy", "Unknown", "X")]
    assert transitions([], after) == (Event("Normal", "RunStarting", "so it is"),)


def test_a_failure_is_a_warning() -> None:
    before = [_condition("Ready", "Unknown", "RollingOut")]
    after = [_condition("Ready", "False", "GoldenRowsMismatch", "row 3")]
    assert transitions(before, after) == (Event("Warning", "GoldenRowsMismatch", "row 3"),)


def test_another_message_alone_is_no_news() -> None:
    before = [_condition("Ready", "Unknown", "RollingOut", "0 of 2")]
    assert transitions(before, [_condition("Ready", "Unknown", "RollingOut", "1 of 2")]) == ()


def test_health_tells_of_a_fall_and_a_recovery_only() -> None:
    well, ill = _condition("Healthy", "True", "AsLearned"), _condition("Healthy", "False", "Blamed")
    unsure = _condition("Healthy", "Unknown", "Learning")
    assert transitions([well], [ill]) == (Event("Warning", "Blamed", "so it is"),)
    assert transitions([ill], [well]) == (Event("Normal", "AsLearned", "so it is"),)
    assert transitions([unsure], [well]) == ()
    assert transitions([ill], [ill]) == ()
