"""Buckets of clouds that have no server to be tried against: how they are named and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from swirl.store import Store, StoreError, StoreUnavailable, bucket
from tests.support.ports import free_port


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bucket, "RETRIES", 0)
    bucket.forget()
    yield
    bucket.forget()


def test_googles_is_asked_where_its_account_says(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    account = {"private_key": "k", "private_key_id": "1", "client_email": "a@b"}
    account |= {"disable_oauth": True, "gcs_base_url": url}  # type: ignore[dict-item]
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps(account))
    store = Store("gs://models/swirl")
    with pytest.raises(StoreUnavailable, match=rf"store gs://models at {url} cannot be used: not"):
        store.get(store.uri("a"))


def test_azures_is_named_by_container_and_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "bm9uZQ==")
    client = bucket.client_of("abfss://models@account.dfs.core.windows.net/swirl")
    assert client.config["container_name"] == "models"
    assert client.config["account_name"] == "account"


@pytest.mark.parametrize("root", ["hdfs://namenode/swirl", "az://models/swirl", "s3:///swirl"])
def test_what_is_no_bucket_is_refused(root: str) -> None:
    with pytest.raises(StoreError, match=r"write file://, s3://, gs://, abfss://|names no bucket"):
        Store(root)
