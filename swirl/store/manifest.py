"""An artifact's manifest: a JSON object that names every file of it with its digest. Pure.

What else the object says is the business of the artifact's type; see `swirl.store.artifact`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT_VERSION = 1

_VERSION = "formatVersion"
_FILES = "files"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of an artifact: path relative to its folder, bytes, and SHA-256 in hex."""

    path: str
    size: int
    sha256: str


def to_json(about: Mapping[str, Any], files: Sequence[FileEntry]) -> bytes:
    """Return the bytes of a manifest, equal ones for equal contents.

    Args:
        about: what the artifact's type has to say; JSON values.
        files: all files of the artifact but the manifest itself.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot hold.
    """
    body = {
        _VERSION: FORMAT_VERSION,
        **about,
        _FILES: [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in files],
    }
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False).encode()


def from_json(data: bytes) -> tuple[dict[str, Any], tuple[FileEntry, ...]]:
    """Read a manifest: the whole object, and the files that it names.

    Raises:
        ValueError: it is not JSON, of another format version, or names no files; the message goes
            on after the manifest's name.
    """
    try:
        body = json.loads(data)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if not isinstance(body, dict):
        raise ValueError("must hold a JSON object")
    if body.get(_VERSION) != FORMAT_VERSION:
        raise ValueError(
            f"has formatVersion {body.get(_VERSION)!r}, "
            f"this version of Swirl reads {FORMAT_VERSION}"
        )
    try:
        return body, tuple(_file(item) for item in body[_FILES])
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"lacks or mistypes a field: {error}") from error


def digest(data: bytes) -> str:
    """Return an artifact's digest, `sha256:` and the hex SHA-256 of its manifest's bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _file(item: dict[str, Any]) -> FileEntry:
    path = str(item["path"])
    # A manifest may come from elsewhere; it must not make a reader touch files outside.
    if not path or path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError(f"names the file {path!r}, which is not inside the artifact")
    return FileEntry(path, int(item["size"]), str(item["sha256"]))
