from __future__ import annotations

import json

import pytest

from swirl.monitor.notify.webhook import Notice, headers, notice, secrets
from tests.support.receiver import Post
from tests.unit.monitor.notify.verdicts import CHANGE, at, broken, followed, healthy


def told(*verdicts: object, acknowledged: int = 0) -> tuple[str, dict[str, object]]:
    *_, incident = followed(*verdicts)  # type: ignore[arg-type]
    found = notice(incident, acknowledged, "shop", "mood")
    return found.id, json.loads(found.body)


def test_a_beginning() -> None:
    change = CHANGE.model_dump(by_alias=True, exclude_none=True)
    id, body = told(broken(5, change=change))
    incident = followed(broken(5))[0].id
    assert id == f"{incident}-1"
    assert body == {
        "type": "swirl.verdict.opened",
        "timestamp": at(5),
        "data": {
            "incident": incident,
            "namespace": "shop",
            "monitor": "mood",
            "revision": 1,
            "since": at(5),
            "summary": "Data pipeline is broken",
            "node": "ingest",
            "message": "Data pipeline is broken at ingest.",
            "change": change,
        },
    }


def test_what_comes_after_it() -> None:
    revised = broken(5, node="feed")
    assert told(broken(5), revised, acknowledged=1)[1]["type"] == "swirl.verdict.changed"
    assert told(broken(5), revised)[1]["type"] == "swirl.verdict.opened", "nobody knew of it yet"
    _, body = told(broken(5), healthy(60), acknowledged=1)
    assert (body["type"], body["timestamp"]) == ("swirl.verdict.resolved", at(60))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the standard's own documents."""
    given = Notice("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')
    found = headers(given, secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), 1614265330)
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs_so_that_one_can_take_anothers_place() -> None:
    given = Notice("id", b"{}")
    post = Post("/", dict(headers(given, secrets("old\n\nnew\n"), 7)), given.body)
    assert post.signed_by(b"old")
    assert post.signed_by(b"new")
    assert not post.signed_by(b"other")


def test_neither_body_nor_time_nor_id_can_be_another() -> None:
    given = Notice("id", b"{}")
    signed = dict(headers(given, [b"s"], 7))
    assert not Post("/", signed, b"{ }").signed_by(b"s")
    assert not Post("/", {**signed, "webhook-timestamp": "8"}, given.body).signed_by(b"s")
    assert not Post("/", {**signed, "webhook-id": "other"}, given.body).signed_by(b"s")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("whsec_***", "is not base64"),
        ("whsec_é", "is not base64"),
        ("whsec_", "nothing behind whsec_"),
    ],
)
def test_a_secret_that_is_none_is_not_quoted(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        secrets(text)
    assert "***" not in str(raised.value)
