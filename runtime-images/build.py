#!/usr/bin/env python3
"""Builds Swirl's images: `python3 runtime-images/build.py [names…] [--engine docker|buildah]`.

Needs the standard library only. Names of the built images end up in build/images.json.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

# For devtools; this folder is on the path already, as that of the program.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from devtools.errors import ToolError
from devtools.locks import exclusive
from imagebuild.builder import BUILD, RESULT, build, write_results
from imagebuild.catalogue import RUNNABLE
from imagebuild.engines import choose
from imagebuild.progress import PROGRESS


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds Swirl's container images.")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNNABLE)} (all of them)")
    parser.add_argument("--engine", choices=["docker", "buildah"], help="(the one that runs)")
    arguments = parser.parse_args()
    names = tuple(arguments.names) or RUNNABLE
    unknown = sorted(set(names) - set(RUNNABLE))
    if unknown:
        parser.error(f"no such image: {', '.join(unknown)} (there are {', '.join(RUNNABLE)})")
    lock = BUILD / "images.lock"
    try:
        with exclusive(lock, who="another build of images", timeout=math.inf, progress=PROGRESS):
            write_results(build(names, choose(arguments.engine)))
    except ToolError as error:
        PROGRESS.say(f"failed: {error}")
        return 1
    PROGRESS.say(f"done: {RESULT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
