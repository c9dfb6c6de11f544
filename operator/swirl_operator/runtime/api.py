"""A small client for the Kubernetes API: dicts in, dicts out, on one aiohttp session.

A typed client would spend more on parsing one object than a whole reconcile may cost.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from swirl.kube.errors import (
    ApiError,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    from_answer,
)
from swirl.kube.resources import Resource
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.interface import Object, Ref
from swirl_operator.runtime.metrics import Metrics

FIELD_MANAGER = "swirl-operator"

_JSON = "application/json"
_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"
_ATTEMPTS = 4
_LONGEST_WAIT = 5.0


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
        return await self._request("get", "GET", resource.path(namespace, name))

    async def create(self, resource: Resource, obj: Object) -> Object:
        return await self._request(
            "create",
            "POST",
            resource.path(obj["metadata"]["namespace"]),
            body=obj,
            params={"fieldManager": FIELD_MANAGER},
        )

    async def apply(self, resource: Resource, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force` we take fields which others have changed."""
        metadata = obj["metadata"]
        return await self._apply(resource.path(metadata["namespace"], metadata["name"]), obj, force)

    async def apply_status(self, resource: Resource, obj: Object) -> Object:
        """Server-side apply of the status; `metadata.resourceVersion` makes it conditional."""
        metadata = obj["metadata"]
        path = resource.path(metadata["namespace"], metadata["name"], "status")
        return await self._apply(path, obj, True)

    async def update(self, resource: Resource, obj: Object) -> Object:
        """PUT; fails with `Conflict` if the object changed since it was read."""
        metadata = obj["metadata"]
        path = resource.path(metadata["namespace"], metadata["name"])
        return await self._request("update", "PUT", path, body=obj)

    async def merge(self, resource: Resource, namespace: str, name: str, patch: Object) -> Object:
        path = resource.path(namespace, name)
        return await self._request("patch", "PATCH", path, body=patch, content=_MERGE)

    async def delete(self, ref: Ref) -> Object:
        """Delete with background propagation, only this incarnation if `ref` has a uid."""
        options: Object = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
        }
        if ref.uid is not None:
            options["preconditions"] = {"uid": ref.uid}
        path = ref.resource.path(ref.namespace, ref.name)
        return await self._request("delete", "DELETE", path, body=options)

    async def pages(
        self,
        resource: Resource,
        namespace: str | None,
        *,
        label_selector: str = "",
        page_size: int = 500,
    ) -> AsyncIterator[tuple[list[Object], str]]:
        """All objects, in pages of bounded size; each with the resourceVersion of the list."""
        params = {"limit": str(page_size)}
        if label_selector:
            params["labelSelector"] = label_selector
        while True:
            answer = await self._request("list", "GET", resource.path(namespace), params=params)
            metadata = answer["metadata"]
            yield answer.get("items") or [], str(metadata.get("resourceVersion", ""))
            if not metadata.get("continue"):
                return
            params = {**params, "continue": metadata["continue"]}

    async def _apply(self, path: str, obj: Object, force: bool) -> Object:
        params = {"fieldManager": FIELD_MANAGER, "force": "true" if force else "false"}
        return await self._request("apply", "PATCH", path, body=obj, params=params, content=_APPLY)

    async def _request(
        self,
        verb: str,
        method: str,
        path: str,
        *,
        body: Object | None = None,
        params: Mapping[str, str] | None = None,
        content: str = _JSON,
    ) -> Object:
        """One request; waits out "too many requests" and reads the token again once if refused."""
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        refreshed = False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._once(verb, method, path, data, params or {}, content)
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

    async def _once(
        self,
        verb: str,
        method: str,
        path: str,
        data: bytes | None,
        params: Mapping[str, str],
        content: str,
    ) -> Object:
        if self._session is None:
            raise RuntimeError("Api is used outside of its context")
        info = self._credentials.info
        headers = {"Accept": _JSON, "User-Agent": FIELD_MANAGER, **info.as_http_headers()}
        if data is not None:
            headers["Content-Type"] = content
        code = 0
        started = time.perf_counter()
        try:
            async with self._session.request(
                method, info.server.rstrip("/") + path, data=data, params=params, headers=headers
            ) as response:
                code = response.status
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = 0
            raise Unreachable(f"{method} {path}: {error!r}") from error
        finally:
            elapsed = time.perf_counter() - started
            self._metrics.api_requests.labels(verb, str(code)).observe(elapsed)
        answer = _parse(text)
        if code >= 400:
            if not isinstance(answer, dict):
                # Not from Kubernetes itself (an unknown path, a proxy): say what was asked for.
                answer = f"{method} {path}: {text.strip()}"
            raise from_answer(code, answer, retry_after=_seconds(response.headers))
        if not isinstance(answer, dict):
            raise ApiError(code, "NotJson", f"{method} {path}: {text[:200]}")
        return answer


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
