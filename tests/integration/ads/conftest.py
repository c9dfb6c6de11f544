"""A small Spark in this process, and the connector's jars for drivers in their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).parents[3]
SMALL = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.memory": "700m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.pyspark.python": sys.executable,
    "spark.sql.session.timeZone": "UTC",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder.appName("ads")
    for key, value in SMALL.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def kafka_jars() -> str:
    """The jars with which Spark reads Kafka, as `spark.jars` takes them; fetched once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swirl" / "jars"
    folder = cache / f"spark-kafka-{pyspark.__version__}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        pom = REPOSITORY / "runtime-images" / "spark" / "pom.xml"
        with tempfile.TemporaryDirectory(dir=cache) as part:
            command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
            target = Path(part, "jars")
            subprocess.run(
                [*command, "-DincludeScope=runtime", f"-DoutputDirectory={target}"],
                check=True,
                timeout=600,
            )
            shutil.move(target, folder)
    return ",".join(str(jar) for jar in sorted(folder.glob("*.jar")))
