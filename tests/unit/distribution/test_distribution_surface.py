"""What users import: it is there, it is documented, and documents and examples need no more."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import swirl
from tests.unit.distribution.project import REPOSITORY, tracked

PUBLIC = ("swirl", "swirl.metrics", "swirl.testing")
"""The packages for users. Their names change only with a line in the changelog."""

_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def _packages() -> list[str]:
    below = pkgutil.walk_packages(swirl.__path__, "swirl.")
    names = ["swirl", *(module.name for module in below if module.ispkg)]
    return [name for name in names if hasattr(importlib.import_module(name), "__all__")]


@pytest.mark.parametrize("package", _packages())
def test_what_a_package_offers_is_there_and_documented(package: str) -> None:
    module = importlib.import_module(package)
    offered = {name: getattr(module, name) for name in module.__all__}
    assert len(offered) == len(module.__all__)
    assert [
        name
        for name, value in offered.items()
        if (inspect.isclass(value) or inspect.isroutine(value)) and not _documented(value)
    ] == []


def _documented(value: type | object) -> bool:
    doc = inspect.getdoc(value)
    # A dataclass without a docstring is given its signature for one.
    return bool(doc) and not str(doc).startswith(f"{getattr(value, '__name__', '')}(")


def _imports(source: str) -> Iterator[tuple[str, str]]:
    """Each name that is imported from Swirl, and from where."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module.split(".")[0] == "swirl":
                yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.startswith("swirl."))


def _private(source: str) -> list[tuple[str, str]]:
    return [
        (module, name)
        for module, name in _imports(source)
        if module not in PUBLIC or name not in importlib.import_module(module).__all__
    ]


@pytest.mark.parametrize("document", tracked("*.md"), ids=str)
def test_documents_show_public_names_alone(document: Path) -> None:
    text = (REPOSITORY / document).read_text()
    blocks = [block for block in _PYTHON.findall(text) if "import" in block]
    assert [name for block in blocks for name in _private(block)] == []


@pytest.mark.parametrize("example", tracked("examples/*.py"), ids=str)
def test_examples_need_public_names_alone(example: Path) -> None:
    assert _private((REPOSITORY / example).read_text()) == []


def test_the_first_lines_of_a_user_work() -> None:
    from swirl import Context, PermanentError, SwirlError, analytics

    assert set(swirl.__all__) == {"Context", "PermanentError", "SwirlError", "analytics"}
    assert set(swirl.__all__) <= set(dir(swirl))
    assert issubclass(PermanentError, SwirlError)
    assert inspect.isclass(Context)
    assert callable(analytics)
