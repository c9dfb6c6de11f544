from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from devtools import command
from devtools.errors import ToolError
from localcluster.namespaces import disconnect

LINK = "lc-a-1"


@pytest.fixture
def present(tmp_path: Path) -> Path:
    (tmp_path / LINK).mkdir()
    return tmp_path


def test_a_link_that_the_kernel_removes_first_is_as_good_as_removed(
    present: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(argv: Sequence[str]) -> str:
        (present / LINK).rmdir()
        raise ToolError("Cannot find device")

    monkeypatch.setattr(command, "run", too_late)

    disconnect(LINK, present)


def test_a_link_that_stays_is_an_error(present: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(argv: Sequence[str]) -> str:
        raise ToolError("Operation not permitted")

    monkeypatch.setattr(command, "run", refuse)

    with pytest.raises(ToolError, match="not permitted"):
        disconnect(LINK, present)


def test_a_link_that_was_never_there_needs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(argv: Sequence[str]) -> str:
        raise AssertionError(argv)

    monkeypatch.setattr(command, "run", unexpected)

    disconnect(LINK, tmp_path)
