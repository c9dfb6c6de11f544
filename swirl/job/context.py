"""What an analytics function gets to work with."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from swirl.job.errors import PermanentError
from swirl.job.session import session
from swirl.kafka.spark import spark_options
from swirl.store import Store
from swirl.wire.kafka import KafkaSettings
from swirl.wire.outcome import ModelRef
from swirl.wire.reasons import OutcomeReason
from swirl.wire.run import RunSpec

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame, SparkSession

logger = logging.getLogger(__name__)


class KafkaNotConfigured(PermanentError):
    """The function needs Kafka, and this installation has none."""

    reason = OutcomeReason.INVALID_SPEC


class EmitsPoints(Protocol):
    """Takes points of metrics; `swirl.metrics.Emitter` does."""

    def emit(
        self, name: str, value: float, labels: Mapping[str, Any] | None, time: int | None
    ) -> None:
        """Take one point and return at once."""


class ReportsProgress(Protocol):
    """Takes progress; `swirl.job.progress.ProgressReporter` does."""

    def report(self, fraction: float, message: str = "") -> None:
        """Take the latest progress and return at once."""


class WatchesExecutors(Protocol):
    """Is told of Spark's start; `swirl.job.executors.ExecutorWatch` does something about it."""

    def starting(self) -> None:
        """Hear that Spark is about to start."""

    def started(self, spark: SparkSession) -> None:
        """Hear that Spark has started."""


class Context:
    """Spark, parameters, artifacts, metrics and progress of one run.

    The driver makes it; in a test, `swirl.testing.local_context` does.

    Attributes:
        run: which attempt of which run this is: `namespace`, `job`, `name`, `attempt`.
        parameters: the values the function was called with, by name.
        metrics: what `log_metric` was given, by name.
        models: what was published, in order.
        store: the artifact store.
    """

    def __init__(
        self,
        run: RunSpec,
        *,
        progress: ReportsProgress,
        parameters: Mapping[str, Any] | None = None,
        kafka: KafkaSettings | None = None,
        spark_conf: Mapping[str, str] | None = None,
        emitter: EmitsPoints | None = None,
        stopping: Callable[[], bool] = lambda: False,
        executors: WatchesExecutors | None = None,
    ) -> None:
        self.run = run
        self.parameters = dict(run.parameters if parameters is None else parameters)
        self.metrics: dict[str, float] = {}
        self.models: list[ModelRef] = []
        self.store = Store(run.artifacts)
        self._progress = progress
        self._kafka = kafka
        self._spark_conf = spark_conf
        self._spark: SparkSession | None = None
        self._emitter = emitter
        self._stopping = stopping
        self._executors = executors
        self._said_no_kafka = False
        self._gave_kafka_to_spark = False

    @property
    def spark(self) -> SparkSession:
        """The SparkSession, started at first use."""
        if self._spark is None:
            if self._executors is not None:
                self._executors.starting()
            self._spark = session(f"{self.run.namespace}/{self.run.name}", self._spark_conf)
            if self._executors is not None:
                self._executors.started(self._spark)
        return self._spark

    @property
    def spark_started(self) -> bool:
        """Whether `spark` was used."""
        return self._spark is not None

    @property
    def kafka(self) -> KafkaSettings:
        """Where Kafka is, for clients of one's own; see `kafka_options` for Spark's.

        Raises:
            KafkaNotConfigured: this installation has no Kafka.
        """
        if self._kafka is None:
            raise KafkaNotConfigured(
                f"job {self.run.job} uses Kafka, but Swirl was installed without one: "
                "set kafka.bootstrapServers in the chart's values, "
                "or local_context(kafka='host:port') in a test"
            )
        return self._kafka

    @property
    def kafka_options(self) -> dict[str, str]:
        """Where Kafka is and how to prove who one is, for Spark's source and sink.

        As in `ctx.spark.readStream.format("kafka").options(**ctx.kafka_options)`.

        Raises:
            KafkaNotConfigured: this installation has no Kafka.
            OSError: a certificate, key or password cannot be read.
        """
        options = spark_options(self.kafka)
        self._gave_kafka_to_spark = True
        return options

    @property
    def gave_kafka_to_spark(self) -> bool:
        """Whether `kafka_options` was used."""
        return self._gave_kafka_to_spark

    @property
    def stopping(self) -> bool:
        """Whether the run is asked to end; long loops should look at it."""
        return self._stopping()

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the run is: it shows in the run's status, at most every two seconds.

        Args:
            fraction: 0 to 1; values outside are moved to the nearer end.
            message: what is being done, for people.
        """
        self._progress.report(fraction, message)

    def log_metric(self, name: str, value: float) -> None:
        """Note a figure of this run: it shows in the run's status and goes to Kafka as a point.

        Of a name that is logged again, the status has the last value.

        Raises:
            TypeError: the value is no number.
            ValueError: it is NaN or infinite.
        """
        self.metrics[name] = _number(name, value)
        if self._emitter is not None:
            self.emit(name, value)

    def emit(
        self,
        name: str,
        value: float,
        *,
        labels: Mapping[str, Any] | None = None,
        time: int | None = None,
    ) -> None:
        """Send one point of a metric of the pipeline to Kafka, from the driver; returns at once.

        Points carry the label `job` unless `labels` sets it. Without Kafka points are dropped.

        Args:
            name: of the metric.
            value: a delta for counters, a reading for gauges.
            labels: values are turned into strings.
            time: when it happened, in milliseconds since the Unix epoch; now if None.

        Raises:
            TypeError: the value is no number.
            ValueError: it is NaN or infinite, or the name is empty.
        """
        number = _number(name, value)
        if self._emitter is not None:
            self._emitter.emit(name, number, {"job": self.run.job, **(labels or {})}, time)
        elif not self._said_no_kafka:
            self._said_no_kafka = True
            logger.warning("metrics are dropped: this run has no Kafka to send them to")

    def checkpoint_uri(self, name: str) -> str:
        """Return a durable folder of the job, shared by all its runs.

        A streaming query that keeps its checkpoint there goes on where the run before it stopped.

        Args:
            name: of the query; each needs a folder of its own.
        """
        return self.store.make_work_folder(self.run.namespace, self.run.job, name)

    def publish_model(self, name: str, model: PipelineModel, *, golden_rows: DataFrame) -> str:
        """Publish a fitted Spark ML pipeline, so that a ModelServer can serve it.

        The metrics that were logged before go into the model's manifest.

        Args:
            name: the model's name.
            model: the fitted pipeline.
            golden_rows: 20 rows or more that were kept out of the training. They are stored with
                what the pipeline returns for them, and a scorer serves only after it has returned
                the same.

        Returns:
            The model's URI.

        Raises:
            ArtifactExists: this attempt has published a model of this name.
            PublishError: the golden rows or the pipeline's outputs cannot be served.
        """
        from swirl.models.formats.sparkml.publish import publish_spark_model

        published = publish_spark_model(
            self.store, self.run.ref, name, model, golden_rows, self.metrics
        )
        self.models.append(ModelRef(name, published.uri, published.digest))
        return published.uri

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "the context lives in the driver and cannot be sent to executors: "
            "use ctx outside of UDFs, or copy what you need into a local variable first"
        )


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"metric {name!r} must be a number, got {value!r}") from error
    if not math.isfinite(number):
        raise ValueError(f"metric {name!r} must be finite, got {number}")
    return number
