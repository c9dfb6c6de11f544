from __future__ import annotations

import pytest

from swirl.job.failure import explain
from swirl.job.failure.kafka import kafka_servers

LOG = """26/11/28 WARN ClientUtils: Couldn't resolve server kafka.example:9092 from \
bootstrap.servers as DNS resolution failed for kafka.example
26/11/28 WARN NetworkClient: [AdminClient clientId=a-1] Connection to node -1 (/10.0.0.7:9092) \
could not be established. Node may not be available.
26/11/28 WARN NetworkClient: [AdminClient clientId=a-1] Connection to node -1 (/10.0.0.7:9092) \
could not be established. Node may not be available.
"""


def test_each_broker_is_named_once() -> None:
    assert kafka_servers(LOG) == "kafka.example:9092, 10.0.0.7:9092"
    assert kafka_servers("26/11/28 WARN NetworkClient: all is well") == ""


@pytest.mark.parametrize(
    "words",
    [
        "No resolvable bootstrap urls given in bootstrap.servers",
        "Timed out waiting for a node assignment. Call: describeTopics",
        "Topic t not present in metadata after 60000 ms.",
    ],
)
def test_an_error_that_names_no_broker_gets_those_of_the_log(words: str) -> None:
    assert explain(RuntimeError(words), LOG).message.endswith(
        "(not reached: kafka.example:9092, 10.0.0.7:9092)"
    )
    assert explain(RuntimeError(words)).message.endswith(words)


def test_other_errors_do_not() -> None:
    assert explain(RuntimeError("no rows"), LOG).message == "RuntimeError: no rows"
