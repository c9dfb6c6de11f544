"""The command, as far as it needs no cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adsdemo import cli
from devtools.locks import exclusive
from devtools.paths import REPOSITORY


def test_two_demos_do_not_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "REPOSITORY", tmp_path)
    with exclusive(tmp_path / "build" / "demo.lock", who="a demo", timeout=0):
        assert cli.main([]) == 1
    assert "Failed: another demo of this checkout is at work" in capsys.readouterr().out


@pytest.mark.parametrize("program", ["examples/ads/demo.py", "runtime-images/build.py"])
def test_the_programs_start_anywhere_with_the_standard_library_alone(
    program: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-E", "-S", str(REPOSITORY / program), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "usage:" in done.stdout
