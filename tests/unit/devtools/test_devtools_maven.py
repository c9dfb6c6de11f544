"""Jars are fetched once, whoever asks; a stand-in for Maven counts how often it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from devtools.errors import ToolError
from devtools.maven import jars

_MVN = """#!/bin/sh
echo run >> "$MVN_RUNS"
for word in "$@"; do
    case $word in -DoutputDirectory=*) folder=${word#*=} ;; esac
done
mkdir -p "$folder"
[ -z "$MVN_EMPTY" ] && touch "$folder/b.jar" "$folder/a.jar"
exit "${MVN_EXIT:-0}"
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven of our own on PATH, and the file with a line for each of its runs."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(_MVN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MVN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def pom(tmp_path: Path) -> Path:
    path = tmp_path / "kafka" / "pom.xml"
    path.parent.mkdir()
    path.write_text("<project/>")
    return path


def test_jars_are_fetched_once(pom: Path, runs: Path) -> None:
    first = jars(pom)
    assert [jar.name for jar in first] == ["a.jar", "b.jar"]
    assert first[0].parent.name.startswith("kafka-")
    assert jars(pom) == first
    assert runs.read_text() == "run\n"


def test_a_changed_pom_is_fetched_anew(pom: Path, runs: Path) -> None:
    first = jars(pom)
    pom.write_text("<project><!-- newer --></project>")
    assert jars(pom)[0].parent != first[0].parent
    assert runs.read_text() == "run\nrun\n"


def test_a_failed_fetch_leaves_nothing_behind(
    pom: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MVN_EXIT", "1")
    with pytest.raises(ToolError, match="mvn failed with exit code 1"):
        jars(pom)
    assert list((tmp_path / "cache" / "swirl" / "jars").iterdir()) == []


def test_no_jar_at_all_is_an_error(pom: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MVN_EMPTY", "1")
    with pytest.raises(ToolError, match="resolved to no jar"):
        jars(pom)
