#!/usr/bin/env python3
"""`make demo`: the pipeline of the talk on a real Kubernetes, and the verdicts on its faults."""

from __future__ import annotations

import sys

from adsdemo.cli import main

if __name__ == "__main__":
    sys.exit(main())
