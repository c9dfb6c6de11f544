"""A released chart names its version and its images, and needs no value."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cyclonedx.model.bom
import pytest
import yaml

from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from devtools.references import OF_CHART
from imagebuild import inventory_program, release
from imagebuild.push import Pushed
from imagebuild.release import checked_version, release_chart
from imagebuild.sbom import bill

DIGEST = "sha256:" + "ab" * 32
PUSHED = {
    name: Pushed("r.example/team", f"swirl/{name}", "0.2.0", DIGEST)
    for name in (*OF_CHART, "spark")
}


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release_chart("0.2.0", PUSHED, tmp_path_factory.mktemp("release"))


def test_release_needs_no_value(chart: Path, helm: str) -> None:
    command = [helm, "template", "swirl", str(chart), "--set", "kafka.enabled=true"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]
    images = {
        container["image"]
        for manifest in found
        if manifest["kind"] in ("Deployment", "StatefulSet")
        for container in manifest["spec"]["template"]["spec"]["containers"]
    }
    assert images == {
        f"r.example/team/swirl/operator@{DIGEST}",
        f"r.example/team/swirl/kafka@{DIGEST}",
    }
    assert f"r.example/team/swirl/scorer@{DIGEST}" in done.stdout


def test_release_is_of_its_version(chart: Path) -> None:
    told = yaml.safe_load((chart / "Chart.yaml").read_text())
    assert (told["version"], told["appVersion"]) == ("0.2.0", "0.2.0")


def test_release_changes_nothing_else(chart: Path) -> None:
    changed = {
        path.relative_to(chart)
        for path in chart.rglob("*")
        if path.is_file()
        and path.read_bytes()
        != (REPOSITORY / "charts/swirl" / path.relative_to(chart)).read_bytes()
    }
    assert changed == {Path("Chart.yaml"), Path("values.yaml")}


def test_release_moves_to_a_mirror_by_one_value(chart: Path, helm: str) -> None:
    command = [helm, "template", "swirl", str(chart), "--set", "image.registry=else.where"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert f"else.where/swirl/operator@{DIGEST}" in done.stdout
    assert "r.example" not in done.stdout


@pytest.mark.parametrize("given", ["", "0.2", "latest", "0.2.0+build", "01.0.0"])
def test_a_version_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ToolError, match="which is no version"):
        checked_version(given)


@pytest.mark.parametrize(("given", "version"), [("v0.2.0", "0.2.0"), ("1.0.0-rc.1", "1.0.0-rc.1")])
def test_a_version_may_be_that_of_a_tag(given: str, version: str) -> None:
    assert checked_version(given) == version


def test_a_release_is_made_of_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(release, "REPOSITORY", tmp_path)
    git("init")
    git("commit", "--allow-empty", "-m", "first")
    name, moment = release.commit()
    assert len(name) == 40
    assert datetime.fromisoformat(moment).tzinfo is not None
    (tmp_path / "new").touch()
    with pytest.raises(ToolError, match=r"1 files are not committed, new for one"):
        release.commit()


INVENTORY: dict[str, Any] = {
    "debian": [{"name": "tini", "version": "0.19.0-1", "architecture": "amd64", "source": "tini"}],
    "python": [{"name": "kopf", "version": "1.45.2", "licence": "MIT"}],
    "java": [
        {
            "group": "org.apache.kafka",
            "name": "kafka-clients",
            "version": "4.1.1",
            "file": "/opt/kafka/libs/kafka-clients-4.1.1.jar",
            "sha256": "cd" * 32,
        },
        {"group": "", "name": "own", "version": "", "file": "/opt/own.jar", "sha256": "ef" * 32},
    ],
}


def test_a_bill_of_materials_names_all_of_it_and_is_the_same_again() -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    text = bill("r.example/swirl/spark", "0.2.0", DIGEST, INVENTORY, made)
    assert text == bill("r.example/swirl/spark", "0.2.0", DIGEST, INVENTORY, made)
    told = yaml.safe_load(text)
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["timestamp"] == "2026-01-01T00:00:00+00:00"
    assert {one["purl"] for one in told["components"]} == {
        "pkg:deb/debian/tini@0.19.0-1?arch=amd64&distro=debian-12",
        "pkg:pypi/kopf@1.45.2",
        "pkg:maven/org.apache.kafka/kafka-clients@4.1.1?type=jar",
        "pkg:generic/own",
    }
    read = cyclonedx.model.bom.Bom.from_json(told)  # type: ignore[attr-defined]
    assert len(read.components) == 4


def test_an_inventory_is_told_by_the_standard_library_alone() -> None:
    program = inventory_program()
    assert "import cyclonedx" not in program
    compile(program, "inventory", "exec")
