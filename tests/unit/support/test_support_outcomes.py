"""Several pytests told as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.outcomes import Outcomes

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5">
<testcase classname="tests.a" name="test_quick" file="tests/a.py" time="0.5" />
<testcase classname="tests.a" name="test_slow[1]@spark" file="tests/a.py" time="7.25" />
<testcase classname="tests.a" name="test_wrong" file="tests/a.py" time="1">
<failure message="assert">why</failure></testcase>
<testcase classname="tests.b" name="test_away" file="tests/b.py" time="0">
<skipped message="no root" /></testcase>
<testcase classname="tests.b" name="test_broken" file="tests/b.py" time="2">
<error message="fixture">why</error></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def outcomes(tmp_path: Path) -> Outcomes:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    found = Outcomes()
    found.read(report)
    return found


def test_every_outcome_is_counted_once(outcomes: Outcomes) -> None:
    assert outcomes.counts == {"passed": 2, "failed": 1, "skipped": 1, "error": 1}
    assert not outcomes.good


def test_the_slowest_are_named_as_pytest_takes_them(outcomes: Outcomes) -> None:
    (first, second) = outcomes.slowest(2)
    assert (first.name, first.seconds) == ("tests/a.py::test_slow[1]", 7.25)
    assert second.name == "tests/b.py::test_broken"


def test_layers_add_up(outcomes: Outcomes) -> None:
    more = Outcomes()
    more.add("passed", 3)
    assert more.good
    more.add_all(outcomes)
    assert more.counts["passed"] == 5
    assert not more.good
    assert len(more.tests) == 5


def test_the_closing_line_is_pytests(outcomes: Outcomes) -> None:
    line = outcomes.closing_line(61.234)
    assert line.strip("=") == " 1 failed, 2 passed, 1 skipped, 1 error in 61.23s "
    assert len(line) == 80
    good = Outcomes()
    good.add("passed", 1994)
    assert " 1994 passed in 600.00s " in good.closing_line(600)
    assert " no tests ran in 0.00s " in Outcomes().closing_line(0)
    good.add("error", 2)
    assert "2 errors" in good.closing_line(1)
