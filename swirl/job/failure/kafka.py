"""Which brokers of Kafka do not answer: its errors do not say, its warnings in the log do. Pure."""

from __future__ import annotations

import re

UNKNOWN = "No resolvable bootstrap urls"
SILENT = (
    "Timed out waiting for a node assignment",
    "Timeout expired while fetching topic metadata",
    "Timeout expired before the position",
    "Failed to get offsets",
)
NO_METADATA = "not present in metadata after"

_UNRESOLVED = re.compile(r"Couldn't resolve server (\S+) from bootstrap\.servers")
_UNREACHED = re.compile(r"Connection to node -?\d+ \(([^)]+)\) could not be established")


def speaks_of_kafka(message: str) -> bool:
    """Whether an error may be one of brokers that do not answer."""
    return any(words in message for words in (UNKNOWN, NO_METADATA, *SILENT))


def kafka_servers(log: str) -> str:
    """Return the brokers that Kafka's client could not find or reach, empty if it names none."""
    found = [*_UNRESOLVED.findall(log), *_UNREACHED.findall(log)]
    return ", ".join(dict.fromkeys(name.lstrip("/") for name in found))
