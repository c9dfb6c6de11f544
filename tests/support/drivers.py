"""What a driver is told, for tests that start one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swirl.wire.containers import DriverEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.run import RunSpec
from swirl.wire.topics import METRICS_TOPIC

TRAIN_AND_FAIL = """
from swirl import Context, analytics

@analytics
def train(ctx: Context, *, max_iter: int = 20) -> dict[str, int]:
    ctx.log_metric("accuracy", 0.71)
    return {"iterations": max_iter}

@analytics
def fails(ctx: Context) -> None:
    ctx.log_metric("rows", 3)
    raise ValueError("no rows\\nsecond line")
"""
"""Source of a function that succeeds without Spark, and of one that does not."""


def driver_environ(
    folder: Path,
    function: str,
    *,
    kafka: str | None = None,
    metrics_topic: str = METRICS_TOPIC,
    spark_conf: Mapping[str, str] | None = None,
    **run: Any,
) -> dict[str, str]:
    """Return the variables of a driver that keeps all that it writes in one folder.

    Args:
        folder: where to.
        function: `module:function`.
        kafka: `host:port`.
        metrics_topic: topic of its metrics.
        spark_conf: None for this machine alone.
        run: further fields of `RunSpec`.
    """
    given: dict[str, Any] = {
        "namespace": "ads",
        "job": "train",
        "name": "train-1",
        "attempt": 1,
        "mode": "Batch",
        "artifacts": f"file://{folder}/artifacts",
    }
    return DriverEnvironment(
        run=RunSpec(**{**given, **run}, function=function),
        kafka=None if kafka is None else KafkaSettings(bootstrap_servers=kafka),
        metrics_topic=metrics_topic,
        spark_conf=spark_conf,
        termination_log=str(folder / "termination"),
    ).variables()
