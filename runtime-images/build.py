#!/usr/bin/env python3
"""Builds Swirl's images: `python3 runtime-images/build.py [names…] [--engine docker|buildah]`.

Needs the standard library only. Names of the built images end up in build/images.json.
"""

from __future__ import annotations

import argparse
import fcntl
import sys

from imagebuild.builder import BUILD, RESULT, build, write_results
from imagebuild.catalogue import RUNNABLE
from imagebuild.engines import choose
from imagebuild.progress import BuildError, say


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds Swirl's container images.")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNNABLE)} (all of them)")
    parser.add_argument("--engine", choices=["docker", "buildah"], help="(the one that runs)")
    arguments = parser.parse_args()
    names = tuple(arguments.names) or RUNNABLE
    unknown = sorted(set(names) - set(RUNNABLE))
    if unknown:
        parser.error(f"no such image: {', '.join(unknown)} (there are {', '.join(RUNNABLE)})")
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            engine = choose(arguments.engine)
            write_results(build(names, engine))
        except BuildError as error:
            say("failed", str(error))
            return 1
    say("done", str(RESULT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
