"""Findings: ids that follow from what is said."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from swirl.monitor.core.verdict import Verdict
from swirl.monitor.process.publisher import KafkaPublisher, finding, finding_id

BROKEN = Verdict("Broken", "It broke", "why", since=1_700_000_000_000, node="judge")


def test_the_same_finding_has_the_same_id() -> None:
    again = replace(BROKEN, message="why, in other words")
    assert finding_id("shop", "m", BROKEN) == finding_id("shop", "m", again)


@pytest.mark.parametrize(
    "other",
    [
        replace(BROKEN, since=1_700_000_005_000),
        replace(BROKEN, node="show"),
        replace(BROKEN, summary="It is broken"),
        replace(BROKEN, state="Healthy"),
    ],
)
def test_another_finding_has_another(other: Verdict) -> None:
    assert finding_id("shop", "m", BROKEN) != finding_id("shop", "m", other)
    assert finding_id("shop", "m", BROKEN) != finding_id("shop", "n", BROKEN)


def test_the_record() -> None:
    assert json.loads(finding("shop", "m", BROKEN)) == {
        "v": 1,
        "id": finding_id("shop", "m", BROKEN),
        "source": "shop/SwirlMonitor/m",
        "time": "2023-11-14T22:13:20Z",
        "verdict": BROKEN.to_dict(),
    }


def test_without_kafka_nothing_raises_and_the_next_attempt_is_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = KafkaPublisher("127.0.0.1:9", "findings", "shop", "m")
    publisher.offer(BROKEN)
    publisher.flush()
    publisher.flush()
    publisher.close()
    assert sum("will try again" in record.message for record in caplog.records) == 1
