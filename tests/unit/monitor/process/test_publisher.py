"""Publishing verdicts: which, and how often."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.monitor.process.publisher import KafkaPublisher
from swirl.wire.verdict import VerdictRecord

BROKEN = Verdict(
    state="Broken",
    summary="It broke",
    message="why",
    since="2023-11-14T22:13:20Z",
    node="judge",
)


def id_of(verdict: Verdict, name: str = "m") -> str:
    return VerdictRecord("shop", name, verdict.model_dump(by_alias=True, exclude_none=True)).id


def test_the_same_verdict_has_the_same_id() -> None:
    assert id_of(BROKEN) == id_of(BROKEN.model_copy(update={"message": "why, in other words"}))


@pytest.mark.parametrize(
    "other",
    [
        {"since": "2023-11-14T22:13:25Z"},
        {"node": "show"},
        {"summary": "It is broken"},
        {"state": "Healthy"},
    ],
)
def test_another_verdict_has_another(other: dict[str, str]) -> None:
    assert id_of(BROKEN) != id_of(BROKEN.model_copy(update=other))
    assert id_of(BROKEN) != id_of(BROKEN, "n")


def test_the_record_carries_the_verdict_of_the_status() -> None:
    body = BROKEN.model_dump(by_alias=True, exclude_none=True)
    read = VerdictRecord.from_json(VerdictRecord("shop", "m", body).to_json())
    assert (read.namespace, read.name) == ("shop", "m")
    assert Verdict.model_validate(read.verdict) == BROKEN


def test_without_kafka_nothing_raises_and_the_next_attempt_is_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = KafkaPublisher("127.0.0.1:9", "verdicts", "shop", "m")
    publisher.offer(BROKEN)
    publisher.flush()
    publisher.flush()
    publisher.close()
    assert sum("will try again" in record.message for record in caplog.records) == 1
