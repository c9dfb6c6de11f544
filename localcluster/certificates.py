"""The cluster's certificate authorities, certificates and keys, made once with openssl."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools import command, files

DAYS = "3650"
SERVER = "serverAuth"
CLIENT = "clientAuth"


@dataclass(frozen=True)
class Subject:
    """Who a certificate is for: to Kubernetes, a user and the groups it is in."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Authorities:
    """A directory of certificates; what exists is kept."""

    directory: Path

    def certificate(self, name: str) -> Path:
        return self.directory / f"{name}.crt"

    def key(self, name: str) -> Path:
        return self.directory / f"{name}.key"

    def authority(self, name: str) -> None:
        self._make(name, authority_config(name), signer="")

    def issue(
        self,
        name: str,
        subject: Subject,
        *,
        signer: str = "ca",
        usage: str = CLIENT,
        addresses: tuple[str, ...] = (),
        hosts: tuple[str, ...] = (),
    ) -> None:
        config = certificate_config(subject, usage=usage, addresses=addresses, hosts=hosts)
        self._make(name, config, signer=signer)

    def key_pair(self, name: str) -> None:
        """A bare key pair (`NAME.key`, `NAME.pub`), for signing service account tokens."""
        public = self.directory / f"{name}.pub"
        if public.exists():
            return
        private = command.run(
            ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        )
        files.write(self.key(name), private, mode=0o600)
        files.write(public, command.run(["openssl", "pkey", "-pubout"], stdin=private))

    def _make(self, name: str, config: str, *, signer: str) -> None:
        if self.certificate(name).exists():
            return
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.directory) as name_of_temporary:
            temporary = Path(name_of_temporary)
            (temporary / "config").write_text(config, encoding="utf-8")
            signed_by: tuple[str, ...] = ()
            if signer:
                signed_by = (
                    *("-CA", str(self.certificate(signer))),
                    *("-CAkey", str(self.key(signer))),
                )
            command.run(
                [
                    *("openssl", "req", "-x509", "-new", "-nodes", "-sha256", "-days", DAYS),
                    *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                    *("-config", str(temporary / "config"), *signed_by),
                    *("-keyout", str(temporary / "key"), "-out", str(temporary / "crt")),
                ],
                remedy="localcluster needs OpenSSL 3",
            )
            (temporary / "key").chmod(0o600)
            # The certificate last: its presence says that both are there.
            (temporary / "key").rename(self.key(name))
            (temporary / "crt").rename(self.certificate(name))


def authority_config(name: str) -> str:
    return _config(
        Subject(name),
        [
            "basicConstraints = critical, CA:TRUE",
            "keyUsage = critical, digitalSignature, keyCertSign, cRLSign",
            "subjectKeyIdentifier = hash",
        ],
    )


def certificate_config(
    subject: Subject, *, usage: str, addresses: tuple[str, ...], hosts: tuple[str, ...]
) -> str:
    extensions = [
        "basicConstraints = critical, CA:FALSE",
        "keyUsage = critical, digitalSignature",
        f"extendedKeyUsage = {usage}",
        "subjectKeyIdentifier = hash",
        "authorityKeyIdentifier = keyid",
    ]
    names = [f"IP:{address}" for address in addresses] + [f"DNS:{host}" for host in hosts]
    if names:
        extensions.append(f"subjectAltName = {', '.join(names)}")
    return _config(subject, extensions)


def _config(subject: Subject, extensions: list[str]) -> str:
    # Repeated fields of a name need a number in front of them.
    groups = [f"{number}.O = {group}" for number, group in enumerate(subject.groups)]
    lines = [
        *("[req]", "prompt = no", "distinguished_name = name", "x509_extensions = extensions"),
        *("[name]", *groups, f"CN = {subject.name}"),
        *("[extensions]", *extensions),
    ]
    return "\n".join(lines) + "\n"
