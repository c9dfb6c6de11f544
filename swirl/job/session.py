"""Makes the driver's SparkSession."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DEFAULTS = {
    # Results must not depend on where the driver runs.
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}


def session(name: str, conf: Mapping[str, str] | None) -> SparkSession:
    """Return the process's SparkSession, starting it (and its JVM) if there is none.

    Args:
        name: application name.
        conf: Spark configuration; None runs on this machine alone, `local[*]`.
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name)
    for key, value in {**_DEFAULTS, **(conf or {})}.items():
        builder = builder.config(key, value)
    if "spark.master" not in (conf or {}):
        builder = builder.master("local[*]")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    return spark
