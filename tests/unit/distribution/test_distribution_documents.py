"""What the documents point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.distribution.project import REPOSITORY, tracked

_DECISIONS = REPOSITORY / "docs" / "decisions"
_SECTIONS = ["## Context", "## Decision", "## Consequences"]
_LINK = re.compile(r"\]\(([^)#\s]+)")
_FILE = re.compile(r"`([\w*./<>-]+\.(?:py|md|sh|yaml|tpl|toml))`")


def _decisions() -> list[Path]:
    return sorted(_DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize("document", tracked("*.md"), ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    path = REPOSITORY / document
    targets = [link for link in _LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in targets if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_the_map_names_is_there(document: str) -> None:
    """Files are named from the repository's root, or by the end of their path."""
    names = _FILE.findall((REPOSITORY / document).read_text())
    # `<kind>` stands for a name that the reader chooses; what `make` writes is not tracked.
    named = [name for name in names if "<" not in name and not name.startswith("build/")]
    files = tracked("*")
    assert [name for name in named if not any(file.match(name) for file in files)] == []


def test_decisions_are_numbered_without_a_gap_and_listed_in_order() -> None:
    assert [int(path.name[:4]) for path in _decisions()] == [*range(1, len(_decisions()) + 1)]
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (_DECISIONS / "README.md").read_text())
    assert listed == [path.name for path in _decisions()]


@pytest.mark.parametrize("decision", _decisions(), ids=lambda path: path.name)
def test_a_decision_is_short_and_says_why(decision: Path) -> None:
    lines = decision.read_text().splitlines()
    assert len(lines) <= 30
    assert lines[0].startswith(f"# {int(decision.name[:4])}. ")
    assert re.fullmatch(r"Status: (accepted, \d{4}-\d\d-\d\d|superseded by .+)", lines[2])
    assert [line for line in lines if line.startswith("## ")] == _SECTIONS
