"""Building the cluster's programs from their Go modules, once per version."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from devtools import command
from devtools.errors import UNUSABLE, ToolError
from devtools.locks import exclusive
from devtools.paths import cache_directory
from devtools.progress import Progress
from localcluster import versions
from localcluster.golang import find_go
from localcluster.host import require_linux
from localcluster.paths import SOURCES

BUILD_LIMIT = 3600.0


@dataclass(frozen=True)
class Binary:
    """One file that the linker makes, and the names under which it can be called."""

    name: str
    package: str
    link_flags: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @property
    def callable_as(self) -> tuple[str, ...]:
        return self.programs or (self.name,)


@dataclass(frozen=True)
class Module:
    """One Go module of `localcluster/go`; apart, so that one changes without the others."""

    name: str
    label: str
    cold: str
    binaries: tuple[Binary, ...]
    tags: tuple[str, ...] = field(default=())


def _set(variable: str, value: str) -> str:
    return f"-X {variable}={value}"


_MAJOR, _MINOR, _PATCH = versions.KUBERNETES.split(".")
_KUBERNETES_VERSION = tuple(
    _set(f"{package}.{variable}", value)
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for variable, value in (
        ("gitVersion", f"v{versions.KUBERNETES}"),
        ("gitMajor", _MAJOR),
        ("gitMinor", _MINOR),
    )
)

MODULES = (
    Module(
        "kube",
        "kube-apiserver, kubelet, etcd and the rest of Kubernetes",
        "6 min",
        (
            Binary(
                "swirl-kube",
                ".",
                _KUBERNETES_VERSION,
                (
                    "etcd",
                    "kube-apiserver",
                    "kube-controller-manager",
                    "kube-scheduler",
                    "kube-proxy",
                    "kubelet",
                    "kubectl",
                    "volume-provisioner",
                ),
            ),
            Binary("pause", "./pause"),
        ),
        # Without the cloud providers' code.
        tags=("providerless",),
    ),
    Module("coredns", "CoreDNS", "1 min", (Binary("coredns", "."),)),
    Module(
        "tools",
        "helm and kubeconform",
        "2 min",
        (
            Binary(
                "helm",
                "helm.sh/helm/v4/cmd/helm",
                (_set("helm.sh/helm/v4/internal/version.version", f"v{versions.HELM}"),),
            ),
            Binary(
                "kubeconform",
                "github.com/yannh/kubeconform/cmd/kubeconform",
                (_set("main.version", f"v{versions.KUBECONFORM}"),),
            ),
        ),
    ),
    Module(
        "s3",
        "a server that speaks S3",
        "1 min",
        (Binary("versitygw", "github.com/versity/versitygw/cmd/versitygw"),),
    ),
)

_OWNERS = {
    program: module
    for module in MODULES
    for binary in module.binaries
    for program in binary.callable_as
}
TOOLS = tuple(sorted(_OWNERS))


def cache_key(module: Module, sources: Path = SOURCES) -> str:
    """Changes with the sources, the pins and the flags, and with nothing else."""
    digest = hashlib.sha256(repr(module).encode())
    root = sources / module.name
    for path in sorted(root.rglob("*")):
        if path.is_file() and (path.suffix == ".go" or path.name in {"go.mod", "go.sum"}):
            digest.update(f"\0{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def directory_of(module: Module) -> Path:
    return cache_directory("localcluster") / f"{module.name}-{cache_key(module)}"


def build(progress: Progress, modules: tuple[Module, ...] = MODULES) -> None:
    """Make sure that every program of the modules is in the cache."""
    require_linux()
    missing = [module for module in modules if not directory_of(module).is_dir()]
    if not missing:
        return
    go = find_go(progress)
    # Compilers keep the processors busy, fetching sources does not: those of the modules that come
    # later are fetched while the first one is compiled.
    with ThreadPoolExecutor(max_workers=1) as pool:
        fetched = {module: pool.submit(_fetch, go, module) for module in missing[1:]}
        try:
            for module in missing:
                if module in fetched:
                    fetched[module].result()
                _build_once(go, module, progress)
        finally:
            pool.shutdown(cancel_futures=True)


def _build_once(go: Path, module: Module, progress: Progress) -> None:
    # The lock is the module's and not the key's: two builds at once only slow each other down.
    with exclusive(
        cache_directory("localcluster") / f"{module.name}.lock",
        who="another build",
        timeout=BUILD_LIMIT,
        progress=progress,
    ):
        if not directory_of(module).is_dir():
            _build_module(go, module, progress)


def tool(name: str, progress: Progress) -> Path:
    """The absolute path of one program, built first if need be."""
    module = _OWNERS.get(name)
    if module is None:
        raise ToolError(
            f"{name} is not one of the cluster's programs",
            remedy=f"choose one of: {', '.join(TOOLS)}",
            exit_code=UNUSABLE,
        )
    build(progress, (module,))
    return directory_of(module) / name


def _build_module(go: Path, module: Module, progress: Progress) -> None:
    target = directory_of(module)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with progress.working(f"building {module.label} (cold build takes about {module.cold})"):
        for binary in module.binaries:
            _build_binary(go, module, binary, partial)
    for binary in module.binaries:
        for program in binary.callable_as:
            if program != binary.name:
                os.symlink(binary.name, partial / program)
    partial.rename(target)


def _fetch(go: Path, module: Module) -> None:
    """Fetch the sources of all that the module's programs are made of, and of nothing else."""
    packages = (binary.package for binary in module.binaries)
    _go(go, module, "list", "-deps", "-tags", ",".join(module.tags), *packages)


def _build_binary(go: Path, module: Module, binary: Binary, directory: Path) -> None:
    _go(
        go,
        module,
        *("build", "-trimpath", "-buildvcs=false"),
        *("-tags", ",".join(module.tags)),
        *("-ldflags", " ".join(("-s", "-w", *binary.link_flags))),
        *("-o", str(directory / binary.name), binary.package),
    )


def _go(go: Path, module: Module, *words: str) -> None:
    command.run(
        [str(go), *words],
        # GOTOOLCHAIN=local: the toolchain was checked already, and must not fetch another.
        environment={"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"},
        directory=SOURCES / module.name,
        remedy="read the message; if a download failed, check the network and run this again",
        timeout=BUILD_LIMIT,
    )
