"""docs/own-image.md, followed word for word as far as it needs no cluster."""

from __future__ import annotations

import ast
import os
import re
import subprocess

import pytest

from tests.support.pages import blocks

PAGE = blocks("own-image.md")


@pytest.fixture(scope="module")
def built(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image that the page makes."""
    folder = tmp_path_factory.mktemp("own-image")
    registry, _, version = images["spark"].rpartition("/swirl/spark:")
    environment = {
        **os.environ,
        "REGISTRY": registry,
        "VERSION": version,
        "BUILDAH_ISOLATION": "chroot",
        "STORAGE_DRIVER": "overlay",
    }
    # The one word that differs without Docker, and what a machine behind a proxy has to add.
    trusted = "/etc/ssl/certs/ca-certificates.crt"
    build = (
        PAGE["Build and push"][0]
        .splitlines()[0]
        .replace(
            "docker build",
            f"buildah build --pull-never --network host -v {trusted}:{trusted}:ro",
        )
    )
    typed = f"set -eu\n{PAGE['A function'][0]}{PAGE['A Dockerfile'][0]}{build}\n"
    done = subprocess.run(
        ["sh", "-c", typed], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return f"{registry}/ours:1"


def in_image(image: str, *words: str) -> str:
    def buildah(*words: str) -> str:
        environment = {**os.environ, "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}
        done = subprocess.run(
            ["buildah", *words], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    container = buildah("from", "--pull-never", image).strip()
    try:
        return buildah("run", container, "--", *words)
    finally:
        buildah("rm", container)


def test_own_image_has_code_and_package_for_the_driver(built: str) -> None:
    (command,) = re.findall(r"python3 -c '(.+)'", PAGE["Try it where you are"][0])
    schema = ast.literal_eval(in_image(built, "python3", "-c", command))
    assert schema["properties"]["rows"]["type"] == "integer"


def test_own_image_keeps_what_swirl_brings(built: str) -> None:
    refused = in_image(built, "sh", "-c", "pip install --dry-run 'numpy<2' 2>&1 || echo refused")
    assert "refused" in refused
    assert "numpy" in refused
