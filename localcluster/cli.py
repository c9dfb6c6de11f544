"""The command line: `python3 -m localcluster COMMAND`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from devtools.errors import UNUSABLE, ToolError
from devtools.progress import Progress
from localcluster import build, controlplane, images
from localcluster.containerd import Containerd
from localcluster.down import down
from localcluster.host import require_cluster_host, require_linux
from localcluster.instance import NAME_VARIABLE, Instance, recorded_network
from localcluster.status import status
from localcluster.up import up

# As a shell reports a program that a signal ended.
INTERRUPTED = 128 + signal.SIGINT
UNREAD = 128 + signal.SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    progress = Progress()
    try:
        code = _run(options, progress)
        sys.stdout.flush()
        return code
    except ToolError as error:
        print(f"localcluster: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output (`status | head`) has seen enough. Python would try once more to
        # write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except KeyboardInterrupt:
        print(
            "localcluster: interrupted; `up` continues from here, `down` removes what there is",
            file=sys.stderr,
        )
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python3 -m localcluster",
        description="A real Kubernetes on this machine without a container engine.",
        epilog=f"{NAME_VARIABLE} names the cluster, so that several can exist side by side.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start the cluster, or continue or repair it")
    take_down = commands.add_parser("down", help="stop the cluster and remove every trace of it")
    take_down.add_argument(
        "--keep-state", action="store_true", help="keep objects, volumes and images for next time"
    )
    commands.add_parser("status", help="say what runs; exit code 0 healthy, 1 unhealthy, 3 down")
    bring = commands.add_parser("load", help="bring images into the node")
    bring.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="docker-archive or OCI tar, or the name of an image in buildah's storage",
    )
    registry = commands.add_parser("trust", help="let the node pull from a registry of your own")
    registry.add_argument("registry", metavar="HOST:PORT")
    registry.add_argument("authority", type=Path, help="the certificate that signed the registry's")
    commands.add_parser("kubeconfig", help="print the path of the cluster's kubeconfig")
    commands.add_parser("build", help="build every program into the cache")
    one = commands.add_parser("tool", help="print the path of a program, built if need be")
    one.add_argument("name", help=", ".join(build.TOOLS))
    alone = commands.add_parser(
        "controlplane", help="run an API server alone until interrupted, without root"
    )
    alone.add_argument(
        "--directory", type=Path, help="where it keeps its data (default: temporary)"
    )
    return top


def _run(options: argparse.Namespace, progress: Progress) -> int:
    match options.command:
        case "up":
            require_cluster_host()
            up(Instance.from_environment(), progress)
        case "down":
            require_cluster_host()
            down(Instance.from_environment(), progress, keep_state=options.keep_state)
        case "status":
            require_cluster_host()
            text, code = status(Instance.from_environment(), progress)
            print(text)
            return code
        case "load":
            require_cluster_host()
            _load(Instance.from_environment(), options.images, progress)
        case "trust":
            require_cluster_host()
            _node(Instance.from_environment()).trust(options.registry, _readable(options.authority))
        case "kubeconfig":
            require_cluster_host()
            print(_existing_kubeconfig(Instance.from_environment()))
        case "build":
            require_linux()
            build.build(progress)
            for name in build.TOOLS:
                print(build.tool(name, progress))
        case "tool":
            require_linux()
            print(build.tool(options.name, progress))
        case "controlplane":
            require_linux()
            _control_plane(options.directory, progress)
    return 0


def _node(instance: Instance) -> Containerd:
    network = recorded_network(instance)
    if network is None:
        raise _is_down(instance)
    containerd = Containerd(network.node(instance))
    if not containerd.node.containerd_socket.exists():
        raise _is_down(instance)
    return containerd


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise ToolError(
            f"there is no certificate {path}",
            where=str(path.absolute()),
            remedy="give the file with the authority's certificate, in PEM",
            exit_code=UNUSABLE,
        )
    return path


def _load(instance: Instance, wanted: Sequence[str], progress: Progress) -> None:
    containerd = _node(instance)
    for image in wanted:
        images.load(containerd, image, progress)


def _existing_kubeconfig(instance: Instance) -> Path:
    if not instance.kubeconfig.exists():
        raise _is_down(instance)
    return instance.kubeconfig


def _is_down(instance: Instance) -> ToolError:
    return ToolError(
        f"cluster {instance.name} is down",
        where=str(instance.state),
        remedy="python3 -m localcluster up",
    )


def _control_plane(directory: Path | None, progress: Progress) -> None:
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with tempfile.TemporaryDirectory(prefix="localcluster-") as temporary:
        place = directory.absolute() if directory is not None else Path(temporary)
        with controlplane.ephemeral(place, progress=progress) as kubeconfig:
            print(kubeconfig, flush=True)
            progress.say("running until interrupted")
            stop.wait()
