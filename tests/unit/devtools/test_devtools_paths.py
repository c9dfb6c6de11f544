"""Where the cache is."""

from __future__ import annotations

from pathlib import Path

import pytest

from devtools.paths import REPOSITORY, cache_directory


def test_the_cache_is_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_directory("jars") == Path("/somewhere/swirl/jars")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home/ada")
    assert cache_directory("jars") == Path("/home/ada/.cache/swirl/jars")


def test_the_repository_is_found_from_anywhere() -> None:
    assert (REPOSITORY / "pyproject.toml").is_file()
