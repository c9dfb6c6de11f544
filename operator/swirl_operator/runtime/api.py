"""The operator's client of the Kubernetes API: dicts in, dicts out, on one aiohttp session.

A typed client would spend more on parsing one object than a whole reconcile may cost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp

from swirl.kube import answer, request
from swirl.kube.errors import TooManyRequests, Unauthorized, Unreachable
from swirl.kube.request import Request
from swirl.kube.resources import EVENTS, Resource
from swirl.wire.group import OPERATOR_MANAGER
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.interface import Object, Ref
from swirl_operator.runtime.metrics import Metrics

_ATTEMPTS = 4
_LONGEST_WAIT = 5.0
_MOST_EVENTS = 50


class Api:
    """Requests to the API server. Use as an async context manager."""

    def __init__(
        self, credentials: Credentials, *, metrics: Metrics, timeout: float = 10.0
    ) -> None:
        self._credentials = credentials
        self._metrics = metrics
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Api:
        info = self._credentials.info
        https = info.server.startswith("https")
        connector = aiohttp.TCPConnector(
            ssl=info.as_ssl_context() if https else False, limit=64, keepalive_timeout=60
        )
        self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, resource: Resource, namespace: str, name: str) -> Object:
        return await self.send(request.get(resource, namespace, name))

    async def create(self, resource: Resource, obj: Object) -> Object:
        return await self.send(request.create(resource, obj, manager=OPERATOR_MANAGER))

    async def check(self, resource: Resource, obj: Object) -> None:
        """Raises what `create` would, and makes nothing."""
        await self.send(request.create(resource, obj, manager=OPERATOR_MANAGER, dry_run=True))

    async def apply(self, resource: Resource, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force` we take fields which others have changed."""
        return await self.send(request.apply(resource, obj, manager=OPERATOR_MANAGER, force=force))

    async def apply_status(self, resource: Resource, obj: Object) -> Object:
        """Server-side apply of the status; `metadata.resourceVersion` makes it conditional."""
        return await self.send(
            request.apply(resource, obj, manager=OPERATOR_MANAGER, force=True, subresource="status")
        )

    async def update(self, resource: Resource, obj: Object) -> Object:
        """PUT; fails with `Conflict` if the object changed since it was read."""
        return await self.send(request.update(resource, obj))

    async def merge(self, resource: Resource, namespace: str, name: str, patch: Object) -> Object:
        return await self.send(request.merge(resource, namespace, name, patch))

    async def delete(self, ref: Ref) -> Object:
        """Delete with background propagation; only this incarnation or state if `ref` has one."""
        return await self.send(
            request.delete(ref.resource, ref.namespace, ref.name, uid=ref.uid, version=ref.version)
        )

    async def pages(
        self,
        resource: Resource,
        namespace: str | None,
        *,
        label_selector: str = "",
        page_size: int = 500,
    ) -> AsyncIterator[tuple[list[Object], str]]:
        """All objects, in pages of bounded size; each with the resourceVersion of the list."""
        after = ""
        while True:
            found = await self.send(
                request.page(
                    resource,
                    namespace,
                    limit=page_size,
                    label_selector=label_selector,
                    after=after,
                )
            )
            metadata = found["metadata"]
            yield found.get("items") or [], str(metadata.get("resourceVersion", ""))
            after = metadata.get("continue") or ""
            if not after:
                return

    async def events_about(self, ref: Ref) -> list[Object]:
        """The Events about that incarnation, no more than anybody would read."""
        wanted = request.page(
            EVENTS, ref.namespace, limit=_MOST_EVENTS, field_selector=f"regarding.uid={ref.uid}"
        )
        return list((await self.send(wanted)).get("items") or ())

    async def send(self, wanted: Request) -> Object:
        """Send one request; waits out "too many requests", reads a refused token again once."""
        data = wanted.data
        refreshed = False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._once(wanted, data)
            except TooManyRequests as error:
                if attempt == _ATTEMPTS:
                    raise
                wait = error.retry_after if error.retry_after is not None else float(attempt)
                await asyncio.sleep(min(wait, _LONGEST_WAIT))
            except Unauthorized:
                if refreshed:
                    raise
                refreshed = True
                self._credentials.refresh()
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, wanted: Request, data: bytes | None) -> Object:
        if self._session is None:
            raise RuntimeError("Api is used outside of its context")
        info = self._credentials.info
        code = 0
        started = time.perf_counter()
        try:
            async with self._session.request(
                wanted.method,
                info.server.rstrip("/") + wanted.path,
                data=data,
                params=wanted.parameters,
                headers={**wanted.headers(OPERATOR_MANAGER), **info.as_http_headers()},
            ) as response:
                code = response.status
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = 0
            raise Unreachable(f"{wanted}: {error!r}") from error
        finally:
            elapsed = time.perf_counter() - started
            self._metrics.api_requests.labels(wanted.verb, str(code)).observe(elapsed)
        return answer.read(wanted, code, text, response.headers.get("Retry-After"))
