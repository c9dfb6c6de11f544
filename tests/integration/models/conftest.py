"""One Spark for publishing and for comparisons with its own answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from swirl.job.session import session
from tests.integration.job.job_spark_conf import CONF

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    made = session("tests", CONF)
    yield made
    made.stop()
