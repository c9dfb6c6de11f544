from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.store import FileEntry
from swirl.store.manifest import digest, from_json, to_json

FILES = (FileEntry("native/a", 3, "00"),)
ABOUT = {"name": "x"}


def body(**changes: Any) -> bytes:
    return json.dumps(json.loads(to_json(ABOUT, FILES)) | changes).encode()


def test_round_trip() -> None:
    about, files = from_json(to_json(ABOUT, FILES))
    assert files == FILES
    assert about["name"] == "x"


def test_wire_shape() -> None:
    wire = json.loads(to_json(ABOUT, FILES))
    assert wire == {
        "formatVersion": 1,
        "name": "x",
        "files": [{"path": "native/a", "size": 3, "sha256": "00"}],
    }


def test_equal_manifests_have_equal_digests() -> None:
    assert digest(to_json(ABOUT, FILES)) == digest(to_json(ABOUT, FILES))
    assert digest(b"").startswith("sha256:e3b0c442")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"{", "Expecting"),
        (b"[]", "JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (body(formatVersion=2), "formatVersion 2, this version of Swirl reads 1"),
        (b'{"formatVersion": 1}', "lacks or mistypes a field: 'files'"),
        (body(files=[{"path": "../etc/x", "size": 1, "sha256": ""}]), "not inside the artifact"),
        (body(files=[{"path": "/etc/x", "size": 1, "sha256": ""}]), "not inside the artifact"),
        (body(files=3), "lacks or mistypes"),
    ],
)
def test_refuses_what_it_cannot_trust(data: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_json(data)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"x": float("nan")}, FILES)
