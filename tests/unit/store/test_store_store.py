from __future__ import annotations

from pathlib import Path

import pytest

from swirl.store import Store


class Crash(Exception):
    pass


def test_a_cut_off_replacement_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"file://{tmp_path}")
    store.put(store.uri("a"), b"old")

    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(Crash):
        store.put(store.uri("a"), b"new")
    assert store.get(store.uri("a")) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_work_folders_are_shared_by_the_runs_of_a_job(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}")
    uri = store.make_work_folder("ads", "ingest", "checkpoint")
    assert uri == f"file://{tmp_path}/work/ads/ingest/checkpoint"
    assert (tmp_path / "work/ads/ingest/checkpoint").is_dir()


def test_files_are_readable_by_other_users(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}")
    store.put(store.uri("a"), b"1")
    assert (tmp_path / "a").stat().st_mode & 0o444 == 0o444
