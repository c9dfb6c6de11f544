"""What several pytests in turn have found, told as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

_WIDTH = 80
_ORDER = ("failed", "passed", "skipped", "error")


@dataclass(frozen=True)
class Timed:
    """One test with its fixtures, and how long it took in seconds."""

    name: str
    seconds: float


@dataclass
class Outcomes:
    """Counts by pytest's own words, and the times of single tests."""

    counts: dict[str, int] = field(default_factory=dict)
    tests: list[Timed] = field(default_factory=list)

    def add(self, what: str, count: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + count

    def add_all(self, others: Outcomes) -> None:
        for what, count in others.counts.items():
            self.add(what, count)
        self.tests.extend(others.tests)

    def read(self, report: Path) -> None:
        """Add a JUnit report of pytest, written with `junit_family=xunit1`.

        Raises:
            OSError: pytest ended without a report.
            ElementTree.ParseError: it ended in the middle of one.
        """
        for case in ElementTree.parse(report).iter("testcase"):
            path = case.get("file") or str(case.get("classname"))
            # What is behind an @ is the group that xdist runs the test with.
            name = str(case.get("name")).partition("@")[0]
            self.tests.append(Timed(f"{path}::{name}", float(case.get("time") or 0)))
            if case.find("error") is not None:
                self.add("error")
            elif case.find("failure") is not None:
                self.add("failed")
            elif case.find("skipped") is not None:
                self.add("skipped")
            else:
                self.add("passed")

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.counts.get("failed") or self.counts.get("error"))

    def slowest(self, count: int) -> list[Timed]:
        return sorted(self.tests, key=lambda test: test.seconds, reverse=True)[:count]

    def closing_line(self, seconds: float) -> str:
        """In the form of pytest's last line."""
        told = [
            f"{count} {'errors' if what == 'error' and count > 1 else what}"
            for what in _ORDER
            if (count := self.counts.get(what, 0))
        ]
        text = f"{', '.join(told) or 'no tests ran'} in {seconds:.2f}s"
        return f" {text} ".center(_WIDTH, "=")
