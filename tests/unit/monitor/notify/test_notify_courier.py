from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from swirl.api.v1alpha1.swirlmonitor import Destination, Incident
from swirl.monitor.notify.courier import Alertmanagers, Courier, Webhook
from swirl.monitor.notify.incidents import Sent
from swirl.monitor.notify.post import NotSent
from swirl.wire.times import Millis
from tests.support.ports import free_port
from tests.support.receiver import receiving
from tests.unit.monitor.notify.verdicts import START, broken, followed, healthy


class Fake:
    """A receiver that refuses as often as it is told to."""

    name: Destination = "Webhook"

    def __init__(self, *, repeats: bool = False, refuse: int = 0) -> None:
        self.repeats = repeats
        self.refuse = refuse
        self.heard: list[tuple[str, int]] = []

    def relevant(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        return incidents

    def tell(self, incident: Incident, told: int) -> None:
        if self.refuse:
            self.refuse -= 1
            raise NotSent("not today")
        self.heard.append((incident.id, incident.revision))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def at_work(fake: Fake) -> tuple[Courier, Clock]:
    clock = Clock()
    return Courier(fake, clock), clock


def run(courier: Courier, clock: Clock, seconds: float) -> list[float]:
    """Work for so long; return when it looked."""
    looked, end = [], clock.now + seconds
    while True:
        wait = courier.step()
        looked.append(clock.now)
        if clock.now + wait > end:
            clock.now = end
            return looked
        clock.now += wait


OPEN, CLOSED = followed(broken(5)), followed(broken(5), healthy(60))
TWO = followed(broken(5), healthy(60), broken(90))


def test_each_revision_is_told_once() -> None:
    fake = Fake()
    courier, clock = at_work(fake)
    for incidents in (OPEN, OPEN, CLOSED, CLOSED):
        courier.offer(incidents)
        run(courier, clock, 300)
    assert [revision for _, revision in fake.heard] == [1, 2]
    assert [item.revision for item in courier.collect()] == [1, 2]
    assert courier.collect() == []
    assert (courier.delivered, courier.waiting()) == (2, 0)


def test_what_an_engine_before_has_told_is_not_told_again() -> None:
    fake = Fake()
    courier, clock = at_work(fake)
    delivery = {"to": "Webhook", "revision": 1}
    courier.offer([Incident.model_validate({**OPEN[0].model_dump(), "deliveries": [delivery]})])
    run(courier, clock, 300)
    assert fake.heard == []


def test_what_is_refused_is_tried_again_with_growing_waits_and_complained_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = Fake(refuse=7)
    courier, clock = at_work(fake)
    courier.offer(OPEN)
    with caplog.at_level(logging.WARNING):
        looked = run(courier, clock, 600)
    assert looked[:8] == [0, 1, 3, 8, 18, 48, 108, 228]
    assert fake.heard == [(OPEN[0].id, 1)]
    assert courier.collect() == [
        Sent(OPEN[0].id, "Webhook", 1, "not today"),
        Sent(OPEN[0].id, "Webhook", 1),
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert (courier.failed, courier.delivered) == (7, 1)


def test_news_do_not_wait_because_something_old_could_not_be_told() -> None:
    fake = Fake(refuse=6)
    courier, clock = at_work(fake)
    courier.offer(OPEN)
    run(courier, clock, 60)
    fake.refuse = 0
    courier.offer(CLOSED)
    courier.step()
    assert fake.heard == [(CLOSED[0].id, 2)]


def test_incidents_are_told_in_order() -> None:
    fake = Fake(refuse=1)
    courier, clock = at_work(fake)
    courier.offer(TWO)
    run(courier, clock, 10)
    assert fake.heard == [(TWO[0].id, 2), (TWO[1].id, 1)]


def test_who_forgets_is_told_again_and_again() -> None:
    fake = Fake(repeats=True)
    courier, clock = at_work(fake)
    courier.offer(OPEN)
    run(courier, clock, 299)
    assert fake.heard == [(OPEN[0].id, 1)] * 5
    assert courier.collect() == [Sent(OPEN[0].id, "Webhook", 1)], "which is no news to write down"


def test_a_thread_tells_at_once_and_stops_when_asked() -> None:
    fake = Fake()
    courier = Courier(fake)
    courier.start()
    courier.offer(OPEN)
    courier.drain(10)
    assert fake.heard == [(OPEN[0].id, 1)]
    courier.close()


# -- Alertmanagers -----------------------------------------------------------------------------


def wall() -> Millis:
    return Millis(START + 500)


def test_every_replica_is_told_and_one_that_takes_it_is_enough(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    with receiving() as one, receiving() as other:
        told = Alertmanagers([one.url, dead, other.url + "/prefix/"], "shop", "mood", wall)
        told.tell(OPEN[0], 0)
        assert [post.path for post in one.posts] == ["/api/v2/alerts"]
        assert [post.path for post in other.posts] == ["/prefix/api/v2/alerts"]
    assert "one of the Alertmanagers was not told" in caplog.text
    with pytest.raises(NotSent, match="does not answer"):
        Alertmanagers([dead, dead], "shop", "mood", wall).tell(OPEN[0], 0)


def test_to_alertmanager_the_latest_incident_is_all_there_is() -> None:
    told = Alertmanagers([], "shop", "mood", wall)
    assert told.relevant(TWO) == TWO[-1:]
    assert told.relevant(()) == ()


# -- the webhook -------------------------------------------------------------------------------


def test_a_notice_is_signed_at_the_time_of_the_attempt(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    with receiving() as receiver:
        Webhook(receiver.url + "/hook", tmp_path, "shop", "mood", wall).tell(OPEN[0], 0)
    (post,) = receiver.posts
    assert post.path == "/hook"
    assert post.signed_by(b"s3cret")
    assert post.headers["webhook-timestamp"] == str(START // 1000)
    assert post.json()["type"] == "swirl.verdict.opened"


def test_secret_and_url_are_read_anew_each_time(tmp_path: Path) -> None:
    told = Webhook(None, tmp_path, "shop", "mood", wall)
    with pytest.raises(NotSent, match="has no key `secret`, or is not there: create it"):
        told.tell(OPEN[0], 0)
    (tmp_path / "secret").write_text("one")
    with pytest.raises(NotSent, match="has no key `url`"):
        told.tell(OPEN[0], 0)
    (tmp_path / "url").write_text("file:///etc/passwd")
    with pytest.raises(NotSent, match="no http or https URL"):
        told.tell(OPEN[0], 0)
    with receiving() as receiver:
        (tmp_path / "url").write_text(receiver.url + "\n")
        told.tell(OPEN[0], 0)
        (tmp_path / "secret").write_text("two")
        told.tell(OPEN[0], 0)
    assert [post.signed_by(b"one") for post in receiver.posts] == [True, False]
    assert receiver.posts[1].signed_by(b"two")
    (tmp_path / "secret").write_text("")
    with pytest.raises(NotSent, match="key `secret` of the webhook's Secret is empty"):
        told.tell(OPEN[0], 0)
