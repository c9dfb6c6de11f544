"""What the repository says of itself."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[3]
PYPROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
METADATA: dict[str, Any] = PYPROJECT["project"]
EXTRAS: dict[str, list[str]] = METADATA["optional-dependencies"]
CHART: dict[str, Any] = yaml.safe_load((REPOSITORY / "charts" / "swirl" / "Chart.yaml").read_text())


def tracked(pattern: str) -> list[Path]:
    """Files of the repository, from its root; those that are about to be added, too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(line) for line in listed.stdout.splitlines() if (REPOSITORY / line).exists()]
