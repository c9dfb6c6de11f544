"""Publishing and opening models, on a file system and in a bucket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from swirl.models import Golden, Published, Signature, Tensor, open_model, publish_model_dir
from swirl.store import ArtifactCorrupt, ArtifactExists, ArtifactNotFound, Store, StoreError
from swirl.wire.run import RunRef
from tests.support.stores import SCHEMES, remove, store_root

GOLDEN = Golden([{"text": "good"}], [{"prediction": 2.0}])


@pytest.fixture(params=SCHEMES)
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_root(request.param, tmp_path) as uri:
        yield uri


@pytest.fixture
def native(tmp_path: Path) -> Path:
    folder = tmp_path / "trained"
    (folder / "stages" / "0").mkdir(parents=True)
    (folder / "metadata").write_text("{}")
    (folder / "stages" / "0" / "data").write_bytes(b"\x00\x01")
    return folder


def publish(store: Store, native: Path | None) -> Published:
    return publish_model_dir(
        store.model_uri("ads", "train", "train-1", 1, "sentiment"),
        name="sentiment",
        format="spark-ml",
        run=RunRef("ads", "train", "train-1", 1),
        signature=Signature([Tensor("text", "BYTES")], [Tensor("prediction", "FP64")]),
        golden=GOLDEN,
        native=native,
        metrics={"accuracy": 0.5},
        store=store,
    )


def test_a_published_model_can_be_opened(root: str, native: Path) -> None:
    published = publish(Store(root), native)
    assert published.uri == f"{root}/models/ads/train/train-1-1/sentiment"
    with open_model(published.uri, published.digest) as model:
        assert model.digest == published.digest
        assert model.manifest.metrics == {"accuracy": 0.5}
        assert (model.native / "stages" / "0" / "data").read_bytes() == b"\x00\x01"
        assert model.golden() == GOLDEN
        assert {entry.path for entry in model.artifact.files} == {
            "golden.json",
            "native/metadata",
            "native/stages/0/data",
        }
        path = model.path
    assert path.exists() is root.startswith("file"), "only a copy is removed"


def test_native_files_may_be_in_place_already(root: str, native: Path) -> None:
    store = Store(root)
    uri = store.model_uri("ads", "train", "train-1", 1, "sentiment")
    store.put(f"{uri}/native/weights", b"w")
    published = publish(store, None)
    with open_model(published.uri) as model:
        assert (model.native / "weights").read_bytes() == b"w"


def test_a_model_without_files_is_refused(root: str) -> None:
    with pytest.raises(StoreError, match="has no files below native/"):
        publish(Store(root), None)


def test_models_never_change(root: str, native: Path) -> None:
    publish(Store(root), native)
    with pytest.raises(ArtifactExists, match="models never change"):
        publish(Store(root), native)


class Crash(Exception):
    pass


class CrashingStore(Store):
    """Crashes at the n-th write, before or half-way through it."""

    def __init__(self, root: str, at: int, halfway: bool) -> None:
        super().__init__(root)
        self.left = at
        self.halfway = halfway

    def put(self, uri: str, data: bytes) -> None:
        if self._crashes():
            # An atomic write that is cut off leaves, at most, a temporary file beside the target.
            if self.halfway:
                super().put(f"{uri}.part.tmp", data[: len(data) // 2])
            raise Crash
        super().put(uri, data)

    def create(self, uri: str, data: bytes) -> None:
        if self._crashes():
            if self.halfway:
                super().put(f"{uri}.part.tmp", data[: len(data) // 2])
            raise Crash
        super().create(uri, data)

    def put_file(self, uri: str, source: Path) -> None:
        if self._crashes():
            if self.halfway:
                super().put(uri, source.read_bytes()[:1])
            raise Crash
        super().put_file(uri, source)

    def _crashes(self) -> bool:
        self.left -= 1
        return self.left < 0


WRITES = 4  # two native files, golden.json, manifest.json


@pytest.mark.parametrize("halfway", [False, True])
@pytest.mark.parametrize("at", range(WRITES))
def test_a_crash_at_any_write_leaves_no_readable_model(
    root: str, native: Path, at: int, halfway: bool
) -> None:
    store = CrashingStore(root, at, halfway)
    with pytest.raises(Crash):
        publish(store, native)
    uri = store.model_uri("ads", "train", "train-1", 1, "sentiment")
    with pytest.raises(ArtifactNotFound):
        open_model(uri)


def test_there_is_no_write_after_the_last(root: str, native: Path) -> None:
    store = CrashingStore(root, WRITES, halfway=False)
    publish(store, native)
    assert store.left == 0


def test_no_model_says_what_to_check(root: str) -> None:
    with pytest.raises(ArtifactNotFound, match=r"there is no model at .* check the URI"):
        open_model(f"{root}/models/none")


def test_an_unfinished_model_says_so(root: str) -> None:
    store = Store(root)
    store.put(f"{root}/m/native/a", b"x")
    with pytest.raises(ArtifactNotFound, match=r"never finished: it has no manifest\.json"):
        open_model(f"{root}/m")


def test_another_digest_is_refused(root: str, native: Path) -> None:
    published = publish(Store(root), native)
    with pytest.raises(ArtifactCorrupt, match=r"manifest\.json has digest .* expected sha256:0"):
        open_model(published.uri, "sha256:0")


@pytest.mark.parametrize(
    ("path", "data", "complaint"),
    [
        ("native/stages/0/data", b"\x00\x02", "native/stages/0/data has SHA-256"),
        ("native/metadata", b"{} ", "native/metadata has 3 bytes, 2 were published"),
        ("golden.json", b"", "golden.json has 0 bytes"),
        ("native/stages/1", b"x", "native/stages/1 does not belong to the model"),
        ("manifest.json", b"{", "manifest.json Expecting"),
        ("manifest.json", b"{}", "manifest.json has formatVersion None"),
    ],
)
def test_a_changed_file_is_named(
    root: str, native: Path, path: str, data: bytes, complaint: str
) -> None:
    store = Store(root)
    published = publish(store, native)
    store.put(f"{published.uri}/{path}", data)
    with pytest.raises(ArtifactCorrupt, match=complaint) as raised:
        open_model(published.uri)
    assert "run the job again" in str(raised.value)


def test_a_missing_file_is_named(root: str, native: Path) -> None:
    published = publish(Store(root), native)
    remove(f"{published.uri}/native/metadata")
    with pytest.raises(ArtifactCorrupt, match="native/metadata is missing"):
        open_model(published.uri)


def test_unreadable_golden_rows_are_corruption(root: str, native: Path) -> None:
    store = Store(root)
    published = publish(store, native)
    with open_model(published.uri) as model:
        (model.path / "golden.json").write_text("[]")
        with pytest.raises(ArtifactCorrupt, match=r"golden\.json must hold an object"):
            model.golden()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[" * 100_000, "golden.json is nested too deeply"),
        ('{"inputs": [], "outputs": [], "tolerance": null}', "tolerance must be a number, is None"),
    ],
)
def test_odd_golden_rows_are_corruption_too(
    root: str, native: Path, text: str, complaint: str
) -> None:
    published = publish(Store(root), native)
    with open_model(published.uri) as model:
        (model.path / "golden.json").write_text(text)
        with pytest.raises(ArtifactCorrupt, match=complaint):
            model.golden()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda body: {**body, "files": body["files"][:-1]}, "does not list golden.json"),
        (lambda body: {**body, "run": {**body["run"], "attempt": 1e999}}, "mistypes a field"),
    ],
)
def test_odd_manifests_are_corruption(
    root: str,
    native: Path,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    complaint: str,
) -> None:
    store = Store(root)
    published = publish(store, native)
    where = f"{published.uri}/manifest.json"
    store.put(where, json.dumps(change(json.loads(store.get(where)))).encode())
    with pytest.raises(ArtifactCorrupt, match=complaint):
        open_model(published.uri)


def test_a_manifest_nested_too_deeply_is_corruption(root: str, native: Path) -> None:
    store = Store(root)
    published = publish(store, native)
    store.put(f"{published.uri}/manifest.json", b"[" * 100_000)
    with pytest.raises(ArtifactCorrupt, match="nested too deeply"):
        open_model(published.uri)
