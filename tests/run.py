#!/usr/bin/env python3
"""Runs the tests: `tests/run.py [paths…]`, or `tests/run.py bench` for the figures.

End-to-end tests need a cluster. One that runs is used and left alone; otherwise one is started, and
taken down again whatever happens.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALL = ("tests/unit", "tests/integration", "tests/e2e")
_DOWN = 3
"""What `localcluster status` exits with where there is no cluster."""


def localcluster(*words: str) -> int:
    return subprocess.call([sys.executable, "-m", "localcluster", *words], cwd=ROOT)


def pytest(paths: list[str], options: list[str]) -> int:
    # A session of its own: Ctrl-C reaches the tests once, through us, and they can clean up.
    command = [sys.executable, "-m", "pytest", *options, *paths]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as tests:
        try:
            return tests.wait()
        except KeyboardInterrupt:
            tests.send_signal(signal.SIGINT)
            tests.wait()
            raise


def with_cluster(paths: list[str], options: list[str]) -> int:
    if "KUBECONFIG" in os.environ:
        return pytest(paths, options)
    found = subprocess.run(
        [sys.executable, "-m", "localcluster", "status"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    ours = found.returncode == _DOWN
    try:
        if ours and localcluster("up") != 0:
            return 1
        return pytest(paths, options)
    finally:
        if ours:
            localcluster("down")


def benches() -> int:
    scripts = sorted((ROOT / "tests" / "bench").rglob("bench_*.py"))
    if not scripts:
        print("tests/bench has no bench_*.py", file=sys.stderr)
        return 1
    failed = []
    for script in scripts:
        print(f"\n{script.relative_to(ROOT)}", flush=True)
        # Some need what pytest gives, the others are programs.
        runner = ["-m", "pytest", "-s", "-q"] if "\ndef test_" in script.read_text() else []
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'operator'}"}
        if subprocess.call([sys.executable, *runner, str(script)], cwd=ROOT, env=environment) != 0:
            failed.append(script.name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", help="(everything)")
    arguments, options = parser.parse_known_args()
    # A polite end, as by a CI system that lost its patience, must take the cluster down, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.paths == ["bench"]:
        return benches()
    paths = arguments.paths or [path for path in ALL if any((ROOT / path).rglob("test_*.py"))]
    if any(Path(path).parts[:2] == ("tests", "e2e") for path in paths):
        return with_cluster(paths, options)
    return pytest(paths, options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
