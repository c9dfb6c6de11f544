"""The Sparks that tests start: small, quick to start, and talking to nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devtools.maven import jars
from devtools.paths import REPOSITORY

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A JVM that lives for seconds is done before the second compiler has paid for itself.
QUICK_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
CONF = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "700m",
    "spark.driver.extraJavaOptions": " ".join(QUICK_JVM),
    "spark.pyspark.python": sys.executable,
}


@contextmanager
def session() -> Iterator[SparkSession]:
    """A Spark in this process; there can be only one."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("tests")
    for key, value in CONF.items():
        builder = builder.config(key, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    try:
        yield made
    finally:
        made.stop()


def spark_jars() -> str:
    """The jars with which Spark reads Kafka and S3, as `spark.jars` takes them."""
    pom = REPOSITORY / "runtime-images" / "spark" / "pom.xml"
    return ",".join(str(jar) for jar in jars(pom))
