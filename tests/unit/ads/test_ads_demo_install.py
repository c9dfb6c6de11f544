"""Images are built while the cluster comes up."""

from __future__ import annotations

import io
import json
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from adsdemo import install
from devtools.errors import ToolError
from devtools.progress import Progress

_BUILD = """
import json, pathlib, sys, time
pathlib.Path("started").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.02)
pathlib.Path("build").mkdir()
names = {name: "localhost/swirl/" + name + ":1" for name in [*sys.argv[1:], "spark"]}
pathlib.Path("build/images.json").write_text(json.dumps(names))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    program = tmp_path / "runtime-images" / "build.py"
    program.parent.mkdir()
    program.write_text(_BUILD)
    return tmp_path


def test_images_are_built_meanwhile(repository: Path) -> None:
    with install.building_images(repository, Progress(io.StringIO())) as building:
        _until(repository / "started")
        assert not building.done()
        (repository / "go").touch()
        built = building.result(timeout=20)
    assert built == {name: f"localhost/swirl/{name}:1" for name in install.DEMO_IMAGES}
    assert "spark" in json.loads((repository / "build" / "images.json").read_text())


def test_nothing_is_built_for_a_cluster_that_does_not_come_up(repository: Path) -> None:
    begun: list[Future[dict[str, str]]] = []

    def come_up() -> None:
        with install.building_images(repository, Progress(io.StringIO())) as building:
            begun.append(building)
            _until(repository / "started")
            raise ToolError("no cluster")

    with pytest.raises(ToolError, match="no cluster"):
        come_up()
    with pytest.raises(ToolError, match="building images: stopped"):
        begun[0].result()
    assert not (repository / "build").exists()


def _until(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
