"""What the user reads."""

from __future__ import annotations

from devtools.errors import FAILED, ToolError


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = ToolError("disk full", where="/var", remedy="make room")
    assert str(error) == "disk full\n  where: /var\n  do:    make room"
    assert error.exit_code == FAILED


def test_what_is_not_known_is_not_said() -> None:
    assert str(ToolError("disk full")) == "disk full"
