from __future__ import annotations

import time
from pathlib import Path

import pytest

from swirl.job.context import KafkaNotConfigured
from swirl.testing import local_context
from swirl.wire.point import Point
from swirl.wire.progress import Progress


def test_it_needs_nothing() -> None:
    ctx = local_context()
    assert ctx.parameters == {}
    assert not ctx.spark_started
    assert Path(ctx.store.root.removeprefix("file://")).is_dir()


def test_parameters_may_be_called_anything(tmp_path: Path) -> None:
    given = {"folder": "a", "kafka": "b", "parameters": 1}
    assert local_context(given, folder=tmp_path).parameters == given


def test_what_the_function_says_is_kept(tmp_path: Path) -> None:
    ctx = local_context(folder=tmp_path)
    before = time.time_ns() // 1_000_000
    ctx.progress(0.5, "half")
    ctx.emit("clicks", 2, labels={"server": 1}, time=7)
    ctx.log_metric("rows", 4)
    assert ctx.reports == [Progress(50, "half")]
    assert ctx.points[0] == Point("clicks", 7, 2.0, {"job": "local", "server": "1"})
    assert (ctx.points[1].name, ctx.points[1].value) == ("rows", 4.0)
    assert before <= ctx.points[1].time <= time.time_ns() // 1_000_000
    assert ctx.metrics == {"rows": 4.0}


def test_a_point_that_could_not_be_sent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a metric needs a name"):
        local_context(folder=tmp_path).emit("", 1)


def test_kafka_is_named_to_be_used(tmp_path: Path) -> None:
    ctx = local_context(kafka="k:1")
    assert ctx.kafka.bootstrap_servers == "k:1"
    assert ctx.kafka_options == {"kafka.bootstrap.servers": "k:1"}
    with pytest.raises(KafkaNotConfigured, match=r"set kafka\.bootstrapServers"):
        _ = local_context(folder=tmp_path).kafka


def test_a_function_can_be_asked_to_end(tmp_path: Path) -> None:
    ctx = local_context(folder=tmp_path)
    assert not ctx.stopping
    ctx.stop()
    assert ctx.stopping
