"""What Kafka's access lists do not let a client do, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from kafka.errors import ClusterAuthorizationFailedError, TopicAuthorizationFailedError

from swirl.kafka.trouble import repetition_refused, rights_missing
from swirl.wire.kafka import KafkaSettings


def denied(
    error: BaseException, settings: KafkaSettings, topics: Sequence[str], rights: str
) -> str | None:
    """Return the sentence, None if the error is about something else.

    Args:
        error: of the client library.
        settings: who asked, and whom.
        topics: what was asked for.
        rights: what it takes.
    """
    where = f"Kafka at {settings.bootstrap_servers}"
    if isinstance(error, TopicAuthorizationFailedError):
        return f"{where} {rights_missing(settings, topics, rights)}"
    if isinstance(error, ClusterAuthorizationFailedError):
        return f"{where} {repetition_refused(settings)}"
    return None
