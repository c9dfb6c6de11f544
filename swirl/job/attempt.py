"""One attempt: calls the function and turns whatever it ends with into an outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from swirl.job import jvm
from swirl.job.analytics import Analytics
from swirl.job.context import Context
from swirl.job.errors import PermanentError, PlatformFault
from swirl.job.failure import describe, explain, text_of, without_secrets
from swirl.job.result import to_json
from swirl.job.stopping import Stopped
from swirl.job.streaming import await_queries
from swirl.store import Store, StoreUnavailable
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import RESULT_BYTES, Outcome
from swirl.wire.reasons import OutcomeReason

logger = logging.getLogger(__name__)

End = tuple[Outcome, DriverExit]


def conclude(work: Callable[[], Outcome]) -> End:
    """Do the work and return its outcome, also if it fails.

    Raises:
        Stopped: the process is asked to end.
    """
    try:
        return work(), DriverExit.SUCCEEDED
    except Stopped:
        raise
    except SystemExit as error:
        if error.code in (None, 0):
            message = "The function ended by sys.exit"
            return Outcome("Succeeded", OutcomeReason.SUCCEEDED, message), DriverExit.SUCCEEDED
        message = f"{describe(error)} was given to sys.exit"
        return _failed(OutcomeReason.USER_ERROR, message), DriverExit.FAILED
    except PermanentError as error:
        message = text_of(error).strip() or describe(error)
        # Of the function's own errors the log says the place as well.
        logger.error("%s", message, exc_info=error.reason is OutcomeReason.USER_ERROR)
        return _failed(error.reason, message), DriverExit.PERMANENT
    except StoreUnavailable as error:
        # Not the function's doing: the attempt is made again until the store is there.
        logger.exception("the artifact store cannot be used")
        return _failed(OutcomeReason.PLATFORM_ERROR, str(error)), DriverExit.FAILED
    except PlatformFault as error:
        logger.error("%s", error)
        return _failed(OutcomeReason.PLATFORM_ERROR, str(error)), DriverExit.FAILED
    except BaseException as error:
        # Libraries have errors that are no Exception, asyncio for one.
        logger.exception("the function failed")
        failure = jvm.failure_of(error) or explain(error, jvm.log())
        code = DriverExit.PERMANENT if failure.permanent else DriverExit.FAILED
        return _failed(failure.reason, failure.message), code


def call(function: Analytics[Any, Any], context: Context, arguments: Mapping[str, Any]) -> Outcome:
    """Call the function, wait for its queries if it is a stream, and return its success.

    Args:
        function: what to call.
        context: of the attempt.
        arguments: valid ones, as `Analytics.validate` returns them.

    Raises:
        ResultNotSerializable: the result has no JSON form.
        BaseException: whatever the function raises.
    """
    run = context.run
    try:
        result = function(context, **arguments)
        if run.mode == "Streaming" and context.spark_started:
            await_queries(context.spark, lambda: context.stopping)
    except Exception as error:
        _ask_the_store(context.store, error)
        raise
    outcome = Outcome("Succeeded", OutcomeReason.SUCCEEDED, f"{run.function} succeeded")
    if result is None:
        return outcome
    data = to_json(function.function.__name__, result)
    if len(data) <= RESULT_BYTES:
        return replace(outcome, result=data.decode())
    uri = context.store.result_uri(run.namespace, run.job, run.ref.folder, run.attempt)
    context.store.put(uri, data)
    return replace(outcome, result_uri=uri)


def _ask_the_store(store: Store, error: Exception) -> None:
    """Ask whether an error about the store's own bucket comes of that being away.

    Spark's client says what is wrong in words of its own, and of the user's buckets as well.

    Raises:
        StoreUnavailable: it does.
    """
    place = store.root.partition("://")[2].partition("/")[0]
    if not store.root.startswith("file:") and f"://{place}/" in text_of(error):
        store.exists(store.root)


def with_outputs(outcome: Outcome, context: Context) -> Outcome:
    """Return the outcome with what the function published and logged, however it ended."""
    # A copy, since a function that does not end when it is asked to may still log metrics.
    metrics = {name: _text(value) for name, value in dict(context.metrics).items()}
    return replace(outcome, models=tuple(context.models), metrics=metrics)


def _text(number: float) -> str:
    """Write whole numbers without a fraction, all others as short as exactness allows."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _failed(reason: OutcomeReason, message: str) -> Outcome:
    return Outcome("Failed", reason, without_secrets(message))
