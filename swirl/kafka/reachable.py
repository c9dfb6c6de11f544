"""Whether there is anything at Kafka's address, asked before a client is made.

The client library leaves sockets behind when it finds nobody at home; a process that waits for
Kafka all night must not collect them.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable

_TIMEOUT_SECONDS = 1.0


def reachable(servers: Iterable[str]) -> bool:
    """Whether any of the servers (`host:port`) accepts a connection."""
    return any(_accepts(server) for server in servers)


def _accepts(server: str) -> bool:
    host, _, port = server.rpartition(":")
    if not port.isdigit():
        return False
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_TIMEOUT_SECONDS):
            return True
    except OSError:
        return False
