"""What somebody gets who installs Swirl with pip."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.unit.distribution.project import CHART, METADATA, REPOSITORY

_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "swirl", "operator")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy, as building writes into the source tree."""
    copy = tmp_path_factory.mktemp("sources")
    for name in _SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    target = tmp_path_factory.mktemp("wheel")
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(target)], cwd=copy, check=True, timeout=120)
    (built,) = target.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_has_both_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    info = f"{METADATA['name'].replace('-', '_')}-{METADATA['version']}.dist-info"
    assert tops == {"swirl", "swirl_operator", info}


def test_the_wheel_has_every_module(wheel: zipfile.ZipFile) -> None:
    roots = (REPOSITORY / "swirl", REPOSITORY / "operator" / "swirl_operator")
    modules = {
        path.relative_to(root.parent).as_posix() for root in roots for path in root.rglob("*.py")
    }
    assert modules <= set(wheel.namelist())


def test_type_checkers_use_the_annotations(wheel: zipfile.ZipFile) -> None:
    assert {"swirl/py.typed", "swirl_operator/py.typed"} <= set(wheel.namelist())


def test_the_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    (licence,) = (name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert wheel.read(licence) == (REPOSITORY / "LICENSE").read_bytes()
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    assert "License-Expression: Apache-2.0\n" in wheel.read(metadata).decode()


def test_the_chart_has_the_version_of_the_code() -> None:
    assert CHART["version"] == CHART["appVersion"] == METADATA["version"]


def test_the_changelog_knows_the_version() -> None:
    headings = [
        line
        for line in (REPOSITORY / "CHANGELOG.md").read_text().splitlines()
        if line.startswith("## ")
    ]
    assert headings[0] == "## [Unreleased]"
    assert headings[1].startswith(f"## [{METADATA['version']}]")
