"""A context that needs no cluster and keeps what the function does with it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swirl.job.context import Context
from swirl.metrics.emitter import point_of
from swirl.store.locations import from_path
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import Point
from swirl.wire.progress import Progress
from swirl.wire.run import RunSpec


class LocalContext(Context):
    """A `Context` with Spark on this machine and artifacts in a folder; see `local_context`.

    Attributes:
        points: what `emit` and `log_metric` would have sent to Kafka, in order; each has `name`,
            `time`, `value` and `labels`.
        reports: what `progress` was given, in order; each has `percent` and `message`.
    """

    def __init__(
        self,
        run: RunSpec,
        *,
        kafka: KafkaSettings | None = None,
        spark_conf: Mapping[str, str] | None = None,
    ) -> None:
        points, progress = _Points(), _Reports()
        self.points = points.kept
        self.reports = progress.kept
        self._asked_to_stop = False
        super().__init__(
            run,
            kafka=kafka,
            spark_conf=spark_conf,
            emitter=points,
            progress=progress,
            stopping=lambda: self._asked_to_stop,
        )

    def stop(self) -> None:
        """Ask the function to end, as Kubernetes does: `stopping` is true from now on."""
        self._asked_to_stop = True


def local_context(
    parameters: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    kafka: str | None = None,
    spark_conf: Mapping[str, str] | None = None,
) -> LocalContext:
    """Return a context for tests and notebooks.

    Args:
        parameters: what `parameters` holds, and what `run` calls the function with.
        folder: root of the artifact store; a new temporary folder if None.
        kafka: `host:port` of a Kafka, for functions that use `kafka`. Metrics are not sent there.
        spark_conf: Spark's configuration; by default it takes all cores of this machine.
    """
    run = RunSpec(
        namespace="local",
        job="local",
        name="local",
        attempt=1,
        mode="Batch",
        function="local:local",
        artifacts=from_path(folder or Path(tempfile.mkdtemp(prefix="swirl-"))),
        parameters=dict(parameters or {}),
    )
    settings = KafkaSettings(bootstrap_servers=kafka) if kafka else None
    return LocalContext(run, kafka=settings, spark_conf=spark_conf)


class _Points:
    """Keeps points instead of sending them."""

    def __init__(self) -> None:
        self.kept: list[Point] = []

    def emit(
        self, name: str, value: float, labels: Mapping[str, Any] | None, time: int | None
    ) -> None:
        self.kept.append(point_of(name, value, labels, time))


class _Reports:
    """Keeps progress instead of reporting it."""

    def __init__(self) -> None:
        self.kept: list[Progress] = []

    def report(self, fraction: float, message: str = "") -> None:
        self.kept.append(Progress.of(fraction, message))
