"""Runs a function in this process as a driver would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from swirl.job.attempt import call, conclude, with_outputs
from swirl.job.load import callable_as
from swirl.job.stopping import STOPPED
from swirl.testing.context import LocalContext
from swirl.wire.outcome import Outcome


def run(function: Callable[..., Any], context: LocalContext) -> Outcome:
    """Run a function as a driver does, and return how it ended.

    The parameters that the context was made with are taken for JSON, as they would come from an
    AnalyticsJob, and are validated; afterwards `context.parameters` is what the function was called
    with. The result has to have a JSON form. An error becomes an outcome, whose `reason` and
    `message` a run would show; the log has the traceback. A run that was asked to end is `Stopped`,
    whatever the function returned. Streaming queries are not waited for: they go on in the
    SparkSession, which tests share, until the test stops them.

    Args:
        function: with or without `@analytics`.
        context: what the function gets; see `local_context`.
    """

    def attempt() -> Outcome:
        name = f"{function.__module__}:{getattr(function, '__qualname__', function)}"
        entry = callable_as(function, name)
        arguments = entry.validate(context.run.parameters)
        context.run = replace(context.run, function=name)
        context.parameters = arguments
        return call(entry, context, arguments)

    outcome, _ = conclude(attempt)
    if context.stopping:
        outcome, _ = STOPPED
    return with_outputs(outcome, context)
