"""Why an image is not there, in the words of kubelet, container runtime and registry: pure."""

from __future__ import annotations

import re

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.words import clean, has, in_brackets

WORDS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "RegistryUnavailable",
        "SignatureValidationFailed",
        "ImageInspectError",
        "ErrImageNeverPull",
        "InvalidImageName",
    }
)
"""Why a container waits, where the image is the reason."""

# While it backs off, kubelet repeats what the last try said; both are one state.
_BACK_OFF = re.compile(r'^Back-off pulling image "[^"]*"(?:: \w+)?(?:: )?')
_RESOLVING = re.compile(r'^.*failed to resolve (?:reference|image) "[^"]*": ')
_NAMING = re.compile(r'^.*couldn\'t parse image (?:name|reference) "[^"]*": ')

# Tried in this order: a registry that cannot be reached is often told as a login that failed.
_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("x509:", "tls: failed to verify"),
        "the node does not trust the registry's certificate",
    ),
    (
        ("server gave HTTP response to HTTPS client",),
        "the registry speaks plain HTTP, which the node's container runtime has to be told",
    ),
    (
        ("no such host", "server misbehaving", "Name or service not known"),
        "the registry's host name is not known on the node; correct it, or wait for the DNS",
    ),
    (
        (
            "dial tcp",
            "i/o timeout",
            "connection refused",
            "connection reset",
            "handshake timeout",
            "network is unreachable",
            "no route to host",
            "context deadline exceeded",
            "Client.Timeout",
            "unexpected EOF",
            ": EOF",
            "registry is unavailable",
            "500 Internal Server Error",
            "502 Bad Gateway",
            "503 Service Unavailable",
            "504 Gateway",
        ),
        "the registry does not answer; it is tried again",
    ),
    (
        ("toomanyrequests", "429 Too Many Requests", "rate limit"),
        "the registry limits how often images are pulled; it is tried again, and imagePullSecrets "
        "of an account may raise the limit",
    ),
    (
        ("no match for platform", "no matching manifest for"),
        "it is not built for the node's architecture",
    ),
    (("no space left on device",), "the node's disk is full"),
    (
        ("insufficient_scope", "pull access denied", "repository does not exist or may require"),
        "the registry has no such image, or shows it to nobody without a login: correct the name, "
        "or set imagePullSecrets",
    ),
    (
        (
            "401 Unauthorized",
            "403 Forbidden",
            "status: 401",
            "status: 403",
            "unauthorized",
            "no basic auth credentials",
            "authentication required",
            "failed to authorize",
            "denied",
        ),
        "the registry asks for a login that it was not given, or refuses it: set imagePullSecrets, "
        "or correct the Secret",
    ),
    (
        (
            "not found",
            "manifest unknown",
            "name unknown",
            "MANIFEST_UNKNOWN",
            "NAME_UNKNOWN",
            "404",
        ),
        "the registry has no such image or tag: correct the name, or push it",
    ),
)


def read_image(word: str, message: object, image: str) -> Finding:
    """Of a container that waits for its image with one of `WORDS`."""
    said, named = clean(message), f"image {image}" if image else "its image"
    if word == "InvalidImageName":
        detail = _NAMING.sub("", said)
        return Finding(
            OutcomeReason.INVALID_SPEC,
            f'does not start: "{image}" is not a valid image name{in_brackets(detail)}; correct it',
            permanent=True,
        )
    if word == "ErrImageNeverPull":
        return _waits(f"{named} is not on the node, and imagePullPolicy Never keeps it so")
    if word == "ImageInspectError":
        return _waits(f"the node cannot look at {named}{in_brackets(said)}")
    said = _BACK_OFF.sub("", said)
    if word == "SignatureValidationFailed" or "signature validation failed" in said:
        return _waits(f"the signature of {named} is not valid{in_brackets(said)}")
    kind = next((meaning for parts, meaning in _KINDS if has(said, *parts)), "")
    if word == "RegistryUnavailable" and not kind:
        kind = "the registry does not answer; it is tried again"
    detail = _RESOLVING.sub("", said)
    return _waits(f"{named} cannot be pulled{': ' if kind else ''}{kind}{in_brackets(detail)}")


def _waits(why: str) -> Finding:
    return Finding(OutcomeReason.IMAGE_PULL, f"does not start: {why}")
