"""Files that say how to reach the API server, and as whom."""

from __future__ import annotations

import base64
from pathlib import Path

from devtools import files
from localcluster.certificates import Authorities


def render(
    *, server: str, context: str, user: str, authority: bytes, crt: bytes, key: bytes
) -> str:
    """The certificates ride inside, so that the file can be copied anywhere."""

    def inline(data: bytes) -> str:
        return base64.b64encode(data).decode("ascii")

    return f"""\
apiVersion: v1
kind: Config
current-context: {context}
clusters:
  - name: {context}
    cluster:
      server: {server}
      certificate-authority-data: {inline(authority)}
contexts:
  - name: {context}
    context:
      cluster: {context}
      user: {user}
users:
  - name: {user}
    user:
      client-certificate-data: {inline(crt)}
      client-key-data: {inline(key)}
"""


def write(
    path: Path, pki: Authorities, certificate: str, *, server: str, context: str, user: str
) -> None:
    """Write it unless it says the same already."""
    text = render(
        server=server,
        context=context,
        user=user,
        authority=pki.certificate("ca").read_bytes(),
        crt=pki.certificate(certificate).read_bytes(),
        key=pki.key(certificate).read_bytes(),
    )
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        files.write(path, text, mode=0o600)
