"""Programs of Debian packages, unpacked into the user's cache: nothing is installed or started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from devtools import command
from devtools.locks import exclusive
from devtools.paths import cache_directory

_LIMIT = 300.0


def program(name: str, package: str) -> list[str]:
    """The words that call a program: on PATH, in the cache, or fetched by apt.

    One that is not installed finds its package's data all the same: in a mount namespace of its own
    they lie where they would lie. That takes root, or a kernel that lets users have namespaces.
    """
    found = shutil.which(name)
    if found is not None:
        return [found]
    folder = cache_directory("debian") / package
    path = folder / "usr" / "bin" / name
    with exclusive(folder.with_suffix(".lock"), who="another test", timeout=_LIMIT):
        if not path.exists():
            _unpack(package, folder)
    data = folder / "usr" / "share"
    script = f'mount -t overlay overlay -o lowerdir={data}:/usr/share /usr/share && exec "$@"'
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return [*unshare, "sh", "-c", script, name, str(path)]


def _unpack(package: str, folder: Path) -> None:
    remedy = f"install the program yourself, or run `apt-get update`; it is in Debian's {package}"
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    fetch = ["apt-get", "download", "-qq", package]
    if not command.answers(["apt-cache", "show", package]):
        command.run(["apt-get", "update", "-qq"], remedy=remedy, timeout=_LIMIT)
    command.run(fetch, directory=partial, remedy=remedy, timeout=_LIMIT)
    (archive,) = partial.glob("*.deb")
    command.run(["dpkg-deb", "-x", archive.name, "."], directory=partial, timeout=_LIMIT)
    archive.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
