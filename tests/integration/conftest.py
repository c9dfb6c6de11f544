"""Fixtures of the integration tests; what is costly to start is shared by the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.kafka_broker import running


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a real Kafka; use topics of your own."""
    with running(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker.bootstrap
