from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from swirl import Context, analytics
from swirl.testing import local_context, run
from swirl.wire.outcome import Outcome


@analytics
def count(ctx: Context, *, day: date, rows: int = 1) -> dict[str, Any]:
    ctx.log_metric("rows", rows)
    if rows < 0:
        raise ValueError("no rows")
    return {"day": day, "rows": rows}


def test_a_function_is_run_as_by_a_driver(tmp_path: Path) -> None:
    ctx = local_context({"day": "2026-01-31"}, folder=tmp_path)
    assert run(count, ctx) == Outcome(
        "Succeeded",
        "Succeeded",
        f"{__name__}:count succeeded",
        metrics={"rows": "1"},
        result='{"day":"2026-01-31","rows":1}',
    )
    assert ctx.parameters == {"day": date(2026, 1, 31), "rows": 1}


@pytest.mark.parametrize(
    ("parameters", "reason", "message"),
    [
        ({}, "InvalidParameters", "parameter 'day' is required: add it to the parameters"),
        ({"day": "2026-01-31", "rows": -1}, "UserError", "ValueError at "),
    ],
)
def test_an_error_is_an_outcome(
    tmp_path: Path, parameters: dict[str, Any], reason: str, message: str
) -> None:
    outcome = run(count, local_context(parameters, folder=tmp_path))
    assert (outcome.outcome, outcome.reason) == ("Failed", reason)
    assert outcome.message.startswith(message)
    assert outcome.metrics == ({"rows": "-1"} if reason == "UserError" else {})


def test_it_can_be_run_again(tmp_path: Path) -> None:
    ctx = local_context({"day": "2026-01-31"}, folder=tmp_path)
    assert run(count, ctx) == run(count, ctx)


def test_parameters_without_a_json_form(tmp_path: Path) -> None:
    outcome = run(count, local_context({"day": date(2026, 1, 31)}, folder=tmp_path))
    assert outcome.reason == "InvalidParameters"
    assert outcome.message.endswith(": write each as in an AnalyticsJob, a date as its text")


def test_a_run_that_was_asked_to_end_is_stopped(tmp_path: Path) -> None:
    ctx = local_context({"day": "2026-01-31"}, folder=tmp_path)
    ctx.stop()
    outcome = run(count, ctx)
    assert (outcome.outcome, outcome.reason) == ("Failed", "DriverLost")
    assert (outcome.result, outcome.metrics) == (None, {"rows": "1"})


def bare(ctx: Context, name: str = "x") -> str:
    return name


def untyped(ctx, name):  # type: ignore[no-untyped-def]
    return name


def test_the_decorator_is_not_needed(tmp_path: Path) -> None:
    assert run(bare, local_context(folder=tmp_path)).result == '"x"'


def test_a_function_that_cannot_be_run(tmp_path: Path) -> None:
    outcome = run(untyped, local_context(folder=tmp_path))
    assert outcome.reason == "InvalidSpec"
    assert "parameter 'name' needs a type hint" in outcome.message
