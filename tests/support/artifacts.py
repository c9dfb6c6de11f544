"""What a store has to do for artifacts, whatever keeps its files.

The artifacts are of a second type beside models, one that is no more than its files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from swirl.store import (
    ArtifactCorrupt,
    ArtifactExists,
    ArtifactNotFound,
    ArtifactType,
    Store,
    open_artifact,
    publish_artifact,
    require_unpublished,
)


def read(body: Mapping[str, Any]) -> str:
    if not isinstance(body.get("title"), str):
        raise ValueError("has no title")
    return str(body["title"])


BUNDLE = ArtifactType(
    noun="bundle", remedy="upload it again", read=read, required=("main.py",), closed=("lib",)
)


def publish(uri: str, **about: Any) -> str:
    store = Store(uri)
    store.put(f"{uri}/main.py", b"pass\n")
    store.put(f"{uri}/lib/help.py", b"")
    return publish_artifact(store, uri, BUNDLE, {"title": "t"} | about, ["main.py", "lib/help.py"])


class ArtifactContract:
    """Tests that need a fixture `uri`: where nothing is yet in an empty store."""

    def test_what_was_published_is_opened(self, uri: str) -> None:
        digest = publish(uri)
        with open_artifact(uri, BUNDLE, digest) as artifact:
            assert (artifact.about, artifact.digest, artifact.uri) == ("t", digest, uri)
            assert [entry.path for entry in artifact.files] == ["main.py", "lib/help.py"]
            assert (artifact.path / "main.py").read_bytes() == b"pass\n"
            manifest = (artifact.path / "manifest.json").read_bytes()
            path = artifact.path
        assert digest == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        assert path.exists() is uri.startswith("file"), "only a copy is removed"

    def test_nothing_is_published_twice(self, uri: str) -> None:
        require_unpublished(Store(uri), uri, BUNDLE)
        publish(uri)
        already = r"a bundle is already published at .* never change"
        with pytest.raises(ArtifactExists, match=already):
            require_unpublished(Store(uri), uri, BUNDLE)
        with pytest.raises(ArtifactExists):
            publish(uri, title="another")
        with open_artifact(uri, BUNDLE) as artifact:
            assert artifact.about == "t"

    def test_a_file_that_was_not_written_cannot_belong_to_it(self, uri: str) -> None:
        with pytest.raises(FileNotFoundError):
            publish_artifact(Store(uri), uri, BUNDLE, {}, ["none"])
        with pytest.raises(ArtifactNotFound, match="there is no bundle"):
            open_artifact(uri, BUNDLE)

    def test_unfinished_ones_say_so(self, uri: str) -> None:
        Store(uri).put(f"{uri}/main.py", b"")
        with pytest.raises(ArtifactNotFound, match=r"never finished: .* upload it again"):
            open_artifact(uri, BUNDLE)

    def test_the_kind_reads_its_part_before_anything_is_copied(self, uri: str) -> None:
        publish(uri, title=None)
        untitled = r"manifest\.json has no title; upload it again, or"
        with pytest.raises(ArtifactCorrupt, match=untitled):
            open_artifact(uri, BUNDLE)

    def test_files_that_a_kind_cannot_do_without(self, uri: str) -> None:
        store = Store(uri)
        store.put(f"{uri}/other", b"")
        publish_artifact(store, uri, BUNDLE, {"title": "t"}, ["other"])
        with pytest.raises(ArtifactCorrupt, match=r"does not list main\.py"):
            open_artifact(uri, BUNDLE)

    def test_only_closed_folders_are_searched_for_more(self, uri: str) -> None:
        store = Store(uri)
        publish(uri)
        store.put(f"{uri}/notes", b"")
        open_artifact(uri, BUNDLE).close()
        store.put(f"{uri}/lib/more.py", b"")
        with pytest.raises(ArtifactCorrupt, match=r"lib/more\.py does not belong to the bundle"):
            open_artifact(uri, BUNDLE)

    def test_a_manifest_from_elsewhere_reaches_nothing_outside(self, uri: str) -> None:
        store = Store(uri)
        publish(uri)
        body = json.loads(store.get(f"{uri}/manifest.json"))
        body["files"][0]["path"] = "../main.py"
        store.put(f"{uri}/manifest.json", json.dumps(body).encode())
        with pytest.raises(ArtifactCorrupt, match="not inside the artifact"):
            open_artifact(uri, BUNDLE)
