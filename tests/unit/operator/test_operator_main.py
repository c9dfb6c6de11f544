"""An operator that is told nonsense says so, wherever somebody looks, and ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from swirl.wire.exits import OperatorExit

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SWIRL_SCORER_IMAGE is not set; SWIRL_MONITOR_IMAGE is not set"),
        ({"SWIRL_LOG_FORMAT": "xml"}, "SWIRL_LOG_FORMAT must be one of text, json, not 'xml'"),
    ],
)
def test_an_operator_that_is_told_nonsense_ends_with_what_is_wrong(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    message = tmp_path / "message"
    ended = subprocess.run(
        [sys.executable, "-m", "swirl_operator"],
        env={
            "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'operator'}",
            "SWIRL_TERMINATION_LOG": str(message),
            **environ,
        },
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert ended.returncode == OperatorExit.INVALID_SETTINGS
    assert said in message.read_text()
    assert f"the operator cannot run: {said}" in ended.stderr
