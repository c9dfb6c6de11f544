"""The counters in Prometheus' form. Built when scraped, so a request pays nothing for it."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from swirl.scorer.service import Service
from swirl.scorer.stats import BOUNDS


class _ServiceCollector(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        stats, model = self._service.stats, self._service.model
        requests = CounterMetricFamily(
            "swirl_scorer_requests", "Scoring requests answered.", labels=["endpoint", "code"]
        )
        for (endpoint, status), count in sorted(stats.requests.items()):
            requests.add_metric([endpoint, str(status)], count)
        yield requests
        predictions = CounterMetricFamily(
            "swirl_scorer_predictions", "Rows scored, by predicted label.", labels=["label"]
        )
        for label, count in sorted(stats.predictions.items()):
            predictions.add_metric([label], count)
        yield predictions
        seconds = HistogramMetricFamily(
            "swirl_scorer_request_seconds", "Time to score a request, its body received."
        )
        seconds.add_metric([], _cumulative(stats.buckets), sum_value=stats.seconds)
        yield seconds
        yield GaugeMetricFamily(
            "swirl_scorer_in_flight", "Scoring requests being answered.", stats.in_flight
        )
        yield InfoMetricFamily(
            "swirl_scorer_model",
            "The model served.",
            {"name": model.name, "version": model.version, "digest": model.digest},
        )


def registry_of(service: Service) -> CollectorRegistry:
    """Return a registry with the service's counters and the process's own."""
    registry = CollectorRegistry()
    registry.register(_ServiceCollector(service))
    ProcessCollector(registry=registry)
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """Return the text that GET /metrics answers."""
    return generate_latest(registry)


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    out: list[tuple[str, float]] = []
    total = 0
    for edge, count in zip([*map(str, BOUNDS), "+Inf"], buckets, strict=True):
        total += count
        out.append((edge, total))
    return out
