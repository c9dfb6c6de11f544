"""What a driver is told, for tests that start one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swirl.wire.containers import DriverEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.run import RunSpec
from swirl.wire.topics import METRICS_TOPIC


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
