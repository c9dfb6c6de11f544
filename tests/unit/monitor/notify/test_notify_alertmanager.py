from __future__ import annotations

import json

from swirl.monitor.notify.alertmanager import alerts
from swirl.wire.times import Millis
from tests.unit.monitor.notify.verdicts import START, at, broken, followed, healthy


def alert(*verdicts: object, seconds: int = 0) -> dict[str, object]:
    *_, incident = followed(*verdicts)  # type: ignore[arg-type]
    (found,) = json.loads(alerts(incident, "shop", "mood", Millis(START + 1000 * seconds)))
    return dict(found)


def test_an_open_verdict() -> None:
    assert alert(broken(5), seconds=30) == {
        "labels": {
            "alertname": "SwirlVerdict",
            "namespace": "shop",
            "swirlmonitor": "mood",
            "severity": "critical",
        },
        "annotations": {
            "summary": "Data pipeline is broken at ingest",
            "description": "Data pipeline is broken at ingest.",
            "incident": followed(broken(5))[0].id,
        },
        "startsAt": at(5),
        "endsAt": at(30 + 86400),
    }


def test_a_verdict_that_is_over() -> None:
    assert alert(broken(5), healthy(60))["endsAt"] == at(60)


def test_nothing_that_may_be_revised_is_in_what_it_is_known_by() -> None:
    first, revised = alert(broken(5)), alert(broken(5), broken(2, node="feed", summary="Other"))
    again = alert(broken(5), healthy(60), broken(90))
    assert first["labels"] == revised["labels"] == again["labels"]
