"""kopf, reduced to what it does best: keeping watch streams open.

Only `on.event` is used. Everything of kopf's that would write to the cluster is off: no
finalizers, no annotations, no events, no peering. Its per-event diff is off as well, it would copy
every object for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import kopf

from swirl.kube.resources import Resource
from swirl_operator.runtime.credentials import login
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.owner import SELECTOR
from swirl_operator.runtime.router import Router


class NoDiffBase(kopf.DiffBaseStorage):
    """Stores nothing and finds everything equal, without looking."""

    def build(
        self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None
    ) -> kopf.BodyEssence:
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> kopf.BodyEssence | None:
        return None

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        raise RuntimeError("nothing may be stored on watched objects")


def kopf_settings(router: Router) -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.persistence.diffbase_storage = NoDiffBase()
    # Longer than between most events of one object: kopf has a task for each that lives so long.
    settings.queueing.idle_timeout = 10.0
    settings.queueing.exit_timeout = 0.5
    settings.networking.request_timeout = 30.0
    settings.networking.connect_timeout = 10.0
    # Longer than the 60 s between bookmarks, shorter than the server keeps its watch history.
    settings.watching.inactivity_timeout = 70.0
    settings.watching.connect_timeout = 10.0
    settings.watching.chunk_size = 500
    settings.process.ultimate_exiting_timeout = 30.0
    for resource in router.resources:
        if not router.is_kind(resource):
            selectors = settings.watching.label_selectors
            selectors[resource.group, resource.version, resource.plural] = SELECTOR
    return settings


def registry(router: Router, options: Options) -> kopf.OperatorRegistry:
    """One event handler for each watched resource, made from the list of controllers."""
    handlers = kopf.OperatorRegistry()
    kopf.on.login(registry=handlers)(_login)
    for resource in router.resources:
        if options.namespaces and not resource.namespaced:
            # Only those of all namespaces can be watched; the relist asks for each by its name.
            continue
        kopf.on.event(
            resource.group,
            resource.version,
            resource.plural,
            id=f"watch-{resource.plural}",
            registry=handlers,
        )(_handler(router, resource))
    return handlers


async def watch(
    router: Router, options: Options, *, ready: asyncio.Event, stop: asyncio.Event
) -> None:
    """Run kopf until `stop`; `ready` is set when it has taken over the signals."""
    await kopf.operator(
        registry=registry(router, options),
        settings=kopf_settings(router),
        standalone=True,
        clusterwide=not options.namespaces,
        namespaces=options.namespaces,
        ready_flag=ready,
        stop_flag=stop,
    )


def _handler(router: Router, resource: Resource) -> Callable[..., Awaitable[None]]:
    async def on_event(event: kopf.RawEvent, **_: Any) -> None:
        router.watched(resource, dict(event["object"]), type=event["type"])

    return on_event


async def _login(**_: Any) -> kopf.ConnectionInfo:
    return login()
