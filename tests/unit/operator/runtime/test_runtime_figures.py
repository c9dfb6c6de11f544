from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest

from swirl.kube.resources import PODS, Resource
from swirl_operator.runtime.figures import FigureCollector
from swirl_operator.runtime.interface import Figure, Object


def figures(read: Callable[[Resource], Iterable[Object]]) -> Iterable[Figure]:
    names = [(str(obj["name"]),) for obj in read(PODS)]
    return [Figure("swirl_pods", "Pods.", ("name",), [(name, 2.0) for name in names])]


def test_only_the_leader_shows_what_is_in_the_cache() -> None:
    registry, leading = CollectorRegistry(), [False]
    registry.register(FigureCollector(figures, lambda _: [{"name": 'a"b'}], lambda: leading[0]))
    assert generate_latest(registry) == b""
    leading[0] = True
    assert b'swirl_pods{name="a\\"b"} 2.0' in generate_latest(registry)
