from __future__ import annotations

from pathlib import Path

import pytest

from swirl.store import StoreError
from swirl.store.locations import from_path, join, local_path, scheme


def test_join_appends_segments() -> None:
    assert join("file:///data/", "models", "a/b") == "file:///data/models/a/b"
    assert join("s3://bucket", "x") == "s3://bucket/x"


@pytest.mark.parametrize("part", ["..", "a/../b", "", "/a", "a//b", ".", "a/"])
def test_join_refuses_what_leaves_the_root(part: str) -> None:
    with pytest.raises(StoreError, match="no path inside the artifact store"):
        join("file:///data", part)


def test_scheme_is_required() -> None:
    with pytest.raises(StoreError, match="write it with a scheme"):
        scheme("/data")


def test_local_path_only_for_file() -> None:
    assert local_path("file:///a/b c") == Path("/a/b c")
    assert local_path("memory://a/b") is None
    with pytest.raises(StoreError, match="absolute path"):
        local_path("file://a/b")


def test_from_path_and_back(tmp_path: Path) -> None:
    assert local_path(from_path(tmp_path)) == tmp_path
