"""What is costly to start is started once, for all tests that need it.

Where tests run on several cores, those that need Spark share one process, and with it one JVM
(`tests/conftest.py`). A broker and an API server serve all processes where the environment names
them, as `make integration` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from localcluster.controlplane import ephemeral
from tests.support.broker import running
from tests.support.services import KAFKA, KUBECONFIG
from tests.support.spark import session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a real Kafka; use topics of your own."""
    if given := os.environ.get(KAFKA):
        yield given
        return
    with running(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker.bootstrap


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a real API server; use namespaces of your own."""
    if given := os.environ.get(KUBECONFIG):
        yield given
        return
    with ephemeral(tmp_path_factory.mktemp("controlplane")) as path:
        yield str(path)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A small Spark in this process."""
    with session() as made:
        yield made
