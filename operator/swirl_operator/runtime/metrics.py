"""The operator's own Prometheus metrics, in a registry of their own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
# Up to an hour: under a flood of submissions the interesting part is the far tail, and a histogram
# that tops out at minutes reports exactly the top bucket.
_LONG = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)


class Metrics:
    """One instance a process; handed to the parts that count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.queue_depth = Gauge(
            "swirl_operator_queue_depth", "Keys waiting, by lane", ["lane"], registry=self.registry
        )
        self.queue_wait = Histogram(
            "swirl_operator_queue_wait_seconds",
            "Time a key waited for a worker, by lane",
            ["lane"],
            buckets=_LONG,
            registry=self.registry,
        )
        self.reconcile = Histogram(
            "swirl_operator_reconcile_seconds",
            "Time of one reconcile, by kind and result",
            ["kind", "result"],
            buckets=_FAST,
            registry=self.registry,
        )
        self.reconcile_errors = Counter(
            "swirl_operator_reconcile_errors",
            "Reconciles that raised, by kind and exception",
            ["kind", "error"],
            registry=self.registry,
        )
        self.api_requests = Histogram(
            "swirl_operator_api_request_seconds",
            "Requests to the API server, by verb and status code (0: no answer)",
            ["verb", "code"],
            buckets=_FAST,
            registry=self.registry,
        )
        self.first_status = Histogram(
            "swirl_operator_first_status_seconds",
            "Time from an object's creation to its first status, by kind",
            ["kind"],
            buckets=_LONG,
            registry=self.registry,
        )
        self.leader = Gauge(
            "swirl_operator_leader", "1 while this process is the leader", registry=self.registry
        )
        self.watch_events = Counter(
            "swirl_operator_watch_events",
            "Watch events seen, by resource and type",
            ["resource", "type"],
            registry=self.registry,
        )
        self.relist_corrections = Counter(
            "swirl_operator_relist_corrections",
            "Objects that a full relist had to add, update or remove, by resource",
            ["resource"],
            registry=self.registry,
        )
        self.cached_objects = Gauge(
            "swirl_operator_cached_objects",
            "Objects in the cache, by resource",
            ["resource"],
            registry=self.registry,
        )
        self.changes = Counter(
            "swirl_operator_change_events",
            "Change events for Kafka, by result",
            ["result"],
            registry=self.registry,
        )
        self.events = Counter(
            "swirl_operator_kubernetes_events",
            "Kubernetes Events about objects, by result",
            ["result"],
            registry=self.registry,
        )

    def render(self) -> bytes:
        return generate_latest(self.registry)
