#!/usr/bin/env python3
"""`make release VERSION=0.2.0 REGISTRY=registry.example.org/team`: images, chart, what is in them.

Builds the images, pushes them, writes their digests into a copy of the chart, packs it and pushes
it beside them. What it made is in build/release/VERSION.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from datetime import datetime
from pathlib import Path

# For devtools; this folder is on the path already, as that of the program.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from devtools.command import run
from devtools.errors import UNUSABLE, ToolError
from devtools.locks import exclusive
from devtools.paths import REPOSITORY
from imagebuild import inventory_program
from imagebuild.builder import BUILD, build
from imagebuild.catalogue import PREFIX, PUBLISHED
from imagebuild.engines import PLATFORMS, Publisher, choose
from imagebuild.progress import PROGRESS
from imagebuild.push import Pushed, checked_registry, push, write_pushed
from imagebuild.release import CHARTS, checked_version, commit, release_chart
from imagebuild.sbom import bill


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("registry", help="host, and path where it has one")
    parser.add_argument(
        "--platforms", help="such as linux/amd64,linux/arm64 (those that the builder can do)"
    )
    parser.add_argument("--engine", choices=["docker", "buildah"], help="(the one that runs)")
    arguments = parser.parse_args()
    lock = BUILD / "images.lock"
    try:
        version = checked_version(arguments.version)
        registry = checked_registry(arguments.registry)
        source, moment = commit()
        engine = choose(arguments.engine)
        platforms = chosen(arguments.platforms, engine)
        folder = BUILD / "release" / version
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with exclusive(lock, who="another build of images", timeout=math.inf, progress=PROGRESS):
            pushed = publish(version, registry, platforms, engine)
        write_pushed(pushed, folder)
        write_bills(pushed, engine, datetime.fromisoformat(moment), folder)
        chart = push_chart(version, registry, pushed, folder)
    except ToolError as error:
        PROGRESS.say(f"failed: {error}")
        return error.exit_code
    PROGRESS.say(f"done: {version} of commit {source[:12]}, for {', '.join(platforms)}")
    print(f"helm install swirl {chart} --version {version} -n swirl-system --create-namespace")
    return 0


def chosen(given: str | None, engine: Publisher) -> tuple[str, ...]:
    """The platforms that are asked for, or all that the engine can build for."""
    able = engine.platforms()
    if given is None:
        return able
    wanted = tuple(one.strip() for one in given.split(","))
    unknown = [one for one in wanted if one not in able]
    if unknown:
        raise ToolError(
            f"{engine.name} on this machine builds for {', '.join(able)}, not for {unknown[0]}",
            remedy="release from a machine whose kernel runs the other's programs (qemu-user-static"
            " with binfmt), or with Docker's buildx"
            if unknown[0] in PLATFORMS
            else f"choose of {', '.join(PLATFORMS)}",
            exit_code=UNUSABLE,
        )
    return wanted


def publish(
    version: str, registry: str, platforms: tuple[str, ...], engine: Publisher
) -> dict[str, Pushed]:
    """Images of one platform are filled on this host; those of several by the Dockerfile alone."""
    if platforms == engine.platforms()[:1]:
        return push(build(PUBLISHED, engine), registry, engine, version)
    pushed = {}
    for name in PUBLISHED:
        repository = f"{PREFIX.rpartition('/')[2]}/{name}"
        PROGRESS.say(f"{name}: building and pushing for {', '.join(platforms)}")
        digest = engine.publish(name, f"{registry}/{repository}:{version}", platforms)
        pushed[name] = Pushed(registry, repository, version, digest)
    return pushed


def write_bills(pushed: dict[str, Pushed], engine: Publisher, made: datetime, folder: Path) -> None:
    for name, image in pushed.items():
        PROGRESS.say(f"{name}: bill of materials")
        said = engine.run(f"{image.name}@{image.digest}", ["python3", "-c", inventory_program()])
        text = bill(image.name, image.tag, image.digest, json.loads(said), made)
        (folder / f"{name}.cdx.json").write_text(text)


def push_chart(version: str, registry: str, pushed: dict[str, Pushed], folder: Path) -> str:
    """Pack the chart and push it; returns what helm calls it."""
    helm = (
        shutil.which("helm")
        or run([sys.executable, "-m", "localcluster", "tool", "helm"], directory=REPOSITORY).strip()
    )
    chart = release_chart(version, pushed, folder)
    run([helm, "package", chart, "--destination", folder])
    place = f"oci://{registry}/{CHARTS}"
    PROGRESS.say(f"chart: pushing to {place}")
    run(
        [helm, "push", folder / f"{chart.name}-{version}.tgz", place],
        remedy="log in to the registry first, with `helm registry login`",
    )
    return f"{place}/{chart.name}"


if __name__ == "__main__":
    sys.exit(main())
