"""Makes the driver's SparkSession from the configuration the operator gives."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

VARIABLE = "SWIRL_SPARK_CONF"

_DEFAULTS = {
    # Results must not depend on where the driver runs.
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}


class InvalidSparkConf(ValueError):
    """SWIRL_SPARK_CONF is malformed."""


def conf_from_environment() -> dict[str, str] | None:
    """Return the Spark configuration of SWIRL_SPARK_CONF, None if the variable is not set.

    Raises:
        InvalidSparkConf: it is no JSON object of strings.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        body = json.loads(text)
    except ValueError as error:
        raise InvalidSparkConf(f"{VARIABLE} is not JSON: {error}") from error
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise InvalidSparkConf(f"{VARIABLE} must be a JSON object whose values are strings")
    return body


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
