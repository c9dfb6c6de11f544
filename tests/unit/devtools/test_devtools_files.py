"""Files that are never seen half written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devtools import files


def test_a_file_gets_its_folder_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    files.write(path, b"bytes", mode=0o600)
    assert path.read_bytes() == b"bytes"
    assert path.stat().st_mode & 0o777 == 0o600


def test_json_is_sorted_and_ends_its_last_line(tmp_path: Path) -> None:
    files.write_json(tmp_path / "file", {"b": 1, "a": [None]})
    assert (tmp_path / "file").read_text() == '{\n  "a": [\n    null\n  ],\n  "b": 1\n}\n'


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write(path, "old")

    def fail(source: str, target: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write(path, "new")

    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
