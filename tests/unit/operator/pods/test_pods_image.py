"""Which build of an image a Pod runs."""

from __future__ import annotations

import pytest

from swirl_operator.pods.image import common, digest, has_moved, image_id

PULLED = "registry.example/ads@sha256:" + "a" * 64
MOVED = "registry.example/ads@sha256:" + "b" * 64
MIRRORED = "mirror.example/ads@sha256:" + "a" * 64
LOCAL = "sha256:" + "c" * 64


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([{"name": "driver", "imageID": PULLED}], PULLED),
        ([{"name": "sidecar", "imageID": MOVED}, {"name": "driver", "imageID": PULLED}], PULLED),
        ([{"name": "driver", "imageID": ""}], None),
        ([{"name": "driver"}], None),
        ([], None),
        (None, None),
    ],
)
def test_it_is_what_the_kubelet_says(statuses: object, expected: str | None) -> None:
    assert image_id({"status": {"containerStatuses": statuses}}, "driver") == expected
    assert image_id({}, "driver") is None


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        (PULLED, MOVED, True),
        (PULLED, PULLED, False),
        (PULLED, MIRRORED, False),
        (LOCAL, "sha256:" + "d" * 64, True),
        (LOCAL, PULLED, False),
        (None, PULLED, False),
        (PULLED, None, False),
    ],
)
def test_moved(before: str | None, now: str | None, moved: bool) -> None:
    assert has_moved(before, now) is moved


def test_digest_and_what_is_common() -> None:
    assert digest(PULLED) == digest(MIRRORED) == "sha256:" + "a" * 64
    assert common([PULLED, None, PULLED]) == PULLED
    assert common([PULLED, MOVED]) is None
    assert common([None]) is None
