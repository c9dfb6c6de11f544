#!/usr/bin/env python3
"""`make demo`: the pipeline of the talk on a real Kubernetes, and the verdicts on its faults."""

from __future__ import annotations

import sys
from pathlib import Path

# For devtools; this folder is on the path already, as that of the program.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from adsdemo.cli import main

if __name__ == "__main__":
    sys.exit(main())
