from __future__ import annotations

from swirl.api.v1alpha1.swirlmonitor import Delivery, SwirlMonitorStatus
from swirl.monitor.notify.incidents import KEEP_MS, MOST, Ledger, Sent
from swirl.wire.times import Millis
from tests.unit.monitor.notify.verdicts import (
    BOTH,
    CHANGE,
    LEARNING,
    START,
    at,
    broken,
    followed,
    healthy,
)
from tests.unit.operator.kinds.checks import schema_errors


def test_an_incident_begins_with_a_verdict_and_ends_with_a_healthy_one() -> None:
    assert followed(LEARNING, healthy(0)) == ()
    (begun,) = followed(healthy(0), broken(5))
    assert (begun.revision, begun.since, begun.until) == (1, at(5), None)
    assert (begun.summary, begun.node) == ("Data pipeline is broken", "ingest")
    (ended,) = followed(healthy(0), broken(5), healthy(60))
    assert (ended.id, ended.revision, ended.until) == (begun.id, 2, at(60))


def test_the_same_again_is_no_news() -> None:
    (incident,) = followed(broken(5), broken(5), broken(5, message="… clicks follow from it."))
    assert incident.revision == 1
    assert incident.message == "… clicks follow from it.", "but it is known when somebody asks"


def test_another_node_sentence_or_cause_is() -> None:
    for news in (
        {"node": "feed"},
        {"summary": "Something else"},
        {"change": CHANGE.model_dump(by_alias=True)},
    ):
        (incident,) = followed(broken(5), broken(5, **news))
        assert incident.revision == 2
        assert incident.since == at(5)


def test_who_learns_anew_has_not_mended_anything() -> None:
    (incident,) = followed(broken(5), LEARNING)
    assert (incident.until, incident.revision) == (None, 1)
    (incident,) = followed(broken(5), LEARNING, broken(90))
    assert (incident.since, incident.revision) == (at(5), 1)


def test_an_end_is_not_before_the_beginning() -> None:
    (incident,) = followed(broken(50), healthy(10))
    assert incident.until == at(50)


def test_without_anybody_to_tell_nothing_is_kept() -> None:
    before = followed(broken(5))
    ledger = Ledger("shop/mood", (), before)
    ledger.follow(broken(5), START)
    assert ledger.incidents == ()


def test_an_id_follows_from_monitor_and_beginning() -> None:
    """So an engine whose status was lost, and that says the same again, is recognised."""
    (one,), (other,) = followed(broken(5)), followed(broken(5, node="x"))
    assert one.id == other.id
    (later,) = followed(broken(6))
    (elsewhere,) = followed(broken(5), ledger=Ledger("other/mood", BOTH))
    assert len({one.id, later.id, elsewhere.id}) == 3


def test_who_was_told_what() -> None:
    ledger = Ledger("shop/mood", BOTH)
    (incident,) = followed(broken(5), ledger=ledger)
    ledger.take([Sent(incident.id, "Webhook", 1, "answers 500"), Sent("gone", "Webhook", 1)])
    assert ledger.incidents[0].deliveries == [
        Delivery(to="Webhook", revision=0, error="answers 500")
    ]
    ledger.take([Sent(incident.id, "Webhook", 1), Sent(incident.id, "Alertmanager", 1)])
    assert ledger.incidents[0].deliveries == [
        Delivery(to="Alertmanager", revision=1),
        Delivery(to="Webhook", revision=1),
    ]


def test_an_incident_is_kept_until_all_are_told_of_its_end_and_a_while_longer() -> None:
    ledger = Ledger("shop/mood", BOTH)
    (incident,) = followed(broken(5), healthy(60), ledger=ledger)
    ledger.take([Sent(incident.id, "Webhook", 2), Sent(incident.id, "Alertmanager", 1)])
    late = Millis(START + 60_000 + KEEP_MS)
    ledger.follow(healthy(60), late)
    assert ledger.incidents, "Alertmanager was not told of the end"
    ledger.take([Sent(incident.id, "Alertmanager", 2)])
    ledger.follow(healthy(60), Millis(late - 1))
    assert ledger.incidents, "it is repeated for a while"
    ledger.follow(healthy(60), late)
    assert ledger.incidents == ()


def test_what_alertmanager_knows_as_one_alert_is_told_with_the_latest() -> None:
    ledger = Ledger("shop/mood", BOTH)
    first, second = followed(broken(5), healthy(60), broken(90), ledger=ledger)
    ledger.take([Sent(second.id, "Alertmanager", 1)])
    told = {item.id: {d.to: d.revision for d in item.deliveries} for item in ledger.incidents}
    assert told == {first.id: {"Alertmanager": 2}, second.id: {"Alertmanager": 1}}


def test_there_are_never_more_than_a_status_holds_and_the_latest_stays() -> None:
    ledger = Ledger("shop/mood", BOTH)
    for number in range(20):
        followed(broken(100 * number), healthy(100 * number + 50), ledger=ledger)
    followed(broken(9000), ledger=ledger)
    assert len(ledger.incidents) == MOST
    assert ledger.incidents[-1].since == at(9000)
    assert ledger.dropped == 21 - MOST
    status = SwirlMonitorStatus(incidents=list(ledger.incidents))
    body = status.model_dump(by_alias=True, exclude_none=True)
    assert schema_errors("SwirlMonitor", "status", body) == []


def test_a_deleted_monitor_says_that_nobody_watches() -> None:
    ledger = Ledger("shop/mood", BOTH)
    followed(broken(5), ledger=ledger)
    assert ledger.open
    ledger.withdraw(Millis(START + 30_000))
    (incident,) = ledger.incidents
    assert (incident.until, incident.revision) == (at(30), 2)
    assert "was deleted" in incident.message
    assert not ledger.open
    ledger.withdraw(Millis(START + 90_000))
    assert ledger.incidents == (incident,)
