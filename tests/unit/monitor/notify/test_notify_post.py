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
        (302, "answers 302, which sends on to /elsewhere: give that URL instead"),
        (308, "answers 308, which sends on to /elsewhere"),
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
