"""The chart's alert rules, tried by Prometheus' own tool on series as the processes show them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

from tests.support.debian import program

ROOT = Path(__file__).parents[3]
RULES = ROOT / "charts" / "swirl" / "files" / "rules.yaml"
CASES = Path(__file__).with_name("rules_test.yaml")


def test_the_rules_wake_people_when_they_should(tmp_path: Path) -> None:
    file = tmp_path / "test.yaml"
    file.write_text(CASES.read_text().replace("RULES", str(RULES)))
    done = subprocess.run(
        [*program("promtool", "prometheus"), "test", "rules", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_fires_in_a_test_and_is_explained() -> None:
    rules = {
        rule["alert"]
        for group in yaml.safe_load(RULES.read_text())["groups"]
        for rule in group["rules"]
    }
    fired = {
        case["alertname"]
        for test in yaml.safe_load(CASES.read_text())["tests"]
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert fired == rules
    page = (ROOT / "docs" / "on-call.md").read_text()
    assert sorted(re.findall(r"^### `(Swirl\w+)`", page, re.MULTILINE)) == sorted(
        {*rules, "SwirlVerdict"}
    )


def test_the_rules_look_at_series_that_somebody_shows() -> None:
    """A metric that is renamed would silence its alert."""
    wanted = set(re.findall(r"\bswirl_\w+", RULES.read_text()))
    sources = [
        ROOT / "operator" / "swirl_operator" / "kinds" / "figures.py",
        ROOT / "operator" / "swirl_operator" / "runtime" / "metrics.py",
        ROOT / "swirl" / "monitor" / "process" / "server.py",
    ]
    text = "".join(path.read_text() for path in sources)
    shown = {
        f"{name}{end}" for name in re.findall(r'"(swirl_\w+)"', text) for end in ("", "_total")
    }
    shown |= {f"swirl_monitor_{name}_total" for name in re.findall(r'\("(\w+)", "', text)}
    assert wanted <= shown
