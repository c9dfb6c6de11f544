"""The two Kafka topics of the pipeline."""

from __future__ import annotations

import logging
import time

RAW = "tweets.raw"
CLEAN = "tweets.clean"

logger = logging.getLogger(__name__)


def ensure_topics(bootstrap_servers: str, *names: str, timeout: float = 120.0) -> None:
    """Create the topics that do not exist yet; waits for a Kafka that is still starting.

    Every part of the pipeline calls this, so that they may start in any order.

    Raises:
        KafkaError: Kafka did not answer, or refused, for `timeout` seconds.
    """
    from kafka.errors import KafkaError

    deadline = time.monotonic() + timeout
    while True:
        try:
            return _create_missing(bootstrap_servers, names)
        except KafkaError as error:
            if time.monotonic() > deadline:
                raise
            logger.info("waiting for Kafka at %s: %s", bootstrap_servers, error)
            time.sleep(2.0)


def _create_missing(bootstrap_servers: str, names: tuple[str, ...]) -> None:
    from kafka.admin import KafkaAdminClient
    from kafka.errors import TopicAlreadyExistsError

    client = KafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","))
    try:
        for name in sorted(set(names) - set(client.list_topics())):
            try:
                client.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
            except TopicAlreadyExistsError:
                logger.debug("%s was created by another part meanwhile", name)
    finally:
        client.close()
