"""etcd, the API server and its controllers: as part of a cluster, or alone for a test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.command import DIES_WITH_US
from devtools.progress import Progress
from localcluster import kubeconfig, wait
from localcluster.api import Api
from localcluster.build import tool
from localcluster.certificates import SERVER, Authorities, Subject
from localcluster.host import require_linux
from localcluster.instance import API_PORT, API_SERVICE_ADDRESS, SERVICE_CIDR
from localcluster.processes import Processes, Program

LOOPBACK = "127.0.0.1"
# Reserved for documentation (RFC 5737). The API server refuses to advertise loopback, and alone
# it has no pods that would use the address it advertises.
NOWHERE = "203.0.113.1"
READY_SECONDS = 60.0
ADMINISTRATORS = "system:masters"

# Enough for what is stored to behave (owners, namespaces, accounts, roles) while nothing acts on
# workloads, so that a test can play the kubelet and the other controllers itself.
STORE_CONTROLLERS = (
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "clusterrole-aggregation-controller",
)

# From program name to path.
Find = Callable[[str], Path]


@dataclass(frozen=True)
class ControlPlane:
    """Where one control plane keeps its data and on which addresses it answers."""

    state: Path
    pki: Authorities
    address: str
    advertised: str
    api_port: int = API_PORT
    etcd_port: int = 2379
    etcd_peer_port: int = 2380
    # "none" leaves the Service "kubernetes" without endpoints.
    reconcile_endpoints: str = "lease"

    @property
    def server(self) -> str:
        return f"https://{self.address}:{self.api_port}"

    @property
    def api(self) -> Api:
        return Api(self.address, self.api_port, self.pki)

    def make_certificates(self) -> None:
        pki = self.pki
        pki.authority("ca")
        pki.authority("front-proxy-ca")
        pki.key_pair("service-accounts")
        pki.issue(
            "apiserver",
            Subject("kube-apiserver"),
            usage=SERVER,
            addresses=tuple(dict.fromkeys((self.address, API_SERVICE_ADDRESS, LOOPBACK))),
            hosts=(
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
            ),
        )
        pki.issue("kubelet-client", Subject("kube-apiserver-kubelet-client", (ADMINISTRATORS,)))
        pki.issue("front-proxy-client", Subject("front-proxy-client"), signer="front-proxy-ca")
        pki.issue("admin", Subject("kubernetes-admin", (ADMINISTRATORS,)))
        pki.issue("controller-manager", Subject("system:kube-controller-manager"))
        pki.issue("scheduler", Subject("system:kube-scheduler"))
        pki.issue("volume-provisioner", Subject("localcluster:volume-provisioner"))

    def make_kubeconfig(self, path: Path, certificate: str, *, context: str, user: str) -> Path:
        kubeconfig.write(
            path, self.pki, certificate, server=self.server, context=context, user=user
        )
        return path

    def component_kubeconfig(self, name: str) -> Path:
        """The file with which a component of this name reaches the API server."""
        path = self.state / f"{name}.kubeconfig"
        return self.make_kubeconfig(path, name, context="local", user=name)

    def etcd(self, find: Find) -> Program:
        client = f"http://{LOOPBACK}:{self.etcd_port}"
        peer = f"http://{LOOPBACK}:{self.etcd_peer_port}"
        return Program(
            "etcd",
            (
                str(find("etcd")),
                f"--data-dir={self.state / 'etcd'}",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
                "--log-level=warn",
                # Survives the death of every process, not a power cut; a slow shared disk would
                # otherwise set the pace of the whole cluster.
                "--unsafe-no-fsync=true",
            ),
        )

    def apiserver(self, find: Find) -> Program:
        pki = self.pki
        return Program(
            "kube-apiserver",
            (
                str(find("kube-apiserver")),
                f"--etcd-servers=http://{LOOPBACK}:{self.etcd_port}",
                f"--bind-address={self.address}",
                f"--advertise-address={self.advertised}",
                f"--secure-port={self.api_port}",
                f"--endpoint-reconciler-type={self.reconcile_endpoints}",
                f"--service-cluster-ip-range={SERVICE_CIDR}",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--allow-privileged=true",
                "--profiling=false",
                f"--client-ca-file={pki.certificate('ca')}",
                f"--tls-cert-file={pki.certificate('apiserver')}",
                f"--tls-private-key-file={pki.key('apiserver')}",
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                f"--service-account-key-file={pki.directory / 'service-accounts.pub'}",
                f"--service-account-signing-key-file={pki.key('service-accounts')}",
                "--kubelet-preferred-address-types=InternalIP",
                f"--kubelet-certificate-authority={pki.certificate('ca')}",
                f"--kubelet-client-certificate={pki.certificate('kubelet-client')}",
                f"--kubelet-client-key={pki.key('kubelet-client')}",
                f"--requestheader-client-ca-file={pki.certificate('front-proxy-ca')}",
                "--requestheader-allowed-names=front-proxy-client",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-username-headers=X-Remote-User",
                f"--proxy-client-cert-file={pki.certificate('front-proxy-client')}",
                f"--proxy-client-key-file={pki.key('front-proxy-client')}",
            ),
        )

    def controller_manager(
        self, find: Find, *, directory: Path, controllers: tuple[str, ...] = ("*",)
    ) -> Program:
        pki = self.pki
        return Program(
            "kube-controller-manager",
            (
                str(find("kube-controller-manager")),
                f"--kubeconfig={self.component_kubeconfig('controller-manager')}",
                f"--controllers={','.join(controllers)}",
                "--use-service-account-credentials=true",
                f"--service-account-private-key-file={pki.key('service-accounts')}",
                f"--root-ca-file={pki.certificate('ca')}",
                f"--cluster-signing-cert-file={pki.certificate('ca')}",
                f"--cluster-signing-key-file={pki.key('ca')}",
                "--allocate-node-cidrs=false",
                # There is one of each, and a lease would only delay its start after a crash.
                "--leader-elect=false",
                "--secure-port=0",
                # The default is a fixed path that the controller makes.
                f"--flex-volume-plugin-dir={directory / 'volume-plugins'}",
            ),
        )

    def scheduler(self, find: Find) -> Program:
        return Program(
            "kube-scheduler",
            (
                str(find("kube-scheduler")),
                f"--kubeconfig={self.component_kubeconfig('scheduler')}",
                "--leader-elect=false",
                "--secure-port=0",
            ),
        )

    def volume_provisioner(self, find: Find, volumes: Path) -> Program:
        return Program(
            "volume-provisioner",
            (
                str(find("volume-provisioner")),
                f"--kubeconfig={self.component_kubeconfig('volume-provisioner')}",
                f"--directory={volumes}",
            ),
        )

    def wait_ready(self, processes: Processes) -> None:
        def complaint() -> str:
            for name in ("etcd", "kube-apiserver"):
                if processes.find(name) is None:
                    raise wait.PermanentError(f"{name} has ended")
            return self.api.complaint()

        wait.until(
            "the API server",
            complaint,
            timeout=READY_SECONDS,
            logs=(processes.log("etcd"), processes.log("kube-apiserver")),
        )


@contextmanager
def ephemeral(
    directory: Path,
    *,
    controllers: tuple[str, ...] = STORE_CONTROLLERS,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """A real API server for a test: yields the path of its kubeconfig, and ends with the block.

    Needs neither root nor a node; listens on free ports of loopback and writes to `directory`
    only. The programs also end when the thread that entered the block dies, however it dies.
    """
    require_linux()
    report = progress if progress is not None else Progress()
    api_port, etcd_port, etcd_peer_port = free_ports(3)
    plane = ControlPlane(
        state=directory,
        pki=Authorities(directory / "pki"),
        address=LOOPBACK,
        advertised=NOWHERE,
        api_port=api_port,
        etcd_port=etcd_port,
        etcd_peer_port=etcd_peer_port,
        reconcile_endpoints="none",
    )
    processes = Processes(directory / "processes", directory / "log")

    def find(name: str) -> Path:
        return tool(name, report)

    etcd, apiserver = plane.etcd(find), plane.apiserver(find)
    try:
        plane.make_certificates()
        for program in (etcd, apiserver):
            processes.start(program, DIES_WITH_US)
        path = plane.make_kubeconfig(
            directory / "kubeconfig", "admin", context="ephemeral", user="admin"
        )
        plane.wait_ready(processes)
        processes.start(
            plane.controller_manager(find, directory=directory, controllers=controllers),
            DIES_WITH_US,
        )
        wait.until(
            "the default service account",
            lambda: _default_account_complaint(plane.api),
            timeout=READY_SECONDS,
            logs=(processes.log("kube-controller-manager"),),
        )
        yield path
    finally:
        # Nothing in the directory is used again, so nobody needs time to save anything; the
        # controllers go first, or they would log that the API server went away.
        for name in ("kube-controller-manager", "kube-apiserver", "etcd"):
            processes.stop(name, grace=0.0)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that are free now; held open together so that they differ."""
    sockets = []
    try:
        for _ in range(count):
            listener = socket.socket()
            sockets.append(listener)
            listener.bind((LOOPBACK, 0))
        return [int(listener.getsockname()[1]) for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()


def _default_account_complaint(api: Api) -> str:
    # Pods are refused in a namespace until its account is there.
    status, _ = api.get("/api/v1/namespaces/default/serviceaccounts/default")
    return "" if status == 200 else f"it answers {status}"
