"""The one exception that reaches the user: what went wrong, where, and what to do about it."""

from __future__ import annotations

FAILED = 1
UNUSABLE = 2


class ToolError(Exception):
    """Something the user can act on; anything else is a bug and keeps its traceback.

    Attributes:
        what: What went wrong, with the cause.
        where: The command, file or address that it went wrong with; may be empty.
        remedy: What the user can do; may be empty.
        exit_code: What the program should exit with.
    """

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", exit_code: int = FAILED
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.exit_code = exit_code

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.remedy:
            lines.append(f"  do:    {self.remedy}")
        return "\n".join(lines)
