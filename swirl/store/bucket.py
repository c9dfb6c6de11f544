"""Files in a bucket of an object store: S3 and what speaks like it, Google's, Azure's.

Credentials, region and endpoint are in the environment, under the names that the cloud's own tools
read (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …); where there are none, the account that the Pod
runs under is asked for some. The client library reads all of that itself, and renews what expires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from swirl.store.errors import StoreError, StoreUnavailable
from swirl.store.locations import bucket
from swirl.store.trouble import is_absence, sentence

CONNECT_SECONDS = 5
REQUEST_SECONDS = 60
RETRIES = 8
RETRY_SECONDS = 60
"""A store that is away is tried again with growing waits, for a minute in all: longer outages are
told, and whoever started the process starts it again."""

_CHUNK = 1 << 20


class BucketFiles:
    """See `swirl.store.files.Files`; paths are keys.

    Args:
        root: any URI in the bucket, as in `s3://models/team`.

    Raises:
        StoreError: the client cannot be made from the environment.
    """

    def __init__(self, root: str) -> None:
        self._root = bucket(root)
        self._client = client_of(root)

    def exists(self, path: str) -> bool:
        try:
            with self._asked():
                obstore.head(self._client, path)
        except (FileNotFoundError, StoreUnavailable):
            # The answer to a question about one file has no text; that about a folder says why.
            return any(True for _ in self._below(path))
        return True

    def read(self, path: str) -> bytes:
        with self._asked():
            return bytes(obstore.get(self._client, path).bytes())

    def chunks(self, path: str) -> Iterator[bytes]:
        with self._asked():
            for chunk in obstore.get(self._client, path).stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def write(self, path: str, data: bytes) -> None:
        # An object can be read when its upload is complete, and not before.
        with self._asked():
            obstore.put(self._client, path, data)

    def create(self, path: str, data: bytes) -> None:
        try:
            with self._asked():
                obstore.put(self._client, path, data, mode="create")
        except FileExistsError:
            # The answer to our own write may have been lost, and the write tried again.
            if self.read(path) != data:
                raise

    def upload(self, path: str, source: Path) -> None:
        with self._asked():
            obstore.put(self._client, path, source)

    def download(self, path: str, target: Path) -> None:
        with target.open("wb") as file:
            for chunk in self.chunks(path):
                file.write(chunk)

    def list(self, path: str) -> list[str]:
        return list(self._below(path))

    def make_folder(self, path: str) -> None:
        """A bucket has no folders: nothing is made."""

    def sync(self, path: str) -> None:
        """What a bucket has confirmed is durable."""

    def _below(self, path: str) -> Iterator[str]:
        with self._asked():
            for page in obstore.list(self._client, path):
                for found in page:
                    # Spark marks folders by empty objects whose name ends so.
                    if not found["path"].endswith("/"):
                        yield found["path"].removeprefix(path).lstrip("/")

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except AlreadyExistsError as error:
            raise FileExistsError(str(error).partition("\n")[0]) from error
        except (BaseError, FileNotFoundError, PermissionError, TimeoutError) as error:
            if isinstance(error, FileNotFoundError) and is_absence(str(error)):
                raise
            raise StoreUnavailable(sentence(self._root, str(error))) from error


def client_of(uri: str) -> Any:
    """Return this process's client of the bucket that the URI lies in.

    Raises:
        StoreError: it cannot be made from the environment.
    """
    root = bucket(uri)
    try:
        return _client(root, CONNECT_SECONDS, RETRIES)
    except (BaseError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise StoreError(f"the artifact store {root} cannot be used: {said}") from error


def forget() -> None:
    """Make clients anew, where the environment has changed; what is in memory goes."""
    _client.cache_clear()


@cache
def _client(root: str, connect_seconds: int, retries: int) -> Any:
    """One client of a bucket for the whole process: it keeps connections and credentials."""
    options: dict[str, Any] = {}
    if not root.startswith("memory:"):
        options["client_options"] = {
            # An endpoint says http:// or https:// itself.
            "allow_http": True,
            "connect_timeout": timedelta(seconds=connect_seconds),
            "timeout": timedelta(seconds=REQUEST_SECONDS),
        }
        options["retry_config"] = {
            "max_retries": retries,
            "retry_timeout": timedelta(seconds=RETRY_SECONDS),
            "backoff": {
                "base": 2,
                "init_backoff": timedelta(seconds=0.2),
                "max_backoff": timedelta(seconds=10),
            },
        }
    make: Callable[..., Any] = from_url
    return make("memory:///" if root.startswith("memory:") else root, **options)
