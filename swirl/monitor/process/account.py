"""Where the API server is, and the service account that the process speaks to it as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from swirl.wire.environment import InvalidEnvironment

_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"


@dataclass(frozen=True, slots=True)
class Account:
    """The API server as a Pod sees it.

    Attributes:
        url: of the API server.
        folder: with the service account's `token` and `ca.crt`.
    """

    url: str
    folder: Path

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read what the kubelet says, or what stands in for it outside of a cluster.

        Raises:
            InvalidEnvironment: it says nothing.
        """
        folder = Path(environ.get("SWIRL_SERVICE_ACCOUNT") or _FOLDER)
        if url := environ.get("SWIRL_KUBERNETES_URL"):
            return cls(url.rstrip("/"), folder)
        host = environ.get("KUBERNETES_SERVICE_HOST")
        if not host:
            raise InvalidEnvironment("KUBERNETES_SERVICE_HOST is not set")
        port = environ.get("KUBERNETES_SERVICE_PORT") or "443"
        name = f"[{host}]" if ":" in host else host
        return cls(f"https://{name}:{port}", folder)
