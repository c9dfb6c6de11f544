"""kopf is told to watch, and to leave no trace."""

from __future__ import annotations

import kopf
import pytest

from swirl.kube.resources import CONFIGMAPS, NAMESPACES, PODS
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.watching import NoDiffBase, kopf_settings, registry
from tests.unit.operator.runtime.fakes import WIDGETS, FakeClock, FakeController, Routing, held


@pytest.fixture
def settings() -> kopf.OperatorSettings:
    router = Router(
        controllers=[
            FakeController(owns=(PODS, CONFIGMAPS)),
            FakeController(owns=(PODS, WIDGETS)),
        ],
        cache=Cache(),
        queue=WorkQueue(clock=FakeClock()),
        freshness=Freshness(grace=1.0),
        metrics=Metrics(),
        memory=WriteMemory(),
        held=held(FakeClock()),
    )
    return kopf_settings(router)


def test_children_are_selected_by_label_and_kinds_are_not(
    settings: kopf.OperatorSettings,
) -> None:
    chosen = {str(selector): value for selector, value in settings.watching.label_selectors.items()}
    assert len(chosen) == 2
    assert set(chosen.values()) == {"app.kubernetes.io/managed-by=swirl"}
    assert not any("widgets" in selector for selector in chosen)


def test_kopf_writes_nothing(settings: kopf.OperatorSettings) -> None:
    assert not settings.posting.enabled
    assert settings.peering.standalone
    assert settings.scanning.disabled
    storage = settings.persistence.diffbase_storage
    assert isinstance(storage, NoDiffBase)
    body = kopf.Body({"metadata": {"name": "x"}, "spec": {"a": 1}})
    assert storage.build(body=body) == {}
    assert storage.fetch(body=body) is None
    with pytest.raises(RuntimeError):
        storage.store(body=body, patch=kopf.Patch(), essence=kopf.BodyEssence())


@pytest.mark.parametrize(("namespaces", "watched"), [((), True), (("ns",), False)])
def test_what_is_in_no_namespace_is_watched_where_all_of_them_are(
    namespaces: tuple[str, ...], watched: bool
) -> None:
    router = Routing(FakeController(resource=NAMESPACES)).router
    options = Options(identity="me", lease_namespace="ns", lease_name="l", namespaces=namespaces)
    handlers = registry(router, options)._watching.get_all_handlers()
    names = {handler.id for handler in handlers}
    assert names == {"watch-pods", *(["watch-namespaces"] if watched else [])}
