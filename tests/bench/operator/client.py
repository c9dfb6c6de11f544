"""The bench's own way to the API server: it must not share the code whose speed it measures."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson

from swirl_operator.runtime.credentials import login

Object = dict[str, Any]

_WATCH_SECONDS = 3600
_LONGEST_LINE = 1 << 22


class Client:
    """Requests and watches. Use as an async context manager."""

    def __init__(self, kubeconfig: str) -> None:
        os.environ["KUBECONFIG"] = kubeconfig
        self._info = login()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        self._session = aiohttp.ClientSession(
            self._info.server,
            connector=aiohttp.TCPConnector(ssl=self._info.as_ssl_context(), limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=_LONGEST_LINE,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        media_type: str = "application/json",
        missing: bool = False,
    ) -> Object:
        """Return the object that was answered; `missing` takes a 404 for an answer, too."""
        assert self._session is not None
        async with self._session.request(
            method,
            path,
            data=None if body is None else orjson.dumps(body),
            headers={"Content-Type": media_type, "User-Agent": "bench"},
        ) as answer:
            data = await answer.read()
            if answer.status >= 400 and not (missing and answer.status == 404):
                raise RuntimeError(f"{method} {path}: {answer.status} {data[:400]!r}")
            found: Object = orjson.loads(data)
            return found

    async def text(self, path: str) -> str:
        """Return what is served there, as it is."""
        assert self._session is not None
        async with self._session.get(path) as answer:
            return await answer.text()

    async def watch(self, path: str) -> AsyncIterator[tuple[str, Object]]:
        """Type and object of everything that happens to a collection from now on.

        The API server ends the watch of whoever is too slow for it; it goes on where it ended.
        """
        assert self._session is not None
        listed = await self.send("GET", f"{path}?limit=1")
        version = listed["metadata"]["resourceVersion"]
        while True:
            query = f"watch=true&resourceVersion={version}&timeoutSeconds={_WATCH_SECONDS}"
            async with self._session.get(f"{path}?{query}") as answer:
                async for line in answer.content:
                    event = orjson.loads(line)
                    if event["type"] == "ERROR":
                        raise RuntimeError(f"watch of {path}: {event['object']}")
                    version = event["object"]["metadata"]["resourceVersion"]
                    yield event["type"], event["object"]
