from __future__ import annotations

import pytest

from swirl.monitor.notify.post import NotSent, post
from tests.support.ports import free_port
from tests.support.receiver import receiving


def test_what_is_posted() -> None:
    with receiving() as receiver:
        receiver.answers = [204]
        post(receiver.url + "/hook", b"{}", {"webhook-id": "1"})
    (found,) = receiver.posts
    assert (found.path, found.body) == ("/hook", b"{}")
    assert found.headers["content-type"] == "application/json"
    assert found.headers["webhook-id"] == "1"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (500, "answers 500: not today"),
        (404, "answers 404: not today"),
        (302, "answers 302, which sends on to another path: give that URL instead"),
        (308, "answers 308, which sends on to another path"),
    ],
)
def test_anything_but_a_success_is_none(code: int, says: str) -> None:
    with receiving() as receiver:
        receiver.answers = [code]
        with pytest.raises(NotSent, match=says):
            post(receiver.url + "/T0/token", b"{}")
        assert len(receiver.posts) == 1, "a POST that is sent on would lose its body"


def test_the_path_of_a_url_is_not_told_since_it_may_be_a_secret() -> None:
    for url in (f"http://127.0.0.1:{free_port()}/T0/token", "http://nobody.invalid/T0/token"):
        with pytest.raises(NotSent, match="does not answer") as raised:
            post(url, b"{}")
        assert "token" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "location", "text"),
    [
        (301, "https://127.0.0.1/T0/xoxb-very-secret", "moved"),
        (302, "/T0/xoxb-very-secret/", "found"),
        (404, "", "Cannot POST /T0/xoxb-very-secret"),
        (403, "", "no hook xoxb-very-secret here"),
    ],
)
def test_a_receiver_that_repeats_the_path_does_not_give_it_away(
    code: int, location: str, text: str
) -> None:
    with receiving() as receiver:
        receiver.answers, receiver.location, receiver.text = [code], location, text
        with pytest.raises(NotSent, match=f"answers {code}") as raised:
            post(receiver.url + "/T0/xoxb-very-secret", b"{}")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1/T0/secret",
        "http://127.0.0.1/T0/secret of two words",
        "http://127.0.0.1/T0/secr\u00e9t-secret",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:secret/",
        "secret",
    ],
)
def test_a_url_that_is_none_is_not_sent_and_not_told(url: str) -> None:
    with pytest.raises(NotSent) as raised:
        post(url, b"{}")
    assert "secret" not in str(raised.value)
