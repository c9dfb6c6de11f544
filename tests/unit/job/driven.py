"""A driver in this process: what it is told goes in, what the operator is told comes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from swirl.job.driver import Driver
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import Outcome


def drive(environ: Mapping[str, str]) -> tuple[DriverExit, Outcome]:
    """Run a driver that keeps its termination message in a file."""
    code = Driver(environ).run()
    told = Outcome.read(Path(environ["SWIRL_TERMINATION_LOG"]).read_bytes())
    assert told is not None
    return code, told


@contextmanager
def modules(
    monkeypatch: pytest.MonkeyPatch, folder: Path, sources: Mapping[str, str]
) -> Iterator[None]:
    """Let modules with these sources be imported from the folder."""
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(folder))
    yield
    for name in sources:
        sys.modules.pop(name, None)
