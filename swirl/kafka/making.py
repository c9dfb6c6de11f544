"""Makes a client of the library, or nothing of one.

A producer and a consumer connect while they are made. Where that fails (a wrong password, a
certificate of strangers, a broker that is just starting), the library leaves behind sockets, and of
a consumer a thread that goes on trying. A process that waits for Kafka all night must not collect
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kafka.net.compat import KafkaNetClient


def make(kind: Callable[..., Any], **options: Any) -> Any:
    """Return `kind(**options)`; if that raises, its connections are closed."""
    made: list[Any] = []

    def connections(**config: Any) -> Any:
        made.append(KafkaNetClient(**config))
        return made[-1]

    try:
        return kind(**options, kafka_client=connections)
    except BaseException:
        for client in made:
            client.close()
        raise
