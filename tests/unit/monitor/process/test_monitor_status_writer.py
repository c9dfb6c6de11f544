"""Writing the status: what is sent, and what happens when it is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.api.v1alpha1.swirlmonitor import Incident, SwirlMonitorStatus, Verdict
from swirl.kube.account import Account
from swirl.monitor.process import status_writer
from swirl.monitor.process.status_writer import ApiUnavailable, StatusWriter
from swirl.wire.times import Millis
from tests.support.api_server import FakeApi, serving
from tests.unit.monitor.notify.verdicts import followed

PATH = "/apis/swirl.dev/v1alpha1/namespaces/shop/swirlmonitors/mood-watch"
START = Millis(1_700_000_000_000)
BEGIN = "2023-11-14T22:13:20Z"
HEALTHY = Verdict(state="Healthy", summary="Healthy", message="fine", since=BEGIN)
BROKEN = Verdict(
    state="Broken",
    summary="It broke",
    message="not fine",
    since="2023-11-14T22:15:00Z",
    node="judge",
)


INCIDENTS: tuple[Incident, ...] = followed(BROKEN)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with serving() as found:
        yield found


@pytest.fixture
def writer(api: FakeApi, tmp_path: Path) -> StatusWriter:
    (tmp_path / "token").write_text("secret-1\n")
    return StatusWriter(Account(api.url, tmp_path), "shop", "mood-watch")


def test_applies_the_verdict_to_the_status_subresource(api: FakeApi, writer: StatusWriter) -> None:
    writer.offer(BROKEN, START)
    writer.flush()
    (request,) = api.patches
    assert request.path == PATH + "/status"
    assert request.query == {"fieldManager": ["swirl-monitor"], "force": ["true"]}
    assert request.headers["content-type"] == "application/apply-patch+yaml"
    assert request.headers["authorization"] == "Bearer secret-1"
    assert request.body == {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "SwirlMonitor",
        "metadata": {"name": "mood-watch", "namespace": "shop"},
        "status": {
            "verdict": BROKEN.model_dump(by_alias=True, exclude_none=True),
            "readFrom": BEGIN,
        },
    }


def test_writes_only_what_is_new(api: FakeApi, writer: StatusWriter) -> None:
    for verdict in (HEALTHY, HEALTHY, BROKEN, BROKEN, HEALTHY):
        writer.offer(verdict, START)
        writer.flush()
    assert [item["state"] for item in api.verdicts] == ["Healthy", "Broken", "Healthy"]
    assert writer.writes == 3


def test_reads_the_token_anew_each_time(api: FakeApi, writer: StatusWriter, tmp_path: Path) -> None:
    writer.offer(HEALTHY, START)
    writer.flush()
    (tmp_path / "token").write_text("secret-2")
    writer.offer(BROKEN, START)
    writer.flush()
    assert [request.headers["authorization"] for request in api.patches] == [
        "Bearer secret-1",
        "Bearer secret-2",
    ]


def test_a_refused_write_is_tried_again_with_the_latest_verdict(
    api: FakeApi, writer: StatusWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_writer, "_RETRY_SECONDS", (0.0,))
    api.answers = [503]
    writer.offer(HEALTHY, START)
    writer.flush()
    writer.offer(BROKEN, START)
    writer.flush()
    assert [item["state"] for item in api.verdicts] == ["Healthy", "Broken"]
    assert writer.writes == 1


def test_waits_between_attempts(api: FakeApi, writer: StatusWriter) -> None:
    api.answers = [503]
    writer.offer(HEALTHY, START)
    writer.flush()
    writer.flush()
    assert len(api.patches) == 1


def test_an_absent_server_does_not_raise(tmp_path: Path) -> None:
    writer = StatusWriter(Account("http://127.0.0.1:9", tmp_path), "shop", "mood-watch")
    writer.offer(HEALTHY, START)
    writer.flush()
    assert writer.writes == 0
    with pytest.raises(ApiUnavailable):
        writer.read()


def test_trouble_stands_beside_what_was_said_before(api: FakeApi, writer: StatusWriter) -> None:
    writer.offer_trouble(None)
    writer.flush()
    assert api.patches == [], "there is nothing to say"
    writer.offer_trouble("Kafka at kafka:9092 cannot be reached: why; what to do")
    writer.flush()
    assert api.patches[-1].body["status"] == {
        "trouble": "Kafka at kafka:9092 cannot be reached: why; what to do"
    }
    writer.offer(BROKEN, START)
    writer.flush()
    assert api.patches[-1].body["status"].keys() == {"verdict", "readFrom", "trouble"}
    writer.offer_trouble(None)
    writer.flush()
    assert api.patches[-1].body["status"].keys() == {"verdict", "readFrom"}


def test_trouble_of_an_engine_before_this_one_is_taken_back(
    api: FakeApi, writer: StatusWriter
) -> None:
    api.stored = {"status": {"observedGeneration": 1, "trouble": "Kafka was away"}}
    writer.resume()
    writer.flush()
    assert api.patches == []
    writer.offer_trouble(None)
    writer.flush()
    assert "trouble" not in api.patches[-1].body["status"]


def test_knows_what_it_said_before_it_was_started_again(api: FakeApi, writer: StatusWriter) -> None:
    assert writer.read() is None
    writer.offer(BROKEN, START)
    writer.flush()
    assert writer.read() == SwirlMonitorStatus(verdict=BROKEN, read_from=BEGIN)
    api.stored = {"status": {"observedGeneration": 1}}
    assert writer.read() == SwirlMonitorStatus(observed_generation=1)
    api.answers = [404]
    assert writer.read() is None
    api.answers = [500]
    with pytest.raises(ApiUnavailable):
        writer.read()


def test_incidents_stand_beside_the_verdict(api: FakeApi, writer: StatusWriter) -> None:
    writer.offer_incidents(INCIDENTS)
    writer.flush()
    assert api.patches == [], "alone they would take the verdict away"
    writer.offer(BROKEN, START)
    writer.offer_incidents(INCIDENTS)
    assert not writer.incidents
    writer.flush()
    assert writer.incidents == INCIDENTS
    body = [each.model_dump(by_alias=True, exclude_none=True) for each in INCIDENTS]
    assert api.patches[0].body["status"]["incidents"] == body
    api.answers = [503]
    writer.offer_incidents(())
    writer.flush()
    assert writer.incidents == INCIDENTS, "nobody is told of what is not written"


def test_goes_on_with_what_was_written_before(
    api: FakeApi, writer: StatusWriter, tmp_path: Path
) -> None:
    writer.offer(BROKEN, START)
    writer.offer_incidents(INCIDENTS)
    writer.flush()
    after = StatusWriter(Account(api.url, tmp_path), "shop", "mood-watch")
    after.resume()
    assert after.incidents == INCIDENTS
    assert after.resumed is not None
    after.flush()
    after.offer(BROKEN, START)
    after.flush()
    assert after.writes == 0, "it is written already"
    after.offer_incidents([])
    after.flush()
    assert api.patches[-1].body["status"]["verdict"]["summary"] == "It broke"


def test_whether_the_monitor_is_deleted(api: FakeApi, writer: StatusWriter) -> None:
    api.stored = {"metadata": {"name": "mood-watch"}}
    assert not writer.is_gone()
    api.stored = {"metadata": {"deletionTimestamp": BEGIN}}
    assert writer.is_gone()
    api.answers = [404, 500]
    assert writer.is_gone()
    assert not writer.is_gone(), "nobody can tell"


def test_a_status_of_another_version_counts_as_none(
    api: FakeApi, writer: StatusWriter, caplog: pytest.LogCaptureFixture
) -> None:
    api.stored = {"status": {"verdict": {"state": "Broken"}}}
    assert writer.read() is None
    assert "the status cannot be read" in caplog.text
