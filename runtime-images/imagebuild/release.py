"""A version of Swirl that others install: the chart with its images in it, by digest."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from devtools.command import run
from devtools.errors import UNUSABLE, ToolError
from devtools.paths import REPOSITORY
from devtools.references import OF_CHART
from imagebuild.push import Pushed

CHART = REPOSITORY / "charts" / "swirl"
CHARTS = "charts"
"""The folder of a registry that charts are in, beside the images."""

# Of https://semver.org, without build metadata: a tag cannot have its plus sign.
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?")


def checked_version(given: str) -> str:
    """A version that a chart and a tag can have.

    Raises:
        ToolError: it is none.
    """
    version = given.removeprefix("v")
    if _VERSION.fullmatch(version) is None:
        raise ToolError(
            f"VERSION is {given!r}, which is no version",
            remedy="name one as Semantic Versioning has them: VERSION=0.2.0 or VERSION=0.2.0-rc.1",
            exit_code=UNUSABLE,
        )
    return version


def commit() -> tuple[str, str]:
    """The commit that is released and its time.

    Raises:
        ToolError: something is not committed, so nobody could say what was released.
    """
    changed = run(["git", "status", "--porcelain"], directory=REPOSITORY).splitlines()
    if changed:
        raise ToolError(
            f"{len(changed)} files are not committed, {changed[0][3:]} for one",
            where=str(REPOSITORY),
            remedy="commit or remove them: a release is made of a commit",
            exit_code=UNUSABLE,
        )
    said = run(["git", "show", "--no-patch", "--format=%H %cI", "HEAD"], directory=REPOSITORY)
    name, _, moment = said.strip().partition(" ")
    return name, moment


def release_chart(version: str, pushed: Mapping[str, Pushed], folder: Path) -> Path:
    """Write the chart of a version into a folder: it names its images, each by its digest."""
    chart = folder / CHART.name
    shutil.copytree(CHART, chart)
    for path, edits in (
        (chart / "Chart.yaml", _of_the_version(version)),
        (chart / "values.yaml", _of_the_images(pushed)),
    ):
        text = path.read_text()
        for before, after in edits.items():
            text, count = re.subn(before, after, text, flags=re.MULTILINE)
            if count != 1:
                raise ToolError(f"{path.name} has {count} lines like {before}", where=str(CHART))
        path.write_text(text)
    return chart


def _of_the_version(version: str) -> dict[str, str]:
    return {
        r"^version: .+$": f"version: {version}",
        r"^appVersion: .+$": f'appVersion: "{version}"',
    }


def _of_the_images(pushed: Mapping[str, Pushed]) -> dict[str, str]:
    registries = {image.registry for image in pushed.values()}
    (registry,) = registries
    edits = {r'^  registry: ""$': f"  registry: {registry}"}
    for name in OF_CHART:
        image = pushed[name]
        edits[rf'repository: {image.repository}, tag: "", digest: ""'] = (
            f'repository: {image.repository}, tag: "{image.tag}", digest: "{image.digest}"'
        )
    return edits
