"""Runs the tests: `python -m tests.run [layer or path…] [options of pytest]`.

The layers are check, unit, integration and e2e, in this order where none is named; soak has the
long forms of what unit and e2e sample, and bench the figures of speed. Layers run in turn, so that
the cluster is up for the last one only. One that runs already is used and left alone; otherwise
one is started, and taken down again whatever happens.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from tests.support.outcomes import Outcomes
from tests.support.services import shared

ROOT = Path(__file__).resolve().parents[1]
# Seconds on two ordinary cores with warm caches; CONTRIBUTING.md says what to do beyond them.
BUDGETS = {"check": 15, "unit": 45, "integration": 130, "e2e": 410}
_DOWN = 3
"""What `localcluster status` exits with where there is no cluster."""
_SLOWEST = 10


class Suite:
    """Runs layers and adds up what they find.

    Args:
        options: for every pytest, as the user gave them.
    """

    def __init__(self, options: list[str]) -> None:
        self.outcomes = Outcomes()
        self._options = options
        self._times: list[tuple[str, float]] = []

    def layer(self, name: str, run: Callable[[], None]) -> None:
        """Run one layer and take its time."""
        print(f"\n{f' {name} ':#^80}", flush=True)
        started = time.monotonic()
        try:
            run()
        except Exception:
            # What a layer needs did not start; the others are run, as pytest would.
            traceback.print_exc()
            self.outcomes.add("error")
        finally:
            self._times.append((name, time.monotonic() - started))

    def tell(self) -> None:
        """The times, then pytest's closing line over all, which is the last one."""
        slowest = self.outcomes.slowest(_SLOWEST)
        if slowest:
            print("\nThe slowest tests, with their fixtures:")
        for test in slowest:
            print(f"{test.seconds:8.1f} s  {test.name}")
        print("\nThe layers:")
        for name, seconds in self._times:
            budget = BUDGETS.get(name)
            told = f" of {budget} s" if budget else ""
            print(f"{seconds:8.1f} s{told:10}  {name}")
        print(self.outcomes.closing_line(sum(seconds for _, seconds in self._times)), flush=True)

    def check(self) -> None:
        if subprocess.call([str(ROOT / "scripts" / "check.sh")], cwd=ROOT) != 0:
            self.outcomes.add("error")

    def unit(self) -> None:
        self._pytest("tests/unit", *_workers("worksteal"))

    def integration(self) -> None:
        with shared():
            # Many of these wait: more of them than cores.
            self._pytest("tests/integration", *_workers("loadscope", 3))

    def e2e(self) -> None:
        # The demo waits more than it works, so everything else is tried meanwhile.
        self._on_cluster("tests/e2e", *_workers("loadscope", 3))

    def soak(self) -> None:
        os.environ["SWIRL_SOAK"] = "1"
        self._pytest("tests/unit", "-m", "soak", *_workers("worksteal"))
        self._pytest("tests/e2e/localcluster", "tests/e2e/installation", "-m", "soak")
        self._on_cluster("tests/e2e/backends", "-m", "soak")

    def paths(self, paths: list[str]) -> None:
        """What a developer asks for by path."""
        e2e = any(Path(path.partition("::")[0]).parts[:2] == ("tests", "e2e") for path in paths)
        (self._on_cluster if e2e else self._pytest)(*paths)

    def _on_cluster(self, *paths: str) -> None:
        if "KUBECONFIG" in os.environ:
            self._pytest(*paths)
            return
        found = subprocess.run(
            [sys.executable, "-m", "localcluster", "status"], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        ours = found.returncode == _DOWN
        try:
            if ours and _localcluster("up") != 0:
                self.outcomes.add("error")
                return
            self._pytest(*paths)
        finally:
            if ours:
                _localcluster("down")

    def _pytest(self, *words: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            code = _wait(
                [
                    *(sys.executable, "-m", "pytest", "-o", "junit_family=xunit1"),
                    *(f"--junit-xml={report}", *self._options, *words),
                ]
            )
            found = Outcomes()
            try:
                found.read(report)
            except (OSError, ElementTree.ParseError) as error:
                print(f"pytest left no report: {error}", file=sys.stderr)
            # What no test accounts for: nothing to run, or an error outside of the tests.
            if code != 0 and found.good:
                found.add("error")
            self.outcomes.add_all(found)


def _workers(distribution: str, count: int = 0) -> tuple[str, ...]:
    """Options for so many processes, or one for each core."""
    return ("-n", str(count or os.cpu_count() or 1), "--dist", distribution)


def _localcluster(*words: str) -> int:
    return subprocess.call([sys.executable, "-m", "localcluster", *words], cwd=ROOT)


def _wait(command: list[str]) -> int:
    # A session of its own: Ctrl-C reaches the tests once, through us, and they can clean up.
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as tests:
        try:
            return tests.wait()
        except KeyboardInterrupt:
            tests.send_signal(signal.SIGINT)
            tests.wait()
            raise


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
    parser.add_argument("what", nargs="*", help="layers, or paths (check unit integration e2e)")
    arguments, options = parser.parse_known_args()
    # A polite end, as by a CI system that lost its patience, must take the cluster down, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Started in the background of a script, neither we nor the tests would hear of it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if arguments.what == ["bench"]:
        return benches()
    suite = Suite(options)
    layers = {
        "check": suite.check,
        "unit": suite.unit,
        "integration": suite.integration,
        "e2e": suite.e2e,
        "soak": suite.soak,
    }
    names = arguments.what or list(BUDGETS)
    try:
        if not all(name in layers for name in names):
            suite.layer(" ".join(names), lambda: suite.paths(names))
        else:
            for name in names:
                suite.layer(name, layers[name])
                if name == "check" and not suite.outcomes.good:
                    break
    finally:
        suite.tell()
    return 0 if suite.outcomes.good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
