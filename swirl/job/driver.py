"""What a driver Pod does; `python3 -m swirl.job` begins it.

Reads a `DriverEnvironment`, runs the function and leaves its outcome in the container's termination
message; the exit codes are those of `swirl.wire.exits.DriverExit`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from swirl.job import stored
from swirl.job.attempt import call, conclude, with_outputs
from swirl.job.backends import spark_backends
from swirl.job.context import Context
from swirl.job.errors import InvalidRun
from swirl.job.executors import ExecutorWatch, watch
from swirl.job.load import load
from swirl.job.progress import ProgressReporter, to_pod
from swirl.job.renewal import RENEWED, Renewal
from swirl.job.stopping import STOPPED, Stopped, Stopper, stop_queries
from swirl.kafka.files import fingerprint
from swirl.metrics import Emitter
from swirl.process import configure_logging, leave_message
from swirl.store import StoreError
from swirl.wire.containers import DriverEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import DriverExit
from swirl.wire.kafka import KafkaSettings
from swirl.wire.outcome import Outcome

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

logger = logging.getLogger("swirl.job.driver")

_SPARK_STOP_SECONDS = 8.0


class Driver:
    """Runs one attempt; `run` is called once.

    Args:
        environ: the environment of the process; see `DriverEnvironment`.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._context: Context | None = None
        self._emitter: Emitter | None = None
        self._progress: ProgressReporter | None = None
        self._renewal: Renewal | None = None
        self._executors: ExecutorWatch | None = None
        self._stopper = Stopper(self._stop_queries, self._give_up)

    def handle_signals(self) -> None:
        """End gracefully when the process is asked to end; call from the main thread."""
        self._stopper.install()

    def run(self) -> DriverExit:
        """Run the function, report its outcome and return the exit code."""
        try:
            outcome, code = conclude(self._attempt)
        except Stopped:
            outcome, code = self._asked_to_stop()
        self._stopper.finished()
        if self._stopper.requested:
            # Whatever an interrupted function returned or raised is no outcome of the job.
            outcome, code = self._asked_to_stop()
        self._report(outcome)
        self._close()
        return code

    def _attempt(self) -> Outcome:
        try:
            environment = DriverEnvironment.read(self._environ)
        except InvalidEnvironment as error:
            raise InvalidRun(str(error)) from error
        run = environment.run
        function = load(run.function)
        if run.stored:
            read = stored.from_cluster(run, self._environ)
            run = replace(run, parameters=stored.parameters(run, read), stored=False)
        arguments = function.validate(run.parameters)
        self._context = self._make_context(replace(environment, run=run), arguments)
        logger.info(
            "running %s, attempt %d of %s/%s", run.function, run.attempt, run.namespace, run.name
        )
        self._renewal = self._watch_credentials(environment.kafka, self._context)
        return call(function, self._context, arguments)

    def _watch_credentials(self, kafka: KafkaSettings | None, context: Context) -> Renewal | None:
        """A batch job's end is near enough; a stream's must be brought about."""
        if kafka is None or context.run.mode != "Streaming":
            return None
        renewal = Renewal(
            lambda: fingerprint(kafka),
            lambda: context.gave_kafka_to_spark,
            # As Kubernetes would, so that queries end in the same orderly way.
            lambda: os.kill(os.getpid(), signal.SIGTERM),
        )
        renewal.start()
        return renewal

    def _asked_to_stop(self) -> tuple[Outcome, DriverExit]:
        renewed = self._renewal is not None and self._renewal.replaced
        return RENEWED if renewed else STOPPED

    def _make_context(
        self, environment: DriverEnvironment, arguments: Mapping[str, Any]
    ) -> Context:
        run = environment.run
        if environment.kafka is not None:
            source = f"{run.namespace}/AnalyticsJob/{run.job}"
            try:
                self._emitter = Emitter(environment.kafka, environment.metrics_topic, source=source)
            except ImportError as error:
                raise InvalidRun(
                    f"metrics cannot be sent to Kafka: {error}; add swirl-analytics[metrics] to "
                    "the image"
                ) from error
        self._progress = ProgressReporter(
            to_pod(environment.pod_namespace, environment.pod_name, self._environ)
        )
        self._executors = watch(
            environment.spark_conf,
            namespace=environment.pod_namespace,
            pod=environment.pod_name,
            is_stream=run.mode == "Streaming",
            environ=self._environ,
        )
        try:
            return Context(
                run,
                parameters=arguments,
                kafka=environment.kafka,
                spark_conf=self._spark_conf(environment),
                emitter=self._emitter,
                progress=self._progress,
                stopping=lambda: self._stopper.requested,
                executors=self._executors,
            )
        except (StoreError, ValueError, ImportError) as error:
            raise InvalidRun(f"the artifact store cannot be used: {error}") from error

    def _spark_conf(self, environment: DriverEnvironment) -> Mapping[str, str] | None:
        if environment.spark_conf is None:
            return None
        # What a user sets in spec.spark.conf comes with the operator's, and wins.
        return {**spark_backends(self._environ), **environment.spark_conf}

    def _report(self, outcome: Outcome) -> None:
        if self._context is not None:
            outcome = with_outputs(outcome, self._context)
        report(outcome, self._environ)

    def _stop_queries(self, seconds: float) -> None:
        if self._context is not None and self._context.spark_started:
            stop_queries(self._context.spark, seconds)

    def _give_up(self) -> NoReturn:
        logger.error("the function does not end; ending the process")
        outcome, code = self._asked_to_stop()
        self._report(outcome)
        end(code)

    def _close(self) -> None:
        """Let go of everything, each within a bound, so that no failed part holds up the end."""
        if self._renewal is not None:
            self._renewal.close()
        if self._executors is not None:
            self._executors.close()
        if self._emitter is not None:
            self._emitter.close(timeout=5.0)
        if self._progress is not None:
            self._progress.close()
        if self._context is not None and self._context.spark_started:
            _stop_spark(self._context.spark)


def report(outcome: Outcome, environ: Mapping[str, str]) -> None:
    """Leave the termination message; the log has the sentence as well."""
    level = logging.INFO if outcome.outcome == "Succeeded" else logging.ERROR
    logger.log(level, "%s (%s): %s", outcome.outcome, outcome.reason, outcome.message)
    leave_message(outcome.to_bytes(), environ)


def end(code: int) -> NoReturn:
    """End the process at once: threads left over by the function must not keep the Pod alive."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> NoReturn:
    """Run the driver and end the process."""
    # Both libraries repeat, every second, what the driver says once.
    quiet = dict.fromkeys(("kafka", "py4j"), logging.CRITICAL)
    try:
        configure_logging(os.environ, quiet=quiet)
    except InvalidEnvironment as error:
        report(Outcome("Failed", InvalidRun.reason, str(error)), os.environ)
        end(DriverExit.PERMANENT)
    driver = Driver(os.environ)
    driver.handle_signals()
    end(driver.run())


def _stop_spark(spark: SparkSession) -> None:
    thread = threading.Thread(target=spark.stop, name="swirl-spark-stop", daemon=True)
    thread.start()
    thread.join(_SPARK_STOP_SECONDS)
    if thread.is_alive():
        logger.warning("Spark has not stopped after %.0f s; leaving it", _SPARK_STOP_SECONDS)
