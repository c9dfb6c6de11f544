from __future__ import annotations

import json

import pytest

from swirl.wire.problem import Problem


def test_both_ends_agree() -> None:
    problem = Problem(404, "there is no model 'ü' here")
    assert Problem.from_json(problem.to_json()) == problem
    body = json.loads(problem.to_json())
    assert (body["title"], body["status"], body["error"]) == ("Not Found", 404, problem.detail)


@pytest.mark.parametrize(
    "text", ["", "<html>", "[]", "{}", '{"status": 404}', '{"status": true, "detail": "x"}']
)
def test_what_proxies_answer_is_none(text: str) -> None:
    assert Problem.from_json(text) is None
