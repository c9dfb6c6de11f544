"""Why a container is not started, in kubelet's texts."""

from __future__ import annotations

import pytest

from swirl_operator.pods.reading.waiting import read_missing, read_waiting


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('secret "x-token" not found', "Secret x-token does not exist; create it"),
        ('configmap "settings" not found', "ConfigMap settings does not exist; create it"),
        (
            "couldn't find key password in Secret ads/x-token",
            "Secret x-token has no key password; add it",
        ),
        (
            "couldn't find key mode in ConfigMap ads/settings",
            "ConfigMap settings has no key mode; add it",
        ),
    ],
)
def test_which_secret_configmap_or_key_is_missing(said: str, message: str) -> None:
    found = read_waiting({"reason": "CreateContainerConfigError", "message": said}, "ads:1")
    assert found is not None
    assert (found.reason, found.message) == ("ConfigMissing", f"does not start: {message}")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            'MountVolume.SetUp failed for volume "kafka" : secret "swirl-kafka" not found',
            "Secret swirl-kafka does not exist; create it",
        ),
        (
            'MountVolume.SetUp failed for volume "kafka" : references non-existent secret key: ca',
            "the Secret of a volume has no key ca; add it",
        ),
        (
            'MountVolume.SetUp failed for volume "c" : references non-existent config key: a.conf',
            "the ConfigMap of a volume has no key a.conf; add it",
        ),
    ],
)
def test_what_a_volume_misses(said: str, message: str) -> None:
    found = read_missing(said)
    assert found is not None
    assert found.message == f"does not start: {message}"


def test_an_image_that_runs_as_root_is_somebodys_to_change() -> None:
    said = (
        'container has runAsNonRoot and image will run as root (pod: "driver_ads(uid)", container: '
        "driver)"
    )
    found = read_waiting({"reason": "CreateContainerConfigError", "message": said}, "ads:1")
    assert found is not None
    assert (found.reason, found.permanent) == ("InvalidSpec", True)
    assert found.message.startswith("does not start: image ads:1 will run as root, and Swirl's")


@pytest.mark.parametrize(
    ("word", "reason", "clause"),
    [
        ("CreateContainerConfigError", "ContainerFailed", "cannot be configured"),
        ("CreateContainerError", "ContainerFailed", "cannot be created"),
        ("RunContainerError", "ContainerFailed", "cannot be started"),
        ("PostStartHookError", "ContainerFailed", "its postStart hook fails"),
        ("CreatePodSandboxError", "SandboxFailed", "cannot set up its sandbox"),
        ("ErrImagePull", "ImagePull", "image ads:1 cannot be pulled"),
    ],
)
def test_each_of_kubelets_words(word: str, reason: str, clause: str) -> None:
    found = read_waiting({"reason": word, "message": "because"}, "ads:1")
    assert found is not None
    assert found.reason == reason
    assert clause in found.message
    assert found.message.endswith("(because)")


@pytest.mark.parametrize("word", ["ContainerCreating", "PodInitializing", "", None])
def test_what_takes_its_time(word: str | None) -> None:
    assert read_waiting({"reason": word}, "ads:1") is None
