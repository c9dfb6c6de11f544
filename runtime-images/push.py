#!/usr/bin/env python3
"""`make push REGISTRY=registry.example.org/team`: builds what is missing, and pushes it."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

# For devtools; this folder is on the path already, as that of the program.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from devtools.errors import ToolError
from devtools.locks import exclusive
from imagebuild.builder import BUILD, build, write_results
from imagebuild.catalogue import PUBLISHED, RUNNABLE
from imagebuild.engines import choose
from imagebuild.progress import PROGRESS
from imagebuild.push import checked_registry, push, write_pushed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", help="host, and path where it has one")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNNABLE)} (all but the example)")
    parser.add_argument("--engine", choices=["docker", "buildah"], help="(the one that runs)")
    parser.add_argument(
        "--output", type=Path, default=BUILD, help="folder for values.yaml and pushed.json (build)"
    )
    arguments = parser.parse_args()
    names = tuple(arguments.names) or PUBLISHED
    unknown = sorted(set(names) - set(RUNNABLE))
    if unknown:
        parser.error(f"no such image: {', '.join(unknown)} (there are {', '.join(RUNNABLE)})")
    lock = BUILD / "images.lock"
    try:
        registry = checked_registry(arguments.registry)
        engine = choose(arguments.engine)
        with exclusive(lock, who="another build of images", timeout=math.inf, progress=PROGRESS):
            images = build(names, engine)
            write_results(images)
            pushed = push(images, registry, engine)
            write_pushed(pushed, arguments.output)
    except ToolError as error:
        PROGRESS.say(f"failed: {error}")
        return error.exit_code
    PROGRESS.say(f"done: {arguments.output / 'values.yaml'}, for `helm -f`")
    if "spark" in pushed:
        PROGRESS.say(f"jobs are built on {pushed['spark'].name}:{pushed['spark'].tag}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
