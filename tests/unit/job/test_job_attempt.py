from __future__ import annotations

from pathlib import Path

import pytest

from swirl.job.analytics import analytics
from swirl.job.attempt import call, conclude, with_outputs
from swirl.job.context import Context
from swirl.job.stopping import Stopped
from swirl.store import Store, StoreUnavailable, bucket
from swirl.testing import local_context
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import ModelRef, Outcome
from swirl.wire.reasons import Kind, OutcomeReason
from tests.support.ports import free_port
from tests.support.s3 import told

DONE = Outcome("Succeeded", "Succeeded", "done")


def test_metrics_are_text_as_short_as_exactness_allows(tmp_path: Path) -> None:
    ctx = local_context(folder=tmp_path)
    for name, value in {"accuracy": 0.71, "rows": 1200, "share": 1 / 3}.items():
        ctx.log_metric(name, value)
    ctx.models.append(ModelRef("m", "file:///m", "sha256:1"))
    outcome = with_outputs(DONE, ctx)
    assert outcome.metrics == {"accuracy": "0.71", "rows": "1200", "share": "0.3333333333333333"}
    assert outcome.models == (ModelRef("m", "file:///m", "sha256:1"),)


def test_metrics_may_be_logged_meanwhile(tmp_path: Path) -> None:
    """By a function that does not end when it is asked to."""
    ctx = local_context(folder=tmp_path)

    class Meanwhile(float):
        def is_integer(self) -> bool:
            ctx.log_metric("another", 1)
            return True

    ctx.metrics["rows"] = Meanwhile(3)
    assert with_outputs(DONE, ctx).metrics == {"rows": "3"}


def test_being_asked_to_end_is_no_failure() -> None:
    def work() -> Outcome:
        raise Stopped

    with pytest.raises(Stopped):
        conclude(work)
    assert conclude(lambda: DONE) == (DONE, DriverExit.SUCCEEDED)


S3A = "getFileStatus on s3a://models/swirl/x: SdkClientException: Unable to execute HTTP request"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (S3A, "PlatformError"),
        (S3A.replace("models", "of-the-user"), "UserError"),
        ("no rows", "UserError"),
    ],
)
def test_sparks_words_of_the_stores_bucket_are_looked_into(
    text: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bucket, "RETRIES", 0)
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}
    ctx = local_context(folder=tmp_path)

    def function(ctx: Context) -> None:
        raise RuntimeError(text)

    with told({**environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}):
        ctx.store = Store("s3://models/swirl")
        outcome, code = conclude(lambda: call(analytics(function), ctx, {}))
    assert (code, outcome.reason) == (DriverExit.FAILED, reason)
    assert ("the artifact store s3://models" in outcome.message) is (reason == "PlatformError")


def test_a_store_that_is_away_is_not_the_functions_fault() -> None:
    def work() -> Outcome:
        raise StoreUnavailable("the artifact store s3://models cannot be used: why; what to do")

    outcome, code = conclude(work)
    assert code == DriverExit.FAILED
    assert (outcome.outcome, outcome.reason) == ("Failed", "PlatformError")
    assert outcome.message == "the artifact store s3://models cannot be used: why; what to do"
    assert OutcomeReason.PLATFORM_ERROR.kind is Kind.LOSS


def test_a_secret_in_an_error_is_not_told() -> None:
    def fail() -> Outcome:
        raise ValueError("cannot connect to postgresql://joe:hunter2@db/tweets")

    outcome, _ = conclude(fail)
    assert "postgresql://joe:(hidden)@db/tweets" in outcome.message
    assert b"hunter2" not in outcome.to_bytes()
