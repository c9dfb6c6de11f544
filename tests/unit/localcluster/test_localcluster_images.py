from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import IO

import pytest

from devtools.errors import ToolError
from localcluster.images import archived, full_name, present, write_single_program_image


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("app", "docker.io/library/app:latest"),
        ("app:1", "docker.io/library/app:1"),
        ("swirl/spark:dev", "docker.io/swirl/spark:dev"),
        ("localhost/app:1", "localhost/app:1"),
        ("registry.example/app", "registry.example/app:latest"),
        ("registry:5000/app:1", "registry:5000/app:1"),
    ],
)
def test_the_name_under_which_a_pod_finds_an_image(given: str, full: str) -> None:
    assert full_name(given) == full


def test_an_image_counts_as_present_only_with_the_same_content() -> None:
    images = {"docker.io/library/app:1": "sha256:m1", "sha256:c1": "sha256:m1"}

    assert present(images, "docker.io/library/app:1", "c1")
    assert not present(images, "docker.io/library/app:1", "c2")
    assert not present(images, "docker.io/library/app:2", "c1")
    assert not present({}, "docker.io/library/app:1", "c1")


def test_an_image_around_one_program(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(b"\x7fELF")
    archive = tmp_path / "image.tar"

    write_single_program_image(archive, name="localhost/pause:1", program=program)

    with tarfile.open(archive) as tar:
        manifest = json.loads(opened(tar, "manifest.json").read())[0]
        config = opened(tar, manifest["Config"]).read()
        layer = opened(tar, manifest["Layers"][0])
        with tarfile.open(fileobj=layer) as files:
            assert opened(files, "pause").read() == b"\x7fELF"
            assert files.getmember("pause").mode == 0o755
    image_id = hashlib.sha256(config).hexdigest()
    assert json.loads(config)["config"]["Entrypoint"] == ["/pause"]
    assert archived(archive) == {"localhost/pause:1": image_id}


def test_the_same_program_makes_the_same_image(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(b"x")
    for name in ("one", "two"):
        write_single_program_image(tmp_path / name, name="a:1", program=program)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_archive_of_another_kind_has_no_known_ids(tmp_path: Path) -> None:
    archive = tmp_path / "oci.tar"
    with tarfile.open(archive, "w") as tar:
        tar.addfile(tarfile.TarInfo("index.json"))

    assert archived(archive) == {}


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.tar").write_text("hello", encoding="utf-8")

    with pytest.raises(ToolError, match=r"notes\.tar is not an image archive"):
        archived(tmp_path / "notes.tar")


def opened(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    assert member is not None
    return member
