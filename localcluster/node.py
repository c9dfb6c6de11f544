"""One node: containerd, kubelet and kube-proxy in namespaces of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devtools import files
from localcluster.certificates import SERVER, Subject
from localcluster.containerd import Containerd
from localcluster.controlplane import ControlPlane, Find
from localcluster.instance import DNS_SERVICE_ADDRESS, Network, Node
from localcluster.processes import Program

NODES = "system:nodes"


@dataclass(frozen=True)
class NodePrograms:
    """How the programs of one node are configured."""

    node: Node
    network: Network
    plane: ControlPlane
    find: Find

    @property
    def containerd(self) -> Containerd:
        return Containerd(self.node)

    @property
    def _kubelet_certificate(self) -> str:
        return f"kubelet-{self.node.number}"

    @property
    def _serving_certificate(self) -> str:
        return f"kubelet-serving-{self.node.number}"

    def make_certificates(self) -> None:
        pki, node = self.plane.pki, self.node
        pki.issue(self._kubelet_certificate, Subject(f"system:node:{node.name}", (NODES,)))
        pki.issue(
            self._serving_certificate,
            Subject(f"system:node:{node.name}", (NODES,)),
            usage=SERVER,
            addresses=(node.address,),
            hosts=(node.name,),
        )
        pki.issue("proxy", Subject("system:kube-proxy"))

    def kubelet(self) -> Program:
        node = self.node
        config = node.state / "kubelet.json"
        resolver = node.state / "resolv.conf"
        # The host's own may be a link to a place that the node does not see.
        files.write(resolver, f"nameserver {DNS_SERVICE_ADDRESS}\n")
        files.write_json(config, self._kubelet_config(resolver))
        return Program(
            f"kubelet-{node.number}",
            (
                str(self.find("kubelet")),
                f"--config={config}",
                f"--kubeconfig={self.plane.component_kubeconfig(self._kubelet_certificate)}",
                f"--root-dir={node.state / 'kubelet'}",
                f"--hostname-override={node.name}",
                f"--node-ip={node.address}",
            ),
            reads=(config, resolver),
        )

    def proxy(self) -> Program:
        return Program(
            f"kube-proxy-{self.node.number}",
            (
                str(self.find("kube-proxy")),
                f"--kubeconfig={self.plane.component_kubeconfig('proxy')}",
                f"--hostname-override={self.node.name}",
                f"--cluster-cidr={self.network.pod_cidr}",
                "--proxy-mode=iptables",
                # These settings belong to the whole machine, not to the node's namespace.
                "--conntrack-max-per-core=0",
                "--conntrack-tcp-timeout-established=0",
                "--conntrack-tcp-timeout-close-wait=0",
                "--oom-score-adj=0",
            ),
        )

    def _kubelet_config(self, resolver: Path) -> files.JSON:
        node, pki = self.node, self.plane.pki
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": node.address,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(pki.certificate("ca"))},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(pki.certificate(self._serving_certificate)),
            "tlsPrivateKeyFile": str(pki.key(self._serving_certificate)),
            "containerRuntimeEndpoint": f"unix://{node.containerd_socket}",
            "clusterDNS": [DNS_SERVICE_ADDRESS],
            "clusterDomain": "cluster.local",
            "resolvConf": str(resolver),
            "volumePluginDir": str(node.run / "volume-plugins"),
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{node.cgroup}",
            "failCgroupV1": False,
            "failSwapOn": False,
            # Raising it needs CAP_SYS_RESOURCE; see containerd's configuration.
            "oomScoreAdj": 0,
            # Small disks, and images that were imported and cannot be pulled again.
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "1%",
                "nodefs.inodesFree": "1%",
                "imagefs.available": "1%",
            },
            "rotateCertificates": False,
        }
