"""How pods get at the store."""

from __future__ import annotations

from swirl_operator.pods.artifacts import ArtifactStore


def test_a_store_in_a_directory_is_a_claim() -> None:
    store = ArtifactStore("file:///var/lib/swirl", "claim")
    assert store.path == "/var/lib/swirl"
    (volume,) = store.volumes()
    assert volume["persistentVolumeClaim"] == {"claimName": "claim"}
    assert store.mounts() == [{"name": volume["name"], "mountPath": "/var/lib/swirl"}]
    assert store.mounts(read_only=True)[0]["readOnly"] is True


def test_a_store_elsewhere_needs_no_volume() -> None:
    store = ArtifactStore("s3://bucket/models", "claim")
    assert (store.path, store.volumes(), store.mounts()) == (None, [], [])


def test_a_bucket_that_asks_who_is_there_has_a_secret_of_variables() -> None:
    assert ArtifactStore("s3://bucket", "claim").env_from() == []
    store = ArtifactStore("s3://bucket", "claim", "bucket")
    assert store.env_from() == [{"secretRef": {"name": "bucket"}}]
