"""The commands: the demo itself, and `down`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from adsdemo import diagnosis, install
from adsdemo.cases import Cases
from adsdemo.cluster import Cluster, ContextCluster, choose
from adsdemo.kube import Kubectl
from adsdemo.pipeline import Pipeline
from adsdemo.report import Report
from devtools.errors import ToolError
from devtools.locks import exclusive
from devtools.progress import Progress, stamp

EXAMPLE = Path(__file__).resolve().parents[1]
REPOSITORY = EXAMPLE.parents[1]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 only if every verdict was right and in time."""
    parser = argparse.ArgumentParser(
        prog="demo.py",
        description="From nothing to three verdicts: a cluster, the pipeline, the talk's cases.",
    )
    parser.add_argument(
        "command", nargs="?", choices=["run", "down"], default="run",
        help="run the demo (also continues one), or remove all that it made",
    )  # fmt: skip
    command = parser.parse_args(argv).command
    progress = Progress(sys.stdout)
    try:
        cluster = choose(REPOSITORY)
        # Two would undo each other's faults.
        lock = REPOSITORY / "build" / "demo.lock"
        with exclusive(lock, who="another demo of this checkout", timeout=0):
            return _down(cluster, progress) if command == "down" else _run(cluster, progress)
    except ToolError as error:
        progress.say(f"Failed: {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("Interrupted; start the same command again to continue.")
        return 130


def _run(cluster: Cluster, progress: Progress) -> int:
    report = Report(REPOSITORY / "build" / "demo.json", cluster=cluster.name)
    kubectl: Kubectl | None = None
    try:
        with install.building_images(REPOSITORY, progress) as building:
            title = f"Cluster: {cluster.name}; meanwhile, images: building what is missing"
            with progress.step("cluster", title):
                cluster.up(progress)
                kubectl = Kubectl(cluster.kubectl())
            with progress.step("images", "Images: until the last one is built"):
                images = building.result()
        image = _install(cluster, kubectl, images, progress)
        pipeline = Pipeline(kubectl, EXAMPLE, image, progress)
        _start(pipeline, progress)
        cases = Cases(pipeline, progress, report)
        cases.healthy()
        progress.say(f"The pods:\n{pipeline.pods()}")
        cases.format_change()
        cases.buggy_model()
    except ToolError as error:
        if kubectl is None:
            raise
        raise ToolError(f"{error}\n{diagnosis.cause(kubectl)}") from error
    finally:
        report.write(progress.timings)
    for case in report.cases:
        right = "right" if case.right else "WRONG"
        progress.say(f"{case.case}: {case.verdict.summary}, {case.seconds:.0f} s, {right}")
    progress.say(f"Done in {stamp(progress.elapsed).strip()}; figures in {report.path}")
    return 0 if report.passed else 1


def _install(
    cluster: Cluster, kubectl: Kubectl, built: Mapping[str, str], progress: Progress
) -> str:
    """Images and chart; returns what the pipeline's own image is called."""
    with progress.step("load", "Images: bringing them onto the cluster"):
        images = cluster.load(built, progress)
    with progress.step("chart", "Chart: installing Swirl and Kafka"):
        install.create_namespaces(kubectl, EXAMPLE / "manifests")
        install.install_chart(cluster, REPOSITORY / "charts" / "swirl", images, progress)
    return images["ads"]


def _start(pipeline: Pipeline, progress: Progress) -> None:
    """Everything as it should be, also after a demo that was interrupted in the middle."""
    with progress.step("pipeline", "Pipeline: feed, ingest, training, model server, ad server"):
        pipeline.forget_failed_runs()
        pipeline.apply(
            *(f"manifests/{name}.yaml" for name in ("feed", "train", "ingest", "sentiment")),
            "manifests/adserver.yaml",
        )
        pipeline.wait_ready("ajob", "train-sentiment")
        pipeline.wait_ready("mserver", "sentiment")
        pipeline.wait_ready("ajob", "ingest")
        for name in ("feed", "adserver"):
            pipeline.wait_deployment(name)
    with progress.step("monitor", "Monitor: starting"):
        pipeline.apply("manifests/monitor.yaml")
        pipeline.wait_ready("smon", "ads")


def _down(cluster: Cluster, progress: Progress) -> int:
    if isinstance(cluster, ContextCluster):
        install.uninstall(cluster, Kubectl(cluster.kubectl()), progress)
    cluster.down(progress)
    progress.say("Everything the demo made is gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
