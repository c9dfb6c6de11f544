from __future__ import annotations

import logging
import pickle
from pathlib import Path

import pytest

from swirl import Context
from swirl.job.progress import ProgressReporter
from swirl.metrics import Emitter
from swirl.testing import local_context
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import Point, decode


@pytest.mark.parametrize("value", ["many", None, [1]])
def test_metrics_are_numbers(tmp_path: Path, value: float) -> None:
    with pytest.raises(TypeError, match="metric 'rows' must be a number"):
        local_context(folder=tmp_path).log_metric("rows", value)


def test_metrics_are_finite(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="metric 'rows' must be finite, got nan"):
        local_context(folder=tmp_path).emit("rows", float("nan"))


def test_labels_may_be_called_as_the_arguments_are(tmp_path: Path) -> None:
    ctx = local_context(folder=tmp_path)
    labels = {"name": "a", "value": "b", "time": "c", "labels": "d", "job": "e"}
    ctx.emit("clicks", 1, labels=labels)
    assert ctx.points[0].labels == labels


def test_checkpoints_belong_to_the_job(tmp_path: Path) -> None:
    ctx = local_context(folder=tmp_path)
    assert ctx.checkpoint_uri("shout") == f"file://{tmp_path}/work/local/local/shout"


class Recorder:
    """A producer that keeps records."""

    def __init__(self) -> None:
        self.records: list[bytes] = []

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        self.records.append(value)

    def close(self) -> None:
        """There is nothing to close."""


def test_points_name_their_job_and_may_have_a_time(tmp_path: Path) -> None:
    recorder = Recorder()
    emitter = Emitter(
        KafkaSettings(bootstrap_servers="kafka:9092"),
        source="ads/AnalyticsJob/ingest",
        producer=recorder,
    )
    run = local_context(folder=tmp_path).run
    ctx = Context(run, emitter=emitter, progress=ProgressReporter(None))
    ctx.emit("clicks", 2, time=7, labels={"server": "a"})
    ctx.emit("clicks", 3, labels={"job": "other"})
    ctx.log_metric("rows", 4)
    emitter.close()
    points = [point for record in recorder.records for point in decode(record).points]
    assert points[0] == Point("clicks", 7, 2.0, {"job": "local", "server": "a"})
    assert points[1].labels == {"job": "other"}
    assert points[1].time > 7
    assert (points[2].name, points[2].value) == ("rows", 4.0)
    assert ctx.metrics == {"rows": 4.0}


def test_without_kafka_metrics_are_dropped_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = Context(local_context(folder=tmp_path).run, progress=ProgressReporter(None))
    with caplog.at_level(logging.WARNING):
        ctx.emit("clicks", 1)
        ctx.emit("clicks", 2)
        ctx.log_metric("rows", 3)
    assert [record.message for record in caplog.records] == [
        "metrics are dropped: this run has no Kafka to send them to"
    ]
    assert ctx.metrics == {"rows": 3.0}


def test_the_context_stays_in_the_driver(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="cannot be sent to executors"):
        pickle.dumps(local_context(folder=tmp_path))
