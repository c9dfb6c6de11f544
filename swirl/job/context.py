"""What an analytics function gets to work with."""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from swirl.job.errors import PermanentError
from swirl.job.progress import ProgressReporter
from swirl.job.session import session
from swirl.metrics import Emitter
from swirl.store import Store
from swirl.store.locations import from_path
from swirl.wire.kafka import KafkaSettings
from swirl.wire.outcome import ModelRef
from swirl.wire.run import RunSpec

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame, SparkSession

logger = logging.getLogger(__name__)


class KafkaNotConfigured(PermanentError):
    """The function needs Kafka, and this installation has none."""

    reason = "KafkaNotConfigured"


class Context:
    """Spark, parameters, artifacts, metrics and progress of one run.

    The driver makes it. In a test, `Context.local` makes one that needs no cluster.
    """

    def __init__(
        self,
        run: RunSpec,
        *,
        parameters: Mapping[str, Any] | None = None,
        kafka: KafkaSettings | None = None,
        spark_conf: Mapping[str, str] | None = None,
        emitter: Emitter | None = None,
        progress: ProgressReporter | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.run = run
        self.parameters: Mapping[str, Any] = dict(
            run.parameters if parameters is None else parameters
        )
        self.store = Store(run.artifacts)
        self.recorded: dict[str, str] = {}
        self.models: list[ModelRef] = []
        self._kafka = kafka
        self._spark_conf = spark_conf
        self._spark: SparkSession | None = None
        self._emitter = emitter
        self._progress = progress or ProgressReporter(None)
        self._stopping = stopping
        self._said_no_kafka = False

    @classmethod
    def local(
        cls, folder: Path | None = None, *, kafka: str | None = None, **parameters: Any
    ) -> Context:
        """Return a context for tests and notebooks: Spark on this machine, artifacts in a folder.

        Args:
            folder: root of the artifact store; a new temporary folder if None.
            kafka: `host:port` of a Kafka, for functions that use `kafka`.
            parameters: what `parameters` holds.
        """
        root = from_path(folder) if folder else f"file://{tempfile.mkdtemp(prefix='swirl-')}"
        run = RunSpec(
            namespace="local",
            job="local",
            name="local",
            attempt=1,
            mode="Batch",
            function="local:local",
            artifacts=root,
            parameters=parameters,
        )
        return cls(run, kafka=KafkaSettings(bootstrap_servers=kafka) if kafka else None)

    @property
    def spark(self) -> SparkSession:
        """The SparkSession, started at first use."""
        if self._spark is None:
            self._spark = session(f"{self.run.namespace}/{self.run.name}", self._spark_conf)
        return self._spark

    @property
    def spark_started(self) -> bool:
        """Whether `spark` was used."""
        return self._spark is not None

    @property
    def kafka(self) -> KafkaSettings:
        """Where Kafka is; its `bootstrap_servers` is what Spark's option of that name takes.

        Raises:
            KafkaNotConfigured: this installation has no Kafka.
        """
        if self._kafka is None:
            raise KafkaNotConfigured(
                f"job {self.run.job} uses Kafka, but Swirl was installed without one: "
                "set kafka.bootstrapServers in the chart's values, "
                "or Context.local(kafka='host:port') in a test"
            )
        return self._kafka

    @property
    def stopping(self) -> bool:
        """Whether the run is asked to end; long loops should look at it."""
        return self._stopping()

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the run is; see `ProgressReporter.report`."""
        self._progress.report(fraction, message)

    def record(self, name: str, value: float) -> None:
        """Record a metric of this run: it shows in the run's status and goes to Kafka.

        Raises:
            TypeError: the value is no number.
            ValueError: it is NaN or infinite.
        """
        number = _number(name, value)
        self.recorded[name] = _text(number)
        if self._emitter is not None:
            self.emit(name, number)

    def emit(self, metric: str, value: float, *, time: int | None = None, **labels: Any) -> None:
        """Send one point of a metric to Kafka, from the driver; returns at once.

        Points carry the label `job` unless `labels` sets it. Without Kafka points are dropped.

        Args:
            metric: name.
            value: a delta for counters, a reading for gauges.
            time: when it happened, in milliseconds since the Unix epoch; now if None.
            labels: values are turned into strings.
        """
        number = _number(metric, value)
        if self._emitter is not None:
            self._emitter.emit(metric, number, {"job": self.run.job, **labels}, time)
        elif not self._said_no_kafka:
            self._said_no_kafka = True
            logger.warning("metrics are dropped: this run has no Kafka to send them to")

    def work_uri(self, name: str) -> str:
        """Return a durable folder of the job, shared by all its runs; for checkpoints."""
        return self.store.work_uri(self.run.namespace, self.run.job, name)

    def publish_model(
        self,
        name: str,
        model: PipelineModel,
        golden: DataFrame,
        metrics: Mapping[str, float] | None = None,
    ) -> str:
        """Publish a fitted Spark ML pipeline, so that a ModelServer can serve it.

        Args:
            name: the model's name.
            model: the fitted pipeline.
            golden: 20 raw input rows or more, with the columns a caller will send and no others;
                they are stored with what the pipeline returns for them.
            metrics: figures of the training, also recorded as metrics of the run.

        Returns:
            The model's URI.

        Raises:
            ModelExists: this attempt has published a model of this name.
            PublishError: the golden rows or the pipeline's outputs cannot be served.
        """
        from swirl.models.formats.sparkml.publish import publish_spark_model

        figures = {key: _number(key, value) for key, value in (metrics or {}).items()}
        published = publish_spark_model(self.store, self.run.ref, name, model, golden, figures)
        self.models.append(ModelRef(name, published.uri, published.digest))
        for key, value in figures.items():
            if key not in self.recorded:
                self.record(key, value)
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


def _text(number: float) -> str:
    """Write whole numbers without a fraction, all others as short as exactness allows."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
