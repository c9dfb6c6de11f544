"""The engine's process against a real Kafka and a real Alertmanager.

Only the API server is a fake: it shows what the engine would write.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.wire.point import Point, encode
from tests.integration.monitor.process import OwnTopics, engine, shifted
from tests.support.alertmanager import alertmanager
from tests.support.api_server import FakeApi, serving
from tests.support.broker import Broker
from tests.support.receiver import receiving
from tests.support.sim.simulator import START, Fault, Pipeline, change, simulate, spec_body

SECONDS = 400


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with serving() as found:
        yield found


@pytest.fixture
def topics(kafka: str) -> OwnTopics:
    return OwnTopics(kafka)


def write_story(topics: OwnTopics) -> None:
    """Four minutes of health, then a bad model, until now."""
    log = simulate(1, SECONDS, [Fault("model-bug", 300)], delay=0.5) + change(298)
    topics.write(shifted(log, int(time.time() * 1000) - START - SECONDS * 1000))


def test_reads_the_past_in_silence_and_writes_what_is_true_now(
    topics: OwnTopics, api: FakeApi, tmp_path: Path
) -> None:
    write_story(topics)
    with engine(topics, api.url, spec_body(), tmp_path) as process:
        process.wait(process.ready)
        (verdict,) = api.verdicts
        assert process.alive()
        text = process.metrics()
        assert process.terminate() == 0
    assert verdict["summary"] == "Deployed bug in ML code"
    assert verdict["node"] == "judge"
    assert verdict["change"]["to"] == "2"
    assert 'swirl_monitor_state{state="Broken"} 1.0' in text
    assert 'swirl_monitor_metric_outside{metric="yes_ratio"} 1.0' in text
    (record,) = topics.read_verdicts()
    assert record.verdict == verdict


def test_a_restart_in_the_middle_of_a_fault_says_the_same_and_wakes_nobody_again(
    topics: OwnTopics, api: FakeApi, tmp_path: Path
) -> None:
    write_story(topics)
    (tmp_path / "secret").write_text("s3cret")
    with receiving() as receiver:
        told_of = {"webhook_folder": str(tmp_path), "webhook_url": receiver.url}
        for _ in range(2):
            with engine(topics, api.url, spec_body(), tmp_path, **told_of) as process:
                process.wait(process.ready)
                process.wait(lambda: api.stored["status"]["incidents"][0].get("deliveries"))
                assert process.terminate() == 0
    assert [verdict["state"] for verdict in api.verdicts] == ["Broken"] * len(api.verdicts)
    assert len({verdict["message"] for verdict in api.verdicts}) == 1
    assert len({record.id for record in topics.read_verdicts()}) == 1
    (incident,) = api.stored["status"]["incidents"]
    assert incident["deliveries"] == [{"to": "Webhook", "revision": 1}]
    (post,) = receiver.posts
    assert post.signed_by(b"s3cret")
    assert post.json()["type"] == "swirl.verdict.opened"
    assert post.json()["data"]["change"]["to"] == "2"


def test_live_from_learning_to_verdict_and_back_and_who_is_told_of_it(
    topics: OwnTopics, api: FakeApi, tmp_path: Path
) -> None:
    detection = {"windowSeconds": 1, "latenessSeconds": 1, "learnWindows": 8}
    pipeline = Pipeline(batch_seconds=0.6)
    log = simulate(2, 60, [Fault("data", 25, 40)], pipeline, delay=0.3)
    (tmp_path / "secret").write_text("s3cret")
    with (
        receiving() as pager,
        receiving() as hook,
        alertmanager(tmp_path, pager.url) as alerting,
    ):
        told_of = {
            "alertmanagers": (alerting.url,),
            "webhook_folder": str(tmp_path),
            "webhook_url": hook.url,
        }
        begin = int(time.time() * 1000) + 2_000
        writer = threading.Thread(
            target=topics.write, args=(shifted(log, begin - START),), kwargs={"live": True}
        )
        spec = spec_body(detection=detection)
        with engine(topics, api.url, spec, tmp_path, **told_of) as process:
            writer.start()
            process.wait(lambda: [v["state"] for v in api.verdicts][-1:] == ["Broken"], 60)
            took = time.time() - begin / 1000 - 25
            process.wait(alerting.alerts)
            (alert,) = alerting.alerts()
            process.wait(lambda: api.verdicts[-1]["state"] == "Healthy", 60)
            process.wait(lambda: len(hook.posts) >= 2 and len(pager.posts) >= 2)
            writer.join()
            assert not alerting.alerts()
            assert process.terminate() == 0
    broken = next(v for v in api.verdicts if v["state"] == "Broken")
    assert (broken["summary"], broken["node"]) == ("Data pipeline is broken", "prepare")
    assert took < 15
    states = [v["state"] for v in api.verdicts]
    assert [s for i, s in enumerate(states) if states[:i][-1:] != [s]] == [
        "Learning",
        "Healthy",
        "Broken",
        "Healthy",
    ]
    assert alert["labels"]["alertname"] == "SwirlVerdict"
    assert alert["annotations"]["summary"] == "Data pipeline is broken at prepare"
    assert alert["annotations"]["description"] == broken["message"]
    assert [post.json()["status"] for post in pager.posts] == ["firing", "resolved"]
    assert all(post.signed_by(b"s3cret") for post in hook.posts)
    kinds = [post.json()["type"].rpartition(".")[2] for post in hook.posts]
    assert (kinds[0], kinds[-1]) == ("opened", "resolved")
    assert set(kinds[1:-1]) <= {"changed"}
    assert len({post.headers["webhook-id"] for post in hook.posts}) == len(hook.posts)
    assert {post.json()["data"]["incident"] for post in hook.posts} == {
        alert["annotations"]["incident"]
    }


def test_records_that_cannot_be_read_are_counted_and_skipped(
    topics: OwnTopics, api: FakeApi, tmp_path: Path
) -> None:
    topics.write_raw(topics.metrics, b"{", b"[]", encode("foreign/X/y", [Point("taps", 1, 1.0)]))
    topics.write_raw(topics.changes, b"not a change")
    write_story(topics)
    with engine(topics, api.url, spec_body(), tmp_path) as process:
        process.wait(process.ready)
        assert "swirl_monitor_malformed_records_total 3.0" in process.metrics()
        assert api.verdicts[-1]["state"] == "Broken"


def test_waits_for_kafka_and_stands_an_outage(tmp_path: Path, api: FakeApi) -> None:
    broker = Broker(tmp_path)
    topics = OwnTopics(broker.bootstrap)
    with engine(topics, api.url, spec_body(), tmp_path) as process:
        try:
            process.wait(lambda: "Kafka does not answer" in process.log())
            assert process.alive()
            assert not process.ready()
            broker.start()
            process.wait(process.ready)
            assert [v["state"] for v in api.verdicts] == ["Learning"]
            write_story(topics)
            process.wait(lambda: api.verdicts[-1]["state"] == "Broken")
            before = api.verdicts[-1]
            written = len(api.verdicts)
            broker.stop()
            process.wait(lambda: not process.ready())
            time.sleep(15)  # long enough for silence to be taken for a fault
            assert process.alive()
            # That Kafka is away is written beside it.
            assert all(verdict == before for verdict in api.verdicts[written:])
            broker.start()
            process.wait(process.ready, 60)
            assert process.terminate() == 0
        finally:
            broker.stop()


def test_an_engine_that_cannot_reach_kafka_says_so_in_its_status(
    kafka: str, api: FakeApi, tmp_path: Path
) -> None:
    away = OwnTopics("no-such-broker.invalid:9092")
    with engine(away, api.url, spec_body(), tmp_path) as process:
        process.wait(lambda: "trouble" in api.stored.get("status", {}))
        assert not process.ready()
        assert process.alive()
        assert process.terminate() == 0
    assert api.stored["status"]["trouble"] == (
        "Kafka at no-such-broker.invalid:9092 cannot be reached: its name is not known; correct "
        "the bootstrap servers"
    )
    # The next one takes it back.
    with engine(OwnTopics(kafka), api.url, spec_body(), tmp_path) as process:
        process.wait(lambda: "trouble" not in api.stored["status"])
        assert process.terminate() == 0
