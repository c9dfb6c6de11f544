"""Entry point of a driver Pod: `python3 -m swirl.job.driver`.

Reads SWIRL_RUN and SWIRL_SPARK_CONF, runs the function and leaves its outcome in the container's
termination message. Exit codes: 0 succeeded, 1 failed and may be tried again, 2 can never succeed
as it is, 143 stopped.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from swirl.job import jvm
from swirl.job import spark as sparks
from swirl.job.analytics import Analytics
from swirl.job.context import Context, KafkaNotConfigured
from swirl.job.load import EntryPointNotFound, InvalidEntryPoint, load
from swirl.job.outcome import (
    RESULT_BYTES,
    Outcome,
    describe,
    is_library,
    relative_path,
    text_of,
)
from swirl.job.parameters import InvalidParameters
from swirl.job.progress import Progress, pod_patch
from swirl.job.runspec import VARIABLE, InvalidRunSpec, RunSpec
from swirl.job.stopping import Stopped, Stopper, stop_queries
from swirl.job.streaming import await_queries, explain
from swirl.metrics import Emitter
from swirl.store import StoreError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

logger = logging.getLogger("swirl.job.driver")

SUCCEEDED, FAILED, PERMANENT, STOPPED = 0, 1, 2, 143
TERMINATION_LOG = "/dev/termination-log"
TERMINATION_VARIABLE = "SWIRL_TERMINATION_LOG"

_SPARK_STOP_SECONDS = 8.0

# Errors that another attempt cannot cure, and the reason each is reported under.
_PERMANENT: dict[type[Exception], str] = {
    InvalidRunSpec: "InvalidRun",
    sparks.InvalidSparkConf: "InvalidSparkConf",
    EntryPointNotFound: "EntryPointNotFound",
    InvalidEntryPoint: "InvalidEntryPoint",
    InvalidParameters: "InvalidParameters",
    KafkaNotConfigured: "KafkaNotConfigured",
}


class ResultNotSerializable(Exception):
    """The function's result has no JSON form."""


class Driver:
    """Runs one attempt; `run` is called once."""

    def __init__(self) -> None:
        self._context: Context | None = None
        self._emitter: Emitter | None = None
        self._progress = Progress(pod_patch())
        self._stopper = Stopper(self._stop_queries, self._give_up)

    def run(self) -> int:
        """Run the function, report its outcome and return the exit code."""
        self._stopper.install()
        try:
            outcome, code = self._attempt()
        except Stopped:
            outcome, code = _stopped()
        self._stopper.finished()
        if self._stopper.requested:
            # Whatever an interrupted function returned or raised is no outcome of the job.
            outcome, code = _stopped()
        report(self._with_findings(outcome))
        self._close()
        return code

    def _attempt(self) -> tuple[Outcome, int]:
        try:
            return self._execute(), SUCCEEDED
        except SystemExit as error:
            if error.code in (None, 0):
                return Outcome(
                    "Succeeded", "Succeeded", "The function ended by sys.exit"
                ), SUCCEEDED
            return _failed("Exited", f"{describe(error)} was given to sys.exit"), FAILED
        except tuple(_PERMANENT) as error:
            logger.error("%s", error)
            return _failed(_PERMANENT[type(error)], str(error)), PERMANENT
        except ResultNotSerializable as error:
            return _failed("ResultNotSerializable", str(error)), PERMANENT
        except Stopped:
            raise
        except BaseException as error:
            # Libraries have errors that are no Exception, asyncio for one.
            logger.exception("the function failed")
            return _explain_failure(error), FAILED

    def _execute(self) -> Outcome:
        run = RunSpec.from_json(os.environ.get(VARIABLE, ""))
        conf = sparks.conf_from_environment()
        function = load(run.function)
        arguments = function.validate(run.parameters)
        context = self._context = self._make_context(run, conf, arguments)
        logger.info(
            "running %s, attempt %d of %s/%s", run.function, run.attempt, run.namespace, run.run
        )
        result = function(context, **arguments)
        if run.mode == "Streaming" and context.spark_started:
            await_queries(context.spark, lambda: self._stopper.requested)
        return self._succeeded(context, function, result)

    def _make_context(
        self, run: RunSpec, conf: Mapping[str, str] | None, arguments: Mapping[str, Any]
    ) -> Context:
        try:
            if run.kafka is not None:
                source = f"{run.namespace}/AnalyticsJob/{run.job}"
                self._emitter = Emitter(
                    run.kafka.bootstrap_servers, run.kafka.metrics_topic, source
                )
            return Context(
                run,
                parameters=arguments,
                spark_conf=conf,
                emitter=self._emitter,
                progress=self._progress,
                stopping=lambda: self._stopper.requested,
            )
        except (StoreError, ValueError, ImportError) as error:
            raise InvalidRunSpec(f"{VARIABLE}: {error}") from error

    def _succeeded(self, context: Context, function: Analytics[Any, Any], result: Any) -> Outcome:
        outcome = Outcome("Succeeded", "Succeeded", f"{context.run.function} succeeded")
        if result is None:
            return outcome
        data = to_json(function, result)
        if len(data) <= RESULT_BYTES:
            return replace(outcome, result=data.decode())
        run = context.run
        uri = context.store.result_uri(run.namespace, run.job, run.ref.folder, run.attempt)
        context.store.put(uri, data)
        return replace(outcome, result_uri=uri)

    def _with_findings(self, outcome: Outcome) -> Outcome:
        if self._context is None:
            return outcome
        return replace(outcome, models=self._context.models, metrics=self._context.recorded)

    def _stop_queries(self, seconds: float) -> None:
        if self._context is not None and self._context.spark_started:
            stop_queries(self._context.spark, seconds)

    def _give_up(self) -> None:
        logger.error("the function does not end; ending the process")
        report(self._with_findings(_stopped()[0]))
        end(STOPPED)

    def _close(self) -> None:
        """Let go of everything, each within a bound, so that no failed part holds up the end."""
        if self._emitter is not None:
            self._emitter.close(timeout=5.0)
        self._progress.close()
        if self._context is not None and self._context.spark_started:
            _stop_spark(self._context.spark)


def to_json(function: Analytics[Any, Any], result: Any) -> bytes:
    """Return a function's result as JSON; NaN becomes null.

    Raises:
        ResultNotSerializable: it holds something without a JSON form.
    """
    from pydantic_core import PydanticSerializationError
    from pydantic_core import to_json as dump

    try:
        return dump(result, inf_nan_mode="null", fallback=_plain)
    except (PydanticSerializationError, ValueError) as error:
        raise ResultNotSerializable(
            f"{function.function.__name__} returned {type(result).__name__}, which has no JSON "
            f"form ({error}): return numbers, strings, lists, dicts or dataclasses"
        ) from error


def report(outcome: Outcome) -> None:
    """Write the termination message; the log has the sentence as well."""
    level = logging.INFO if outcome.outcome == "Succeeded" else logging.ERROR
    logger.log(level, "%s (%s): %s", outcome.outcome, outcome.reason, outcome.message)
    given = os.environ.get(TERMINATION_VARIABLE)
    path = Path(given or TERMINATION_LOG)
    if given is None and not path.exists():
        return  # not in a container: there is nobody to read it
    try:
        path.write_bytes(outcome.to_bytes())
    except OSError as error:
        logger.error("the outcome cannot be written to %s: %s", path, error)


def end(code: int) -> NoReturn:
    """End the process at once: threads left over by the function must not keep the Pod alive."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> NoReturn:
    """Run the driver and end the process."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # Both repeat, every second, what the driver says once.
    for name in ("kafka", "py4j"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    end(Driver().run())


def _explain_failure(error: BaseException) -> Outcome:
    if (epitaph := jvm.epitaph() if _is_broken_connection(error) else None) is not None:
        return _failed("SparkEnded", epitaph)
    text = text_of(error)
    if type(error).__name__ == "StreamingQueryException":
        return _failed("QueryFailed", explain(text, is_library, relative_path))
    if "Traceback (most recent call last)" in text:
        # Raised in a Python worker of Spark; the place that matters is in the text.
        return _failed("FunctionFailed", explain(text, is_library, relative_path))
    return _failed("FunctionFailed", describe(error))


def _is_broken_connection(error: BaseException) -> bool:
    # An error of the JVM itself is a Py4JJavaError; the plain one is what py4j makes of silence.
    return isinstance(error, OSError) or type(error).__name__ in ("Py4JNetworkError", "Py4JError")


def _failed(reason: str, message: str) -> Outcome:
    return Outcome("Failed", reason, message)


def _stopped() -> tuple[Outcome, int]:
    return _failed("Stopped", "The run was stopped before it ended by itself"), STOPPED


def _plain(value: Any) -> Any:
    """Turn numbers and arrays of numpy into Python's; called for what has no JSON form itself."""
    for method in ("tolist", "item"):
        if callable(convert := getattr(value, method, None)):
            return convert()
    raise ValueError(f"{type(value).__name__} inside it")


def _stop_spark(spark: SparkSession) -> None:
    thread = threading.Thread(target=spark.stop, name="swirl-spark-stop", daemon=True)
    thread.start()
    thread.join(_SPARK_STOP_SECONDS)
    if thread.is_alive():
        logger.warning("Spark has not stopped after %.0f s; leaving it", _SPARK_STOP_SECONDS)


if __name__ == "__main__":
    main()
