"""Why an image is not there, in the texts of kubelet 1.35, containerd and registries."""

from __future__ import annotations

import pytest

from swirl_operator.pods.reading.image import read_image

IMAGE = "swirl/no-such-scorer:1"
PULLING = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/{0}": failed to '
    'resolve reference "docker.io/{0}": '
)


def _pull(end: str) -> str:
    return PULLING.format(IMAGE) + end


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (f"docker.io/{IMAGE}: not found", "the registry has no such image or tag"),
        (
            "pull access denied, repository does not exist or may require authorization: server "
            "message: insufficient_scope: authorization failed",
            "shows it to nobody without a login",
        ),
        (
            "unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 401 "
            "Unauthorized",
            "asks for a login that it was not given, or refuses it: set imagePullSecrets",
        ),
        (
            "failed to authorize: failed to fetch oauth token: unexpected status from GET request "
            "to https://r.example/token: 403 Forbidden",
            "set imagePullSecrets",
        ),
        (
            'failed to do request: Head "https://r.example/v2/a/manifests/1": dial tcp: lookup '
            "r.example on 10.96.0.10:53: no such host",
            "the registry's host name is not known",
        ),
        (
            'failed to do request: Head "https://r.example/v2/a": dial tcp 10.0.0.9:443: i/o '
            "timeout",
            "the registry does not answer; it is tried again",
        ),
        (
            "failed to authorize: failed to fetch anonymous token: Get "
            '"https://auth.example/token": dial tcp 1.2.3.4:443: connect: connection refused',
            "the registry does not answer; it is tried again",
        ),
        (
            'failed to do request: Head "https://r.example/v2/a": tls: failed to verify '
            "certificate: x509: certificate signed by unknown authority",
            "the node does not trust the registry's certificate",
        ),
        (
            'failed to do request: Head "https://r.example/v2/a": http: server gave HTTP response '
            "to HTTPS client",
            "the registry speaks plain HTTP",
        ),
        (
            "unexpected status from GET request: 429 Too Many Requests toomanyrequests: You have "
            "reached your pull rate limit",
            "the registry limits how often images are pulled",
        ),
        ("no match for platform in manifest: not found", "not built for the node's architecture"),
        ("write /var/lib/containerd: no space left on device", "the node's disk is full"),
    ],
)
def test_what_the_registry_says_is_told_apart(end: str, kind: str) -> None:
    found = read_image("ErrImagePull", _pull(end), IMAGE)
    assert (found.reason, found.permanent) == ("ImagePull", False)
    assert found.message.startswith(f"does not start: image {IMAGE} cannot be pulled: ")
    assert kind in found.message
    assert "rpc error" not in found.message


def test_the_whole_sentence() -> None:
    assert read_image("ErrImagePull", _pull(f"docker.io/{IMAGE}: not found"), IMAGE).message == (
        f"does not start: image {IMAGE} cannot be pulled: the registry has no such image or tag: "
        f"correct the name, or push it (docker.io/{IMAGE}: not found)"
    )


def test_trying_and_backing_off_are_one_state() -> None:
    tried = _pull(f"docker.io/{IMAGE}: not found")
    backs_off = f'Back-off pulling image "{IMAGE}": ErrImagePull: {tried}'
    first = read_image("ErrImagePull", tried, IMAGE)
    assert read_image("ImagePullBackOff", backs_off, IMAGE) == first


def test_another_port_of_the_node_is_no_news() -> None:
    said = [
        _pull(
            f"dial tcp: lookup r on 10.96.0.10:53: read udp 10.244.0.1:{port}->10.96.0.10:53: "
            "i/o timeout"
        )
        for port in (43211, 51000)
    ]
    assert len({read_image("ErrImagePull", text, IMAGE).message for text in said}) == 1


def test_a_name_that_is_none_is_somebodys_to_correct() -> None:
    said = (
        'Failed to apply default image tag "Team/Ads:1.4": couldn\'t parse image name '
        '"Team/Ads:1.4": invalid reference format: repository name (library/Team/Ads) must be '
        "lowercase"
    )
    found = read_image("InvalidImageName", said, "Team/Ads:1.4")
    assert (found.reason, found.permanent) == ("InvalidSpec", True)
    assert found.message == (
        'does not start: "Team/Ads:1.4" is not a valid image name (invalid reference format: '
        "repository name (library/Team/Ads) must be lowercase); correct it"
    )


@pytest.mark.parametrize(
    ("word", "said", "message"),
    [
        (
            "ErrImageNeverPull",
            f'Container image "{IMAGE}" is not present with pull policy of Never',
            f"image {IMAGE} is not on the node, and imagePullPolicy Never keeps it so",
        ),
        (
            "RegistryUnavailable",
            f"image pull failed for {IMAGE} because the registry is unavailable: late",
            "the registry does not answer; it is tried again",
        ),
        (
            "SignatureValidationFailed",
            f"image pull failed for {IMAGE} because the signature validation failed: no key",
            f"the signature of image {IMAGE} is not valid",
        ),
        ("ImageInspectError", 'Failed to inspect image "": x', "the node cannot look at image"),
        ("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"', "cannot be pulled"),
    ],
)
def test_what_kubelet_says_itself(word: str, said: str, message: str) -> None:
    found = read_image(word, said, IMAGE)
    assert (found.reason, found.permanent) == ("ImagePull", False)
    assert message in found.message
