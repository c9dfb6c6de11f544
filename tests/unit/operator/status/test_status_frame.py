"""The part of a status that all kinds have."""

from __future__ import annotations

from swirl.wire.reasons import OutcomeReason
from swirl_operator.status.conditions import ready, reconciling, stalled
from swirl_operator.status.frame import frame
from swirl_operator.status.reasons import Reason
from tests.unit.operator.kinds.observed import NOW, job, observe


def test_it_says_of_which_generation_it_speaks() -> None:
    framed = frame(
        observe(job(metadata={"generation": 7})), ready(OutcomeReason.SUCCEEDED, "Done.")
    )
    assert framed.fields["observedGeneration"] == 7
    assert [item["observedGeneration"] for item in framed.fields["conditions"]] == [7]


def test_a_new_state_is_an_event_and_a_repeat_is_none() -> None:
    first = frame(observe(job()), reconciling(Reason.RUN_STARTING, "Starts."))
    assert [(event.type, event.reason) for event in first.events] == [("Normal", "RunStarting")]
    again = job(status=first.fields)
    assert frame(observe(again), reconciling(Reason.RUN_STARTING, "Starts.")).events == ()
    failed = frame(observe(again), stalled(Reason.RUN_FAILED, "No."))
    assert [(event.type, event.reason) for event in failed.events] == [("Warning", "RunFailed")]


def test_an_object_that_nobody_has_read_yet_has_a_frame_too() -> None:
    framed = frame(observe({"kind": "AnalyticsJob"}), ready(OutcomeReason.SUCCEEDED, "Done."))
    assert framed.fields["observedGeneration"] == 0
    assert framed.fields["conditions"][0]["lastTransitionTime"] == NOW.strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
