"""Which parts of the library an image has to carry: those that its own code imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from devtools.paths import REPOSITORY

_LIBRARY = "swirl"


def parts(code: str) -> tuple[str, ...]:
    """The folders of `swirl/` that code in a folder imports, itself or by way of others.

    An image carries no more, so that a change elsewhere leaves it as it is. A part is carried
    whole, as some of its modules are loaded by their name.
    """
    found = {code}
    waiting = [code]
    while waiting:
        for name in _imported(REPOSITORY / waiting.pop()):
            for path in (f"{_LIBRARY}/{name}", f"{_LIBRARY}/{name}.py"):
                if path not in found and (REPOSITORY / path).exists():
                    found.add(path)
                    waiting.append(path)
    return tuple(
        sorted(
            path for path in found if path.startswith(f"{_LIBRARY}/") and not path.endswith(".py")
        )
    )


def _imported(path: Path) -> Iterator[str]:
    """The parts of the library, or single modules in it, that a file or folder imports."""
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        yield from _names(ast.parse(file.read_bytes(), str(file)))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from _parts(alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module == _LIBRARY:
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield from _parts([node.module])
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def _parts(modules: Iterator[str] | list[str]) -> Iterator[str]:
    for module in modules:
        top, *rest = module.split(".")
        if top == _LIBRARY and rest:
            yield rest[0]
