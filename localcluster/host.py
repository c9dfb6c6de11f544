"""What the machine must be, and one sentence for those that are something else."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable

from devtools.errors import UNUSABLE, ToolError

INSTEAD = (
    "use kind (`kind create cluster --config kind-config.yaml`) "
    "or set SWIRL_CONTEXT to the kubeconfig context of a cluster you have"
)


def require_linux(system: Callable[[], str] = platform.system) -> None:
    """The programs are built for and run on Linux only."""
    found = system()
    if found != "Linux":
        raise _unusable(f"it needs Linux and this is {found or 'an unknown system'}")


def require_cluster_host(
    system: Callable[[], str] = platform.system,
    user: Callable[[], int] = os.geteuid,
    find: Callable[[str], str | None] = shutil.which,
) -> None:
    """A node makes namespaces, cgroups and a network interface, and installs Debian packages."""
    require_linux(system)
    if user() != 0:
        raise _unusable("it needs root and you are somebody else")
    if find("apt-get") is None:
        raise _unusable("it needs a Debian or Ubuntu with apt-get and there is none")


def _unusable(reason: str) -> ToolError:
    # One sentence on one line: this is the first thing a person on a Mac sees of the project.
    return ToolError(
        f"no local cluster can run here because {reason}; {INSTEAD}.", exit_code=UNUSABLE
    )
