"""What the ad server does with one tweet, and how it asks the model server."""

from __future__ import annotations

import json
import threading
import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ads.adserver import AdServer, Tally, run
from ads.scoring import ATTEMPTS, Scorer, Unserved

NOW = 1_700_000_000.0


class Model:
    """Says what it is told to say; None means no answer."""

    def __init__(self, answer: str | None) -> None:
        self._answer = answer

    def label(self, text: str) -> str:
        if self._answer is None:
            raise Unserved("refused")
        return self._answer


def _tweet(label: str, age: float = 0.0) -> bytes:
    created_at = int((NOW - age) * 1000)
    return json.dumps({"id": "1", "text": "t", "label": label, "created_at": created_at}).encode()


@pytest.mark.parametrize(
    ("predicted", "label", "age", "counted"),
    [
        ("positive", "positive", 0, {"ads_served", "clicks"}),
        ("positive", "negative", 0, {"ads_served"}),
        ("negative", "positive", 0, set()),
        (None, "positive", 0, {"unserved"}),
        ("positive", "positive", 31, {"expired"}),
    ],
)
def test_one_tweet(predicted: str | None, label: str, age: float, counted: set[str]) -> None:
    tally = Tally()
    AdServer(Model(predicted), tally, clock=lambda: NOW).serve(_tweet(label, age))
    taken = tally.take()
    assert {name for name, count in taken.items() if count} == counted
    assert set(taken) == {"ads_served", "clicks", "unserved", "expired"}
    assert not any(tally.take().values())


def _scorer(answers: list[httpx.Response | Exception], waits: list[float]) -> Scorer:
    def handle(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {"text": "hello"}
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx.MockTransport(handle)
    return Scorer("http://model/rows", transport=transport, sleep=waits.append)


def test_a_server_that_is_being_replaced_is_asked_again() -> None:
    waits: list[float] = []
    good = httpx.Response(200, json={"predictedLabel": "neutral"})
    scorer = _scorer([httpx.ConnectError("refused"), httpx.Response(503), good], waits)
    assert scorer.label("hello") == "neutral"
    assert waits == [0.05, 0.1]


def test_a_server_that_stays_away_makes_the_tweet_unserved() -> None:
    scorer = _scorer([httpx.ReadTimeout("slow")] * ATTEMPTS, [])
    with pytest.raises(Unserved, match="ReadTimeout: slow"):
        scorer.label("hello")


def test_a_request_that_is_wrong_is_not_repeated() -> None:
    scorer = _scorer([httpx.Response(422)], [])
    with pytest.raises(httpx.HTTPStatusError):
        scorer.label("hello")


class Consumer:
    """Brings its records once, then sets `stop` after a little while."""

    def __init__(self, records: list[bytes], stop: threading.Event) -> None:
        self._records = records
        self._stop = stop

    def poll(self, timeout_ms: int, max_records: int) -> dict[str, list[Any]]:
        batch, self._records = self._records, []
        if not batch:
            time.sleep(0.05)
        return {"tweets.clean-0": [SimpleNamespace(value=record) for record in batch]}


def test_the_loop_serves_and_reports_every_second() -> None:
    stop = threading.Event()
    reported: list[tuple[str, int]] = []

    def emit(name: str, count: int) -> None:
        reported.append((name, count))
        if len(reported) == 4:
            stop.set()

    tally = Tally()
    ads = AdServer(Model("positive"), tally, clock=lambda: NOW)
    consumer = Consumer([_tweet("positive"), _tweet("positive"), _tweet("neutral")], stop)
    run(consumer, ads, tally, emit, stop)
    assert dict(reported) == {"ads_served": 3, "clicks": 2, "unserved": 0, "expired": 0}


def test_a_record_that_cannot_be_read_ends_the_loop_at_once() -> None:
    stop = threading.Event()
    tally = Tally()
    ads = AdServer(Model("positive"), tally)
    with pytest.raises(json.JSONDecodeError):
        run(Consumer([b"?"], stop), ads, tally, lambda *_: None, stop)
    assert stop.is_set()
