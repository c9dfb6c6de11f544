"""The Dockerfile alone, out of a clone, makes the image that `make images` makes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from imagebuild.catalogue import PREFIX, with_parents
from imagebuild.tags import tags

ROOT = Path(__file__).resolve().parents[3]
_ENVIRONMENT = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}
_TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
# Bytecode of equal sources may differ in the order of its constants.
_LIST = (
    "cd /opt && find . -type f ! -name '*.pyc' -exec sha256sum {} + | sort -k2"
    " && find . -name '*.pyc' | sort"
)


def buildah(*words: str) -> str:
    done = subprocess.run(
        ["buildah", *words],
        cwd=ROOT,
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def inside(image: str, *words: str) -> str:
    container = buildah("from", "--pull-never", image).strip()
    try:
        return buildah("run", "--user", "10001:10001", container, "--", *words)
    finally:
        buildah("rm", container)


def test_dockerfile_alone_makes_the_same_image(images: dict[str, str]) -> None:
    debian = tags(with_parents(("monitor",)))["debian"]
    made = "localhost/swirl-dockerfile-test/monitor:1"
    buildah(
        *("bud", "--quiet", "--layers", "--pull-never", "--network", "host"),
        # In place of the public image, and for machines that reach packages by a proxy.
        *("--build-arg", f"DEBIAN={PREFIX}/debian:{debian}"),
        *("--volume", f"{_TRUSTED}:/run/ca.crt:ro", "--build-arg", "CERTIFICATES=/run/ca.crt"),
        *("--target", "monitor", "--tag", made, "-f", "runtime-images/Dockerfile", "."),
    )
    try:
        there = inside(made, "sh", "-c", _LIST)
        assert there == inside(images["monitor"], "sh", "-c", _LIST)
        assert "swirl/lib/swirl/monitor" in there
        template = "{{.OCIv1.Config}}"
        asked = ("inspect", "--type", "image", "--format", template)
        assert buildah(*asked, made) == buildah(*asked, images["monitor"])
    finally:
        buildah("rmi", made)
