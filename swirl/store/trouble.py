"""Why a bucket cannot be used, in one sentence: made from what its client says. Pure.

The client's own text is forty lines with the server's answer and the inside of the client in it.
"""

from __future__ import annotations

import re

_ENDPOINT = re.compile(r"Error performing [A-Z]+ ([a-z]+://[^/\s]+)")
_CODE = re.compile(r"<Code>([^<]+)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_STATUS = re.compile(r"status code: (\d{3})")
_ABSENT = (None, "NoSuchKey", "BlobNotFound")
_METADATA = ("169.254.169.254", "169.254.170.2", "metadata.google.internal")

_NO_CREDENTIALS = (
    "it was given no credentials; name a Secret with them in artifacts.secretName of the chart's "
    "values, or give the Pods' service accounts a role"
)
_UNREACHABLE = "correct its address (of S3, artifacts.s3.endpoint), or wait until it answers"
_CERTIFICATE = "give the Pods the authority's certificate in SSL_CERT_FILE"

_BY_CODE = {
    "NoSuchBucket": "there is no such bucket; create it, or correct artifacts.uri",
    "ContainerNotFound": "there is no such container; create it, or correct artifacts.uri",
    "SignatureDoesNotMatch": "the secret access key is wrong; correct it in the Secret",
    "InvalidAccessKeyId": "the access key is not known there; correct it in the Secret",
    "XAdminUserNotFound": "the access key is not known there; correct it in the Secret",
    "AccessDenied": "access is denied; allow these credentials to get, put, list and delete there",
    "ExpiredToken": "the credentials have expired; renew them",
    "InvalidToken": "the session token is not valid; renew the credentials",
    "PermanentRedirect": "the bucket is in another region; correct AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; correct AWS_REGION",
    "RequestTimeTooSkewed": "the clock of this node is wrong; set it",
}
# What the client says of its connection, most telling first.
_BY_TEXT = (
    ("failed to lookup address", f"its name is not known; {_UNREACHABLE}"),
    ("dns error", f"its name is not known; {_UNREACHABLE}"),
    ("ConnectionRefused", f"nothing listens there; {_UNREACHABLE}"),
    ("InvalidContentType", "it does not speak TLS; write the endpoint with http://"),
    ("UnknownIssuer", f"its certificate is signed by an unknown authority; {_CERTIFICATE}"),
    ("NotValidForName", "its certificate is for another name; correct the endpoint"),
    ("ExpiredContext", "its certificate has expired; renew it there"),
    ("InvalidCertificate", f"its certificate is not accepted; {_CERTIFICATE}"),
    ("TimedOut", f"it does not answer in time; {_UNREACHABLE}"),
    ("timed out", f"it does not answer in time; {_UNREACHABLE}"),
)


def is_absence(text: str) -> bool:
    """Whether a "not found" is about a file, and not about the bucket or who asks for it."""
    return _first(_CODE, text) in _ABSENT


def sentence(root: str, text: str) -> str:
    """Return what is wrong with the bucket at `root`, where, and what to do.

    Args:
        root: the bucket's URI.
        text: of the client's error.
    """
    endpoint = _first(_ENDPOINT, text)
    if endpoint is not None and any(name in endpoint for name in _METADATA):
        return f"the artifact store {root} cannot be used: {_NO_CREDENTIALS}"
    where = f"{root} at {endpoint}" if endpoint else root
    return f"the artifact store {where} cannot be used: {_why(text)}"


def _why(text: str) -> str:
    code = _first(_CODE, text)
    if code is not None:
        known = _BY_CODE.get(code)
        said = (_first(_MESSAGE, text) or "").rstrip(".")
        return f"{known} ({code})" if known else f"it answers {code}: {said}"
    for sign, why in _BY_TEXT:
        if sign in text:
            return why
    status = _first(_STATUS, text)
    if status in ("401", "403"):
        return f"{_BY_CODE['AccessDenied']} ({status})"
    if status is not None:
        return f"it answers {status}; see its own log"
    return text.partition("\n")[0].rpartition(" - ")[2].strip()


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
