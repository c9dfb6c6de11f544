"""The Debian packages a node is made of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools import command, files
from devtools.progress import Progress

INSTALL_LIMIT = 900.0
POLICY = Path("/usr/sbin/policy-rc.d")
REFUSE_SERVICES = """#!/bin/sh
# Put here by localcluster while it installs packages, so that none of them starts a service.
exit 101
"""

# What a package is needed for, as the file that proves it is there.
PROOFS = {
    "containerd": "containerd",
    "runc": "runc",
    "containernetworking-plugins": "/usr/lib/cni/ptp",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ethtool": "ethtool",
    "socat": "socat",
    "buildah": "buildah",
    "mmdebstrap": "mmdebstrap",
    "iproute2": "ip",
    "openssl": "openssl",
    "mount": "mount",
    "util-linux": "nsenter",
}


def missing() -> list[str]:
    """Packages whose program is nowhere; much faster than asking dpkg."""
    return [
        package
        for package, proof in PROOFS.items()
        if not (Path(proof).exists() if proof.startswith("/") else shutil.which(proof))
    ]


def install(progress: Progress) -> None:
    """Install what is missing and leave no service of it running or enabled."""
    wanted = missing()
    if not wanted:
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    remedy = "check apt's sources and the network, then run this again"
    with progress.working(f"installing Debian packages: {' '.join(wanted)}"), _no_services():
        command.run(
            ["apt-get", "update", "-qq"], environment=quiet, remedy=remedy, timeout=INSTALL_LIMIT
        )
        command.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted],
            environment=quiet,
            remedy=remedy,
            timeout=INSTALL_LIMIT,
        )
    if "containerd" in wanted and Path("/run/systemd/system").is_dir():
        # The guard keeps it from starting now; this keeps it from starting at the next boot.
        command.run(["systemctl", "disable", "containerd.service"])


@contextmanager
def _no_services() -> Iterator[None]:
    if POLICY.exists():
        # The machine's owner has decided; a policy of theirs is not ours to replace.
        yield
        return
    files.write(POLICY, REFUSE_SERVICES, mode=0o755)
    try:
        yield
    finally:
        os.unlink(POLICY)
