"""What an answer means, an error above all."""

from __future__ import annotations

import json

import pytest

from swirl.kube import answer, errors
from swirl.kube.request import get
from swirl.kube.resources import PODS
from tests.support.api_errors import API_ERRORS

ASKED = get(PODS, "ns", "p")


def test_an_object() -> None:
    assert answer.read(ASKED, 200, '{"kind": "Pod"}', None) == {"kind": "Pod"}


@pytest.mark.parametrize(("code", "reason", "error"), API_ERRORS)
def test_errors_are_typed_and_say_why(code: int, reason: str, error: type[errors.ApiError]) -> None:
    status = json.dumps({"kind": "Status", "reason": reason, "message": f"{reason}!"})
    with pytest.raises(error) as caught:
        answer.read(ASKED, code, status, None)
    assert type(caught.value) is error
    assert str(caught.value) == f"{code} {reason}: {reason}!"


@pytest.mark.parametrize(("header", "seconds"), [(None, None), ("7", 7.0), ("tomorrow", None)])
def test_it_may_say_when_to_come_again(header: str | None, seconds: float | None) -> None:
    with pytest.raises(errors.TooManyRequests) as caught:
        answer.read(ASKED, 429, "{}", header)
    assert caught.value.retry_after == seconds


def test_a_proxys_error_page_names_what_was_asked() -> None:
    with pytest.raises(errors.ServerError, match=r"GET /api/.*/pods/p: <html>bad gateway"):
        answer.read(ASKED, 502, "<html>bad gateway</html>", None)


@pytest.mark.parametrize("text", ["<html>log in</html>", "[]", ""])
def test_what_is_no_object_is_an_error(text: str) -> None:
    with pytest.raises(errors.ApiError, match="NotJson"):
        answer.read(ASKED, 200, text, None)
