"""The artifact store in a bucket of a real S3 server, and every way in which there is none."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swirl.store import Store, StoreUnavailable
from tests.support.artifacts import ArtifactContract
from tests.support.certificates import make_certificates
from tests.support.ports import free_port
from tests.support.s3 import BUCKET, Server, running, told


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("s3")) as made, told(made.environ):
        yield made


@pytest.fixture
def store(server: Server) -> Store:
    return Store(f"s3://{BUCKET}/{uuid.uuid4().hex}")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swirl.store.bucket.RETRIES", 1)


class TestArtifacts(ArtifactContract):
    @pytest.fixture
    def uri(self, store: Store) -> str:
        return store.uri("bundles", "a")


def test_of_many_writers_one_wins(store: Store) -> None:
    def create(number: int) -> bool:
        try:
            store.create(store.uri("manifest.json"), str(number).encode())
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(create, range(8)))
    assert sum(won) == 1
    assert store.get(store.uri("manifest.json")) == str(won.index(True)).encode()


def test_large_files_come_back_as_they_were(store: Store, tmp_path: Path) -> None:
    data = bytes(range(256)) * 60_000
    (tmp_path / "there").write_bytes(data)
    store.put_file(store.uri("native", "large"), tmp_path / "there")
    store.get_file(store.uri("native", "large"), tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data
    assert store.measure(store.uri("native", "large"))[0] == len(data)
    assert store.list(store.uri("native")) == ["large"]


def test_spark_may_call_it_s3a(store: Store) -> None:
    store.put(store.uri("x"), b"1")
    other = Store(store.root.replace("s3://", "s3a://"))
    assert other.get(other.uri("x")) == b"1"


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("AWS_SECRET_ACCESS_KEY", "another", "the secret access key is wrong"),
        ("AWS_ACCESS_KEY_ID", "nobody", "the access key is not known there"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:{free}", "nothing listens there"),
        ("AWS_ENDPOINT_URL", "http://no-such-host.invalid", "its name is not known"),
        ("AWS_ENDPOINT_URL", "https://{address}", "it does not speak TLS"),
    ],
)
def test_a_store_that_cannot_be_used_says_where_and_why(
    server: Server, variable: str, value: str, why: str, impatient: None
) -> None:
    value = value.format(free=free_port(), address=server.endpoint.partition("://")[2])
    with told({**server.environ, variable: value}):
        store = Store(f"s3://{BUCKET}")
        endpoint = value if "://" in value else server.endpoint
        for use in (
            lambda: store.get(store.uri("a")),
            lambda: store.put(store.uri("a"), b""),
            lambda: store.create(store.uri("a"), b""),
            lambda: store.exists(store.uri("a")),
        ):
            with pytest.raises(StoreUnavailable) as raised:
                use()
            said = str(raised.value)
            assert f"s3://{BUCKET} at {endpoint} cannot be used" in said
            assert why in said
            assert "\n" not in said


def test_a_bucket_that_is_not_there(server: Server) -> None:
    store = Store("s3://nowhere")
    with pytest.raises(StoreUnavailable, match=r"s3://nowhere at .* there is no such bucket"):
        store.get(store.uri("a"))
    with pytest.raises(StoreUnavailable, match="there is no such bucket"):
        store.exists(store.uri("a"))


def test_a_server_that_comes_back_is_waited_for(tmp_path: Path) -> None:
    with running(tmp_path) as server, told(server.environ):
        store = Store(f"s3://{BUCKET}")
        store.put(store.uri("a"), b"1")
        server.stop()
        with ThreadPoolExecutor(1) as pool:
            read = pool.submit(store.get, store.uri("a"))
            server.start()
            assert read.result() == b"1"


def test_a_certificate_of_strangers_is_said(tmp_path: Path, impatient: None) -> None:
    make_certificates(tmp_path)
    with running(tmp_path, tmp_path / "server") as server:
        with told(server.environ):
            store = Store(f"s3://{BUCKET}")
            with pytest.raises(StoreUnavailable, match="signed by an unknown authority"):
                store.get(store.uri("a"))
        with told({**server.environ, "SSL_CERT_FILE": str(tmp_path / "ca.crt")}):
            store = Store(f"s3://{BUCKET}")
            store.put(store.uri("a"), b"1")
            assert store.get(store.uri("a")) == b"1"
