"""Images for a node: the cluster's own, made from one program each, and those of the user."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from devtools import command
from devtools.errors import UNUSABLE, ToolError
from devtools.locks import exclusive
from devtools.progress import Progress
from localcluster.build import Binary, Module, directory_of
from localcluster.containerd import Containerd

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
DEFAULT_REGISTRY = "docker.io"
EXPORT_LIMIT = 900.0
LOCK_SECONDS = 1800.0


def own_image(program: str, module: Module) -> str:
    """The name of the image around a program; new when the program is."""
    key = directory_of(module).name.rpartition("-")[2]
    return f"localhost/localcluster-{program}:{key}"


def ensure_own(containerd: Containerd, binary: Binary, module: Module) -> None:
    """Put an image with this one program into the node."""
    name = own_image(binary.name, module)
    if name in containerd.images():
        return
    program = directory_of(module) / binary.name
    with tempfile.TemporaryDirectory(prefix="localcluster-") as directory:
        archive = Path(directory) / "image.tar"
        write_single_program_image(archive, name=name, program=program)
        containerd.import_image(archive)


def write_single_program_image(archive: Path, *, name: str, program: Path) -> None:
    """A docker-archive whose image holds one static program and starts it."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        entry = tarfile.TarInfo(program.name)
        entry.mode = 0o755
        entry.size = program.stat().st_size
        with program.open("rb") as content:
            tar.addfile(entry, content)
    digest = hashlib.sha256(layer.getbuffer()).hexdigest()
    config = json.dumps(
        {
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Entrypoint": [f"/{program.name}"], "User": "65532:65532"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        },
        sort_keys=True,
    ).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps(
        [{"Config": config_name, "RepoTags": [name], "Layers": [f"{digest}.tar"]}]
    ).encode()
    with tarfile.open(archive, mode="w") as tar:
        for member, data in (
            (f"{digest}.tar", layer.getvalue()),
            (config_name, config),
            ("manifest.json", manifest),
        ):
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def load(containerd: Containerd, wanted: str, progress: Progress) -> None:
    """Bring one image into the node: an archive file, or a name in buildah's storage."""
    path = Path(wanted)
    if path.is_file():
        _load_archive(containerd, path, progress)
    elif ("/" not in wanted.strip("/") and path.suffix == ".tar") or wanted.startswith(("/", ".")):
        raise ToolError(
            f"there is no image archive {wanted}",
            where=str(path.absolute()),
            remedy="give the path of a docker-archive or OCI tar, or an image's name in buildah",
            exit_code=UNUSABLE,
        )
    else:
        _load_from_buildah(containerd, wanted, progress)


def full_name(name: str) -> str:
    """The name under which a pod's `image:` finds it: `app:1` → `docker.io/library/app:1`."""
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"{DEFAULT_REGISTRY}/library/{name}"
    elif first != "localhost" and "." not in first and ":" not in first:
        name = f"{DEFAULT_REGISTRY}/{name}"
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def archived(archive: Path) -> dict[str, str]:
    """Full names and ids of the images in a docker-archive; empty for any other kind of file."""
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile("manifest.json")
            manifest = json.load(member) if member is not None else []
    except KeyError:
        return {}
    except tarfile.TarError as error:
        raise ToolError(
            f"{archive.name} is not an image archive: {error}",
            where=str(archive.absolute()),
            remedy="give a docker-archive or OCI tar",
            exit_code=UNUSABLE,
        ) from error
    return {
        full_name(tag): Path(image["Config"]).name.removesuffix(".json")
        for image in manifest
        for tag in image.get("RepoTags") or []
    }


def present(images: dict[str, str], name: str, image_id: str) -> bool:
    """Whether the node's name means the image with this id.

    containerd lists an image by its name and by its id, both pointing to one manifest.
    """
    return name in images and images[name] == images.get(f"sha256:{image_id}")


def _load_archive(containerd: Containerd, archive: Path, progress: Progress) -> None:
    contents = archived(archive)

    def there() -> bool:
        images = containerd.images()
        return bool(contents) and all(present(images, *image) for image in contents.items())

    if there():
        progress.say(f"{', '.join(contents)} is in the node already")
        return
    with _one_at_a_time(containerd, progress):
        if not there():
            with progress.working(f"importing {archive.name} into {containerd.node.name}"):
                containerd.import_image(archive.absolute())


def _load_from_buildah(containerd: Containerd, name: str, progress: Progress) -> None:
    wanted = full_name(name)
    image_id = command.run(
        ["buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", name],
        remedy=f"build it first (`buildah images` lists what there is), or give a file for {name}",
    ).strip()
    if present(containerd.images(), wanted, image_id):
        progress.say(f"{wanted} is in the node already")
        return
    with (
        _one_at_a_time(containerd, progress),
        tempfile.TemporaryDirectory(prefix="localcluster-") as directory,
    ):
        if present(containerd.images(), wanted, image_id):
            return
        archive = Path(directory) / "image.tar"
        with progress.working(f"exporting {name} from buildah"):
            command.run(
                [
                    *command.DIES_WITH_US,
                    "buildah",
                    "push",
                    "--quiet",
                    image_id,
                    f"docker-archive:{archive}:{wanted}",
                ],
                timeout=EXPORT_LIMIT,
            )
        with progress.working(f"importing {name} into {containerd.node.name}"):
            containerd.import_image(archive)


def _one_at_a_time(containerd: Containerd, progress: Progress) -> AbstractContextManager[None]:
    """Imports are bound by the disk: two at once take longer than one after the other."""
    return exclusive(
        containerd.node.run / "import.lock",
        who="another import",
        timeout=LOCK_SECONDS,
        progress=progress,
    )
