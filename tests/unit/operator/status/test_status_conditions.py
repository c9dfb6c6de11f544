from __future__ import annotations

from datetime import timedelta

import pytest

from swirl.wire.reasons import OutcomeReason
from swirl_operator.status import conditions
from swirl_operator.status.conditions import Condition
from swirl_operator.status.reasons import Reason
from tests.support import kstatus
from tests.unit.operator.kinds.checks import check_status
from tests.unit.operator.kinds.observed import EARLIER, NOW, condition, job

READY = conditions.ready(OutcomeReason.SUCCEEDED, "It is done.")
MOVING = conditions.reconciling(Reason.RUN_STARTING, "It starts.")
STUCK = conditions.stalled(Reason.RUN_FAILED, "It broke.")


def written(said: tuple[Condition, ...]) -> dict[str, object]:
    found = conditions.write(said, (), generation=1, now=NOW)
    return {**job(), "status": {"observedGeneration": 1, "conditions": found}}


@pytest.mark.parametrize(
    ("said", "state"), [(READY, "Current"), (MOVING, "InProgress"), (STUCK, "Failed")]
)
def test_what_tools_make_of_it(said: tuple[Condition, ...], state: str) -> None:
    obj = written(said)
    assert kstatus.compute(obj) == state
    check_status(job(), obj["status"])  # type: ignore[arg-type]


def test_a_condition_that_does_not_apply_any_more_is_not_there() -> None:
    before = conditions.write(STUCK, (), generation=1, now=NOW)
    after = conditions.write(READY, before, generation=2, now=NOW)
    assert [c["type"] for c in after] == ["Ready"]


def test_the_transition_time_stands_while_the_status_does() -> None:
    before = [condition("Ready", "Unknown", "Other", "another text")]
    (ready, reconciling) = conditions.write(MOVING, before, generation=7, now=NOW)
    assert ready["lastTransitionTime"] == EARLIER
    assert (ready["reason"], ready["observedGeneration"]) == ("RunStarting", 7)
    assert reconciling["lastTransitionTime"] == "2026-01-31T12:00:00Z"


def test_and_moves_with_it() -> None:
    before = [condition("Ready", "False")]
    (ready,) = conditions.write(READY, before, generation=1, now=NOW)
    assert ready["lastTransitionTime"] == "2026-01-31T12:00:00Z"


def test_saying_the_same_again_changes_nothing() -> None:
    first = conditions.write(STUCK, (), generation=1, now=NOW)
    later = conditions.write(reversed(STUCK), first, generation=1, now=NOW + timedelta(days=1))
    assert later == first


def test_a_long_message_is_cut_to_what_the_api_takes() -> None:
    check_status(job(), written(conditions.stalled(Reason.RUN_FAILED, "x" * 9000))["status"])  # type: ignore[arg-type]
