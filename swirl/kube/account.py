"""Where the API server is, and who a process is to it: the service account of its Pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where Kubernetes puts a Pod's token, the cluster's authority and the Pod's namespace."""

SERVER_VARIABLE = "SWIRL_KUBERNETES_URL"
"""Another address of the API server, for whoever runs a process outside of its cluster."""

FOLDER_VARIABLE = "SWIRL_SERVICE_ACCOUNT"
"""Another folder than `FOLDER`."""


@dataclass(frozen=True, slots=True)
class Account:
    """A service account.

    Attributes:
        server: the API server's URL.
        folder: with the files `token`, `ca.crt` and `namespace`; none of them has to be there.
    """

    server: str
    folder: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Account | None:
        """Return the account of this process; None if it runs in no cluster."""
        folder = Path(environ.get(FOLDER_VARIABLE) or FOLDER)
        if server := environ.get(SERVER_VARIABLE):
            return cls(server.rstrip("/"), folder)
        host = environ.get("KUBERNETES_SERVICE_HOST")
        if not host:
            return None
        port = environ.get("KUBERNETES_SERVICE_PORT") or "443"
        return cls(f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}", folder)

    @property
    def token(self) -> str | None:
        """The token as it is now: the kubelet replaces it long before it runs out."""
        return self._read("token")

    @property
    def namespace(self) -> str | None:
        """The namespace of the Pod."""
        return self._read("namespace")

    @property
    def ca_file(self) -> Path | None:
        """The certificate of the cluster's authority; None leaves it to those of the system."""
        file = self.folder / "ca.crt"
        return file if file.is_file() else None

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text().strip() or None
        except FileNotFoundError:
            return None
