"""`Ready` is honest in time."""

from __future__ import annotations

from datetime import timedelta

from swirl.wire.reasons import OutcomeReason
from swirl.wire.times import rfc3339
from swirl_operator.status.conditions import Condition, ready, reconciling, stalled
from swirl_operator.status.overdue import PATIENCE, Judged, judge
from swirl_operator.status.reasons import Reason
from tests.unit.operator.kinds.observed import NOW

DOWN = reconciling(OutcomeReason.UNSCHEDULABLE, "no room.")


def state(judged: Judged) -> tuple[str, str]:
    found = {item.type: item for item in judged.conditions}
    assert ("Reconciling" in found) != ("Stalled" in found)
    return found["Ready"].status, found["Ready"].message


def test_it_begins_to_count_when_something_is_amiss() -> None:
    judged = judge(DOWN, {}, now=NOW)
    assert state(judged) == ("Unknown", "no room.")
    assert judged.fields == {"notReadySince": rfc3339(NOW)}
    assert judged.look_again == PATIENCE.total_seconds()


def test_it_goes_on_counting_whoever_reads_it() -> None:
    before = {"notReadySince": rfc3339(NOW - timedelta(seconds=100))}
    judged = judge(DOWN, before, now=NOW)
    assert state(judged)[0] == "Unknown"
    assert (judged.fields, judged.look_again) == (before, 20.0)


def test_what_stays_down_is_false_whatever_the_cause_and_says_since_when() -> None:
    since = rfc3339(NOW - PATIENCE)
    judged = judge(DOWN, {"notReadySince": since}, now=NOW)
    assert state(judged) == ("False", f"no room. Not ready since {since}.")
    assert judged.conditions[0].reason == "Unschedulable"
    assert judged.look_again is None
    again = judge(DOWN, judged.fields, now=NOW + timedelta(hours=1))
    assert state(again) == state(judged), "the same words for as long as it lasts"


def test_what_moves_is_waited_for() -> None:
    before = {"notReadySince": rfc3339(NOW - timedelta(hours=1))}
    moved = rfc3339(NOW - timedelta(seconds=30))
    judged = judge(DOWN, before, now=NOW, progressed_at=moved)
    assert state(judged)[0] == "Unknown"
    assert (judged.fields["notReadySince"], judged.look_again) == (moved, 90.0)
    old = judge(DOWN, before, now=NOW, progressed_at=rfc3339(NOW - timedelta(hours=2)))
    assert old.fields == before


def test_what_is_ready_forgets() -> None:
    before = {"notReadySince": rfc3339(NOW)}
    assert judge(ready(Reason.SERVING, "all."), before, now=NOW) == Judged(
        ready(Reason.SERVING, "all."), {}
    )


def test_what_is_false_at_once_keeps_its_words() -> None:
    said = stalled(OutcomeReason.INVALID_SPEC, "no such field.")
    judged = judge(said, {}, now=NOW)
    assert (judged.conditions, judged.look_again) == (said, None)
    assert judged.fields == {"notReadySince": rfc3339(NOW)}


def test_other_conditions_stay() -> None:
    other = Condition("Available", "True", Reason.SERVING, "1 replica answers.")
    judged = judge((*DOWN, other), {"notReadySince": rfc3339(NOW - PATIENCE)}, now=NOW)
    assert other in judged.conditions
