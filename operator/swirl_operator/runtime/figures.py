"""Shows Prometheus what the kinds say of their objects, read off the cache when it asks.

Only the leader does: a standby has the same objects in its cache, and all would be there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from swirl.kube.resources import Resource
from swirl_operator.runtime.interface import Figures, Object


class FigureCollector:
    """Implements `prometheus_client`'s collectors.

    Args:
        figures: of the kinds.
        read: all objects of a resource.
        leading: whether this process is the leader.
    """

    def __init__(
        self,
        figures: Figures,
        read: Callable[[Resource], Iterable[Object]],
        leading: Callable[[], bool],
    ) -> None:
        self._figures = figures
        self._read = read
        self._leading = leading

    def collect(self) -> Iterator[Metric]:
        """One gauge for each figure."""
        if not self._leading():
            return
        for figure in self._figures(self._read):
            family = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
            for labels, value in figure.samples:
                family.add_metric(labels, value)
            yield family
