#!/usr/bin/env python3
"""Writes what an image has below /opt into a folder: `fill.py IMAGE FOLDER`; see the Dockerfile."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# For devtools; this folder is on the path already, as that of the program.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from devtools.errors import ToolError
from imagebuild.catalogue import CATALOGUE
from imagebuild.progress import PROGRESS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", choices=CATALOGUE)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        for source in CATALOGUE[arguments.image].sources:
            source.write(arguments.folder)
    except ToolError as error:
        PROGRESS.say(f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
