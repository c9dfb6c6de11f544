"""What every module does in the same way, where no linter can see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.distribution.project import REPOSITORY, tracked

# What only one place may do for all, and the place.
_ONE_PLACE = {
    "logging.basicConfig": "swirl/process.py",
    "signal.signal": "swirl/process.py",
}
# Programs that begin with an environment, and what Kubernetes' own client looks at.
_ENVIRONMENT = {
    "operator/swirl_operator/__main__.py",
    "operator/swirl_operator/runtime/credentials.py",
    "swirl/job/__main__.py",
    "swirl/job/driver.py",
    "swirl/monitor/process/__main__.py",
    "swirl/scorer/__main__.py",
}

MODULES = [path for top in ("swirl/*.py", "operator/swirl_operator/*.py") for path in tracked(top)]


def _names(path: Path) -> Iterator[str]:
    """Every `module.attribute` that a file speaks of, as far as it is written out."""
    for node in ast.walk(ast.parse((REPOSITORY / path).read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("name", _ONE_PLACE)
def test_one_place_does_it_for_all(name: str) -> None:
    using = [path.as_posix() for path in MODULES if name in set(_names(path))]
    assert using == [_ONE_PLACE[name]]


def test_only_programs_look_into_their_environment() -> None:
    looking = {
        path.as_posix() for path in MODULES if {"os.environ", "os.getenv"} & set(_names(path))
    }
    assert sorted(looking - _ENVIRONMENT) == []


def test_a_module_logs_under_its_own_name() -> None:
    """A program may name a package that it is in: `__main__` would say nothing."""
    strange = []
    for path in MODULES:
        for node in ast.parse((REPOSITORY / path).read_text()).body:
            if not isinstance(node, ast.Assign) or "getLogger" not in ast.unparse(node.value):
                continue
            parts = path.with_suffix("").as_posix().removeprefix("operator/").split("/")
            named = ast.unparse(node.value).removeprefix("logging.getLogger")
            own = {"(__name__)"} | {
                f"('{'.'.join(parts[:end])}')" for end in range(1, len(parts) + 1)
            }
            if ast.unparse(node.targets[0]) != "logger" or named not in own:
                strange.append(f"{path}: {ast.unparse(node)}")
    assert strange == []
