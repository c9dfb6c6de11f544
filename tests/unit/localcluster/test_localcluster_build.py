from __future__ import annotations

import io
from pathlib import Path

import pytest

from devtools.errors import ToolError
from devtools.paths import cache_directory
from devtools.progress import Progress
from localcluster import build, golang, versions
from localcluster.build import MODULES, TOOLS, Binary, Module, cache_key
from localcluster.paths import SOURCES

MODULE = Module("m", "a module", "1 s", (Binary("m", "."),))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "go.mod").write_text("module m\n", encoding="utf-8")
    (tmp_path / "m" / "main.go").write_text("package main\n", encoding="utf-8")
    return tmp_path


def test_the_key_stays_while_nothing_that_is_compiled_changes(sources: Path) -> None:
    before = cache_key(MODULE, sources)

    (sources / "m" / "notes.md").write_text("nothing", encoding="utf-8")
    (sources / "m" / "main.go").touch()

    assert cache_key(MODULE, sources) == before


@pytest.mark.parametrize("changed", ["go.mod", "go.sum", "main.go", "sub/more.go"])
def test_the_key_changes_with_every_source(sources: Path, changed: str) -> None:
    before = cache_key(MODULE, sources)

    path = sources / "m" / changed
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed", encoding="utf-8")

    assert cache_key(MODULE, sources) != before


def test_the_key_changes_with_the_flags(sources: Path) -> None:
    tagged = Module("m", "a module", "1 s", MODULE.binaries, tags=("x",))

    assert cache_key(tagged, sources) != cache_key(MODULE, sources)


def test_moving_text_between_files_changes_the_key(sources: Path) -> None:
    (sources / "m" / "a.go").write_text("ab", encoding="utf-8")
    (sources / "m" / "b.go").write_text("c", encoding="utf-8")
    before = cache_key(MODULE, sources)

    (sources / "m" / "a.go").write_text("a", encoding="utf-8")
    (sources / "m" / "b.go").write_text("bc", encoding="utf-8")

    assert cache_key(MODULE, sources) != before


def test_the_cache_is_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")

    assert cache_directory("localcluster") == Path("/somewhere/swirl/localcluster")


def test_every_tool_that_others_ask_for_exists() -> None:
    assert {"kubectl", "helm", "kubeconform", "etcd", "kube-apiserver"} <= set(TOOLS)


@pytest.mark.parametrize(
    ("module", "pin"),
    [
        ("kube", f"k8s.io/kubernetes v{versions.KUBERNETES}"),
        ("kube", f"go.etcd.io/etcd/server/v3 v{versions.ETCD}"),
        ("coredns", f"github.com/coredns/coredns v{versions.COREDNS}"),
        ("tools", f"helm.sh/helm/v4 v{versions.HELM}"),
        ("tools", f"github.com/yannh/kubeconform v{versions.KUBECONFORM}"),
        ("s3", f"github.com/versity/versitygw v{versions.VERSITYGW}"),
    ],
)
def test_the_module_files_pin_what_the_versions_say(module: str, pin: str) -> None:
    assert pin in (SOURCES / module / "go.mod").read_text(encoding="utf-8")


def test_no_module_needs_a_newer_go_than_is_installed() -> None:
    for module in MODULES:
        text = (SOURCES / module.name / "go.mod").read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("go "))
        needed = golang.parse_version(line.replace(" ", ""))
        assert needed is not None
        assert needed <= versions.GO_MINIMUM


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27 linux/arm64", (1, 27, 0)),
        ("go: command failed", None),
    ],
)
def test_reading_the_version_of_go(text: str, version: tuple[int, int, int] | None) -> None:
    assert golang.parse_version(text) == version


def test_a_tool_that_is_built_is_not_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for module in MODULES:
        build.directory_of(module).mkdir(parents=True)

    path = build.tool("kubectl", Progress())

    assert path.is_absolute()
    assert path.name == "kubectl"
    assert path.is_relative_to(tmp_path)


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A stand-in for Go that writes down what it is asked to do, and the file it writes to."""
    asked = tmp_path / "asked"
    program = tmp_path / "go"
    program.write_text(f"""#!/bin/sh
echo "$(basename "$PWD") $1" >> {asked}
while [ $# -gt 0 ]; do [ "$1" = -o ] && touch "$2"; shift; done
""")
    program.chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "find_go", lambda progress: program)
    return asked


def test_sources_of_later_modules_are_fetched_before_they_are_built(go: Path) -> None:
    build.build(Progress(io.StringIO()))

    asked = go.read_text().splitlines()
    assert asked.count("kube build") == 2
    assert "kube list" not in asked
    for module in ("coredns", "tools"):
        assert asked.index(f"{module} list") < asked.index(f"{module} build")
    assert (build.directory_of(MODULES[0]) / "kubectl").exists()


def test_what_is_built_is_neither_fetched_nor_built(go: Path) -> None:
    build.build(Progress(io.StringIO()))
    go.unlink()
    build.build(Progress(io.StringIO()))

    assert not go.exists()


def test_sources_that_cannot_be_fetched_fail_the_build(go: Path) -> None:
    program = go.with_name("go")
    program.write_text('#!/bin/sh\n[ "$1" != list ] || { echo no route to host >&2; exit 1; }\n')

    with pytest.raises(ToolError, match="no route to host"):
        build.build(Progress(io.StringIO()))
