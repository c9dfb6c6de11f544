"""Makes the driver's SparkSession."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from swirl.job import jvm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DEFAULTS = {
    # Results must not depend on where the driver runs.
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}
_HOST = "spark.driver.host"


def session(name: str, conf: Mapping[str, str] | None) -> SparkSession:
    """Return the process's SparkSession, starting it (and its JVM) if there is none.

    Args:
        name: application name.
        conf: Spark configuration; None runs on this machine alone, `local[*]`.
    """
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    given = settings(name, conf)
    if SparkContext._gateway is None:
        made = SparkConf().setAll(list(given.items()))
        SparkContext(conf=made, gateway=jvm.launch(made))
    builder = SparkSession.builder
    for key, value in given.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    return spark


def settings(name: str, conf: Mapping[str, str] | None) -> dict[str, str]:
    """Return Spark's configuration with what Swirl adds to it."""
    given = {"spark.app.name": name, "spark.master": "local[*]", **_DEFAULTS, **(conf or {})}
    if _HOST in given:
        given[_HOST] = _bracketed(given[_HOST])
    return given


def _bracketed(host: str) -> str:
    """Put an address of IPv6, which a Pod has without brackets, into those that Spark wants."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
