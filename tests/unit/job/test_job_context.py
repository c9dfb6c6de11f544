from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from swirl import Context
from swirl.job.context import KafkaNotConfigured
from swirl.metrics import Emitter
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import Point, decode


def test_a_local_context_needs_nothing(tmp_path: Path) -> None:
    ctx = Context.local(tmp_path, max_iter=3)
    assert ctx.parameters == {"max_iter": 3}
    assert not ctx.stopping
    assert not ctx.spark_started
    ctx.progress(0.5, "half")
    ctx.emit("clicks", 1, server="a")
    assert ctx.work_uri("checkpoint") == f"file://{tmp_path}/work/local/local/checkpoint"


def test_recorded_numbers_are_text(tmp_path: Path) -> None:
    ctx = Context.local(tmp_path)
    ctx.record("accuracy", 0.71)
    ctx.record("rows", 1200)
    ctx.record("share", 1 / 3)
    assert ctx.recorded == {"accuracy": "0.71", "rows": "1200", "share": "0.3333333333333333"}


@pytest.mark.parametrize("value", ["many", None, [1]])
def test_metrics_are_numbers(tmp_path: Path, value: float) -> None:
    with pytest.raises(TypeError, match="metric 'rows' must be a number"):
        Context.local(tmp_path).record("rows", value)


def test_metrics_are_finite(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="metric 'rows' must be finite, got nan"):
        Context.local(tmp_path).emit("rows", float("nan"))


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
    ctx = Context(Context.local(tmp_path).run, emitter=emitter)
    ctx.emit("clicks", 2, time=7, server="a")
    ctx.emit("clicks", 3, job="other")
    ctx.record("rows", 4)
    emitter.close()
    points = [point for record in recorder.records for point in decode(record).points]
    assert points[0] == Point("clicks", 7, 2.0, {"job": "local", "server": "a"})
    assert points[1].labels == {"job": "other"}
    assert points[1].time > 7
    assert (points[2].name, points[2].value) == ("rows", 4.0)
    assert ctx.recorded == {"rows": "4"}


def test_kafka_must_be_there_to_be_used(tmp_path: Path) -> None:
    with pytest.raises(KafkaNotConfigured, match=r"set kafka\.bootstrapServers"):
        _ = Context.local(tmp_path).kafka
    assert Context.local(tmp_path, kafka="k:1").kafka.bootstrap_servers == "k:1"


def test_the_context_stays_in_the_driver(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="cannot be sent to executors"):
        pickle.dumps(Context.local(tmp_path))
