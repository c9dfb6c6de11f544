"""What the runtime needs to be told; every pace and limit of it in one place."""

from __future__ import annotations

from dataclasses import dataclass

from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import CHANGES_TOPIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of one operator process."""

    identity: str
    """Holder of the Lease: the Pod's name."""
    lease_namespace: str
    lease_name: str
    namespaces: tuple[str, ...] = ()
    """Watched namespaces; empty means all."""
    probe_port: int = 8080
    kafka: KafkaSettings | None = None
    changes_topic: str = CHANGES_TOPIC
    workers: int = 12
    kept_workers: int = 6
    """Of these, for what happens to objects that are being worked on, whatever else waits."""
    lease_seconds: float = 15.0
    renew_deadline_seconds: float = 10.0
    renew_period_seconds: float = 2.0
    relist_seconds: float = 600.0
    """Interval of the full relist, the net under lost watch events."""
    second_relist_seconds: float = 30.0
    """The first repeat comes early: it catches what vanished while the watches were opening."""
    watch_grace_seconds: float = 120.0
    """How late a watch may deliver a change which the API server is known to have."""
    stuck_seconds: float = 300.0
    """One reconcile that takes longer than this makes the process unhealthy."""
    backoff_seconds: float = 0.5
    max_backoff_seconds: float = 300.0
