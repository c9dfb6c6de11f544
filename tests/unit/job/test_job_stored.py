"""Parameters that a variable cannot hold are read from the run, exactly as they were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swirl.job.errors import InvalidRun, PlatformFault
from swirl.job.stored import from_cluster, parameters
from swirl.kube.errors import ApiError, Forbidden, NotFound, Unreachable
from swirl.kube.request import Object
from swirl.wire.run import RunSpec
from tests.support.api_server import serving
from tests.support.drivers import driver_environ
from tests.unit.job.driven import drive, modules

RUN = RunSpec(
    namespace="ads",
    job="train",
    name="train-1",
    uid="u-1",
    attempt=1,
    mode="Batch",
    function="jobs:count",
    artifacts="file:///data",
    stored=True,
)


def run(uid: str = "u-1", **more: Any) -> Object:
    return {"metadata": {"name": "train-1", "uid": uid}, "spec": {"job": "train"}, **more}


def failing(*errors: ApiError, then: Object | None = None) -> Callable[[], Object]:
    left = list(errors)

    def read() -> Object:
        if left:
            raise left.pop(0)
        assert then is not None
        return then

    return read


@pytest.mark.parametrize("place", ["spec", "status"])
def test_the_jobs_and_the_runs_own(place: str) -> None:
    job_spec = {"jobSpec": {"parameters": {"a": 1, "b": 1}}}
    found = run(spec={"job": "train", "parameters": {"b": 2}})
    found[place] = {**found.get(place, {}), **job_spec}
    assert parameters(RUN, lambda: found) == {"a": 1, "b": 2}


def test_what_does_not_answer_is_asked_again() -> None:
    waits: list[float] = []
    away = [Unreachable("away")] * 3
    assert parameters(RUN, failing(*away, then=run()), sleep=waits.append) == {}
    assert waits == [2.0, 4.0, 6.0]


@pytest.mark.parametrize(
    ("errors", "kind", "words"),
    [
        ([NotFound(404, "NotFound", "no")], InvalidRun, "is gone"),
        ([Forbidden(403, "Forbidden", "not you")], PlatformFault, "may not get analyticsruns"),
        ([Unreachable("away")] * 5, PlatformFault, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(
    errors: list[ApiError], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        parameters(RUN, failing(*errors), sleep=lambda seconds: None)


def test_a_run_that_was_made_anew_is_another_one() -> None:
    with pytest.raises(InvalidRun, match="another one of the same name"):
        parameters(RUN, lambda: run("u-2"))


def test_outside_of_a_cluster_there_is_nothing_to_read() -> None:
    with pytest.raises(InvalidRun, match="no Pod of a cluster"):
        from_cluster(RUN, {})


COUNT = """
from swirl import Context, analytics

@analytics
def count(ctx: Context, *, items: list[str], key: int) -> dict[str, int]:
    return {"items": len(items), "key": key, "seen": len(ctx.parameters["items"])}
"""


def test_a_driver_reads_them_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"items": [f"customer-{n:07d}" for n in range(8000)], "key": 9007199254740993}
    (tmp_path / "token").write_text("secret")
    with modules(monkeypatch, tmp_path, {"jobs_stored": COUNT}), serving() as api:
        api.stored = run("uid-1", spec={"job": "train", "jobSpec": {"parameters": given}})
        environ = driver_environ(tmp_path, "jobs_stored:count", parameters=given, uid="uid-1")
        assert len(environ["SWIRL_RUN"]) < 1000
        account = {"SWIRL_KUBERNETES_URL": api.url, "SWIRL_SERVICE_ACCOUNT": str(tmp_path)}
        _, told = drive(environ | account)
    assert told.result == '{"items": 8000, "key": 9007199254740993, "seen": 8000}'
    assert api.requests[0].path.endswith("/namespaces/ads/analyticsruns/train-1")


def test_a_driver_that_may_not_read_them_says_so_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("secret")
    with modules(monkeypatch, tmp_path, {"jobs_stored": COUNT}), serving() as api:
        api.answers = [403]
        long = {"items": ["x" * 70000]}
        environ = driver_environ(tmp_path, "jobs_stored:count", parameters=long)
        account = {"SWIRL_KUBERNETES_URL": api.url, "SWIRL_SERVICE_ACCOUNT": str(tmp_path)}
        code, told = drive(environ | account)
    assert (code, told.reason) == (1, "PlatformError")
    assert "may not get analyticsruns" in told.message
