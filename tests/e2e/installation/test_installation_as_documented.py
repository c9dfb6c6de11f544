"""docs/install.md, typed word for word, from a clone to models, streams and an upgrade.

On a cluster of its own, whose only node is tainted. The registry wants a login and has a
certificate of its own, Kafka wants TLS and a password, and the bucket's certificate is signed by
an authority of one's own. Only `…`, prompts for passwords and the program that builds images are
filled in.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.paths import REPOSITORY
from localcluster.instance import NAME_VARIABLE, Instance, recorded_network
from tests.e2e.operator.cluster import Cluster, condition
from tests.support import registry, s3, secured
from tests.support.pages import blocks
from tests.support.ports import free_port
from tests.support.soak import LONG

pytestmark = [
    # Minutes, and a cluster beside the one of the other tests.
    pytest.mark.soak,
    pytest.mark.skipif(not LONG, reason="a part of make soak"),
    pytest.mark.skipif(
        platform.system() != "Linux" or os.geteuid() != 0 or shutil.which("buildah") is None,
        reason="a node of our own needs Debian and root, and images buildah",
    ),
]

INSTANCE = Instance("install")
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
# A job's code that uses all of it: executors, the bucket, Kafka.
CODE = '''
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import HashingTF, IndexToString, StringIndexer, Tokenizer

from swirl import Context, analytics


@analytics
def learn(ctx: Context, *, rows: int = 100) -> dict[str, int]:
    """Learn that days are good and nights are not."""
    texts = [(("good day", "bad night")[i % 2], ("yes", "no")[i % 2]) for i in range(rows)]
    data = ctx.spark.createDataFrame(texts, "text string, label string")
    numbers = StringIndexer(inputCol="label", outputCol="number").fit(data)
    stages = [
        Tokenizer(inputCol="text", outputCol="words"),
        HashingTF(inputCol="words", outputCol="features", numFeatures=64),
        LogisticRegression(labelCol="number", maxIter=2),
        IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=numbers.labels),
    ]
    model = Pipeline(stages=stages).fit(numbers.transform(data))
    ctx.publish_model("mood", model, golden_rows=data.limit(4))
    return {"rows": rows}


@analytics
def tick(ctx: Context) -> None:
    """Bring a row a second to Kafka, and tell how many."""

    def process(batch, _):
        rows = batch.selectExpr("cast(value as string) as value").write.format("kafka")
        rows.options(**ctx.kafka_options).option("topic", "ticks").save()
        ctx.emit("ticks", batch.count())

    rows = ctx.spark.readStream.format("rate").load().writeStream.foreachBatch(process)
    rows = rows.option("checkpointLocation", ctx.checkpoint_uri("ticks"))
    rows.trigger(processingTime="2 seconds").start()
'''
OBJECTS = """
apiVersion: swirl.dev/v1alpha1
kind: AnalyticsJob
metadata: {name: learn, namespace: ads}
spec: &job
  mode: Batch
  image: REGISTRY/ours:1
  entryPoint: {function: "reports.mood:learn"}
  spark:
    driver: {resources: {requests: {cpu: 50m}}, memory: 500Mi}
    executor: {resources: {requests: {cpu: 50m}}, memory: 500Mi}
    conf: {spark.sql.shuffle.partitions: "1"}
---
apiVersion: swirl.dev/v1alpha1
kind: ModelServer
metadata: {name: mood, namespace: ads}
spec:
  model: {job: learn}
  resources: {requests: {cpu: 50m}}
---
apiVersion: swirl.dev/v1alpha1
kind: AnalyticsJob
metadata: {name: tick, namespace: ads}
spec:
  mode: Streaming
  image: REGISTRY/ours:1
  entryPoint: {function: "reports.mood:tick"}
  spark:
    driver: {resources: {requests: {cpu: 50m}}, memory: 500Mi}
    executor: {resources: {requests: {cpu: 50m}}, memory: 500Mi}
    conf: {spark.sql.shuffle.partitions: "1"}
---
apiVersion: swirl.dev/v1alpha1
kind: SwirlMonitor
metadata: {name: ads, namespace: ads}
spec:
  nodes: [{name: tick, ref: {kind: AnalyticsJob, name: tick}}]
  metrics: [{name: ticks, node: tick, source: {metric: ticks}}]
  resources: {requests: {cpu: 50m}}
"""
ASK = """
import urllib.request
url = "http://mood.ads.svc/v2/models/mood/rows"
print(urllib.request.urlopen(url, b'{"text": "bad night"}', 20).read().decode())
"""


@dataclass(frozen=True)
class Reader:
    """Somebody who types what the pages say, in a clone and in a folder of their own."""

    folder: Path
    registry: registry.Registry
    kafka: secured.Secured
    bucket: s3.Server

    @property
    def place(self) -> str:
        return f"{self.registry.host}/team"

    def types(self, said: str, where: str = "site") -> str:
        """What it printed; fails where a line does."""
        folder = self.folder / where
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            ["sh", "-eu", "-c", self._filled(said)],
            cwd=folder,
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert done.returncode == 0, f"{said}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        tools = {str(Path(asked("tool", name)).parent): None for name in ("kubectl", "helm")}
        return {
            "REGISTRY": self.place,
            "KAFKA": self.kafka.sasl,
            "BUCKET": f"s3://{s3.BUCKET}/swirl",
            "VERSION": "0.2.0",
            "KUBECONFIG": str(INSTANCE.kubeconfig),
            "PATH": ":".join([*tools, os.environ["PATH"]]),
            "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "overlay",
            # Logins, and whom to trust, are not the machine's.
            "REGISTRY_AUTH_FILE": str(self.folder / "auth.json"),
            "HELM_REGISTRY_CONFIG": str(self.folder / "helm.json"),
            "SSL_CERT_FILE": str(self.folder / "trusted.crt"),
        }

    def _filled(self, said: str) -> str:
        login = f"-u {registry.USER} -p {registry.PASSWORD}"
        build = f"buildah build -v {TRUSTED}:{TRUSTED}:ro --network host"
        for before, after in (
            ("docker login", f"buildah login {login}"),
            ("helm registry login", f"helm registry login {login}"),
            ("docker build", build),
            ("docker push", "buildah push"),
            ("--docker-password=…", f"--docker-password={registry.PASSWORD}"),
            ("literal=password=…", f"literal=password={shlex.quote(secured.PASSWORD)}"),
            ("ACCESS_KEY_ID=…", f"ACCESS_KEY_ID={s3.ACCESS}"),
            ("SECRET_ACCESS_KEY=…", f"SECRET_ACCESS_KEY={s3.SECRET}"),
            ("-f values.yaml", "-f values.yaml -f authority.yaml"),
        ):
            said = said.replace(before, after)
        server = rf'\1s3: {{endpoint: "{self.bucket.endpoint}"'
        said = re.sub(r'^( +)# s3: \{endpoint: "[^"]+"', server, said, flags=re.MULTILINE)
        assert "…" not in said, said
        return said


def asked(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "localcluster", *words],
        cwd=REPOSITORY,
        env={**os.environ, NAME_VARIABLE: INSTANCE.name},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def ads() -> Iterator[Cluster]:
    """The namespace of the page's team, on a node that takes only what tolerates it."""
    asked("down")
    try:
        asked("up")
        cluster = Cluster(asked("tool", "kubectl"), str(INSTANCE.kubeconfig), "ads")
        cluster.ok("label", "node", "--all", "pool=analytics")
        # What is there already, cluster DNS, stays.
        cluster.ok("taint", "node", "--all", "dedicated=analytics:NoSchedule")
        yield cluster
    finally:
        asked("down")


@pytest.fixture(scope="module")
def reader(ads: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    network = recorded_network(INSTANCE)
    assert network is not None
    address = network.node(INSTANCE).host_address
    folder = tmp_path_factory.mktemp("reader")
    for name in ("registry", "kafka", "s3"):
        (folder / name).mkdir()
    certificate = folder / "kafka" / "server"
    with (
        registry.running(folder / "registry", address, free_port()) as images,
        secured.running(folder / "kafka", address) as kafka,
        s3.running(folder / "s3", certificate, address) as bucket,
        no_images_left(images.host),
    ):
        asked("trust", images.host, str(images.authority))
        trusted = TRUSTED.read_text() + images.authority.read_text()
        (folder / "trusted.crt").write_text(trusted)
        made = Reader(folder, images, kafka, bucket)
        made.types(f"git clone --quiet {REPOSITORY} swirl", ".")
        # Minutes of downloads.
        (folder / "swirl" / ".venv").symlink_to((REPOSITORY / ".venv").resolve())
        yield made


@contextmanager
def no_images_left(host: str) -> Iterator[None]:
    """Takes the names of a registry that is gone out of buildah's storage."""
    environment = {**os.environ, "STORAGE_DRIVER": "overlay"}
    try:
        yield
    finally:
        listed = ["buildah", "images", "--json"]
        said = subprocess.run(listed, env=environment, capture_output=True, check=True).stdout
        names = [name for image in json.loads(said) for name in image.get("names") or ()]
        for name in names:
            if name.startswith(f"{host}/"):
                subprocess.run(["buildah", "rmi", name], env=environment, stdout=subprocess.DEVNULL)


def test_installation_as_documented(reader: Reader, ads: Cluster) -> None:
    page = blocks("install.md")
    installed(reader, page)
    a_first_run(reader)
    everything_at_once(reader, ads)
    pods_are_where_they_may_be(reader, ads)
    upgraded(reader, ads, page)
    uninstalled(reader, ads, page)


def installed(reader: Reader, page: dict[str, list[str]]) -> None:
    release, _ = page["Images and chart"]
    reader.types(release, "swirl")
    (reader.folder / "site").mkdir()
    shutil.copy(reader.kafka.folder / "ca.crt", reader.folder / "site")
    # The variables and the volume of an authority of one's own.
    _, values = blocks("kafka-and-bucket.md", "yaml")["Bucket"]
    (reader.folder / "site" / "authority.yaml").write_text(values)
    for title in ("Secrets", "Values", "Install"):
        (said,) = page[title]
        reader.types(said)
    (said,) = page["Namespaces for teams"]
    reader.types(said)
    (authority,) = blocks("kafka-and-bucket.md")["Bucket"]
    reader.types(authority)


def a_first_run(reader: Reader) -> None:
    page = blocks("own-image.md")
    reader.types("".join(page["A function"] + page["A Dockerfile"]))
    (reader.folder / "site" / "ours" / "reports" / "mood.py").write_text(CODE)
    reader.types(page["Build and push"][0], "site/ours")
    said = reader.types(page["Run it"][0], "site/ours")
    assert said.endswith('{"rows":"12,345"}')


def everything_at_once(reader: Reader, ads: Cluster) -> None:
    ads.ok("apply", "-f-", stdin=OBJECTS.replace("REGISTRY", reader.place))

    def is_true(kind: str, name: str, what: str) -> bool:
        return str(condition(ads.get(kind, name), what)["status"]) == "True"

    ads.wait("the model to be served", lambda: is_true("mserver", "mood", "Ready"), seconds=900)
    ads.wait("the stream", lambda: is_true("ajob", "tick", "Ready"), seconds=300)
    ads.wait("the stream's figures", lambda: is_true("smon", "ads", "Healthy"), seconds=300)

    (run,) = ads.items("arun", "swirl.dev/job=learn")
    (model,) = run["status"]["models"]
    bucket = f"s3://{s3.BUCKET}/"
    assert model["uri"].startswith(f"{bucket}swirl/models/ads/learn/")
    held = reader.folder / "s3" / "buckets" / s3.BUCKET
    assert (held / model["uri"].removeprefix(bucket) / "manifest.json").exists()
    assert list((held / "swirl/work/ads/tick/ticks/commits").iterdir())
    answer = ads.ok("exec", driver(ads), "--", "python3", "-c", ASK)
    assert json.loads(answer)["predictedLabel"] == "no"


def driver(ads: Cluster) -> str:
    """The Pod of the stream's driver."""
    (pod,) = ads.items("pods", "swirl.dev/job=tick,spark-role=driver")
    return str(pod["metadata"]["name"])


def pods_are_where_they_may_be(reader: Reader, ads: Cluster) -> None:
    """Each tolerates the node, wants it, and came out of the registry with the Secret."""
    pods = json.loads(ads.ok("get", "pods", "-o", "json"))["items"]
    images = set()
    for pod in pods:
        spec = pod["spec"]
        assert {"name": "registry"} in spec["imagePullSecrets"]
        assert "dedicated" in {taint.get("key") for taint in spec["tolerations"]}
        assert spec["nodeSelector"] == {"pool": "analytics"}
        (status,) = pod["status"]["containerStatuses"]
        images.add(status["imageID"].partition("@")[0])
    assert images == {
        f"{reader.place}/{name}" for name in ("ours", "swirl/scorer", "swirl/monitor")
    }
    assert any("-exec-" in pod["metadata"]["name"] for pod in pods)


def upgraded(reader: Reader, ads: Cluster, page: dict[str, list[str]]) -> None:
    """Nothing that runs is disturbed by a version of the same images."""

    def uids() -> dict[str, str]:
        found = json.loads(ads.ok("get", "pods,arun", "-o", "json"))["items"]
        return {item["metadata"]["name"]: item["metadata"]["uid"] for item in found}

    before = uids()
    (said,) = page["Upgrade"]
    release, upgrade = said.splitlines()
    reader.types(release, "swirl")
    reader.types(f"{upgrade}\n{page['Install'][0].splitlines()[-1]}")
    assert uids() == before


def uninstalled(reader: Reader, ads: Cluster, page: dict[str, list[str]]) -> None:
    (said,) = page["Uninstall"]
    reader.types(said)
    kinds = "serviceaccounts,rolebindings,secrets"
    assert ads.items(kinds, "app.kubernetes.io/managed-by=swirl") == []
    assert ads.get("ajob", "learn") is not None
