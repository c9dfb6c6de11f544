"""Writing files so that a reader, or the next run after a crash, never sees half of one."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None


def write(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Replace `path` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            os.fchmod(stream.fileno(), mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def write_json(path: Path, value: JSON, *, mode: int = 0o644) -> None:
    write(path, json.dumps(value, indent=2, sort_keys=True) + "\n", mode=mode)
