"""Artifact URIs: pure functions on text such as `file:///var/lib/swirl/artifacts`."""

from __future__ import annotations

from pathlib import Path

from swirl.store.errors import StoreError

_SHOWN = ("s3", "gs", "abfss")
BUCKETS = (*_SHOWN, "s3a", "abfs", "memory")
"""Schemes of object stores. `s3a` is Spark's name for `s3`; what is in memory is for tests."""


def join(root: str, *parts: str) -> str:
    """Append path segments to a URI.

    Args:
        root: a URI with a scheme, for example `file:///data` or `s3://bucket/prefix`.
        parts: segments; each may hold several, separated by `/`.

    Raises:
        StoreError: a segment is empty, `.` or `..`, or the root has no scheme.
    """
    scheme(root)
    segments = [segment for part in parts for segment in part.split("/")]
    for segment in segments:
        if segment in ("", ".", "..") or "\\" in segment or "\0" in segment:
            raise StoreError(
                f"{'/'.join(parts)!r} is no path inside the artifact store {root}: "
                "use plain names without empty, '.' or '..' segments"
            )
    return "/".join([root.rstrip("/"), *segments])


def scheme(uri: str) -> str:
    """Return the part before `://`.

    Raises:
        StoreError: there is none.
    """
    name, separator, _ = uri.partition("://")
    if not separator or not name:
        raise StoreError(
            f"{uri!r} is not an artifact URI: write it with a scheme, as in file://{uri or '/data'}"
        )
    return name


def bucket(uri: str) -> str:
    """Return the URI of the bucket that a URI lies in, as in `s3://models`.

    Raises:
        StoreError: it names no bucket, or is of a scheme that no client speaks.
    """
    name = scheme(uri)
    if name not in BUCKETS:
        raise StoreError(
            f"{uri!r} cannot be an artifact store: write file://, {'://, '.join(_SHOWN)}://"
        )
    host = uri.removeprefix(f"{name}://").partition("/")[0]
    if not host:
        raise StoreError(f"{uri!r} names no bucket, as {name}://models/swirl does")
    return f"{name}://{host}"


def key(uri: str) -> str:
    """Return the path of a URI inside of its bucket.

    Raises:
        StoreError: it is in none.
    """
    return uri.removeprefix(bucket(uri)).strip("/")


def local_path(uri: str) -> Path | None:
    """Return the path a `file://` URI names, None for every other scheme.

    Raises:
        StoreError: a `file://` URI without an absolute path.
    """
    if scheme(uri) != "file":
        return None
    path = Path(uri.removeprefix("file://"))
    if not path.is_absolute():
        raise StoreError(f"{uri!r} must name an absolute path, as in file:///var/lib/swirl")
    return path


def from_path(path: Path) -> str:
    """Return the `file://` URI of a path."""
    return f"file://{path.absolute()}"
