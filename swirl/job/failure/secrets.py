"""Takes out of a sentence what it must not say: everybody who may read a run reads it. Pure.

Drivers of databases and clients of buckets put URLs and settings into their errors as they are.
"""

from __future__ import annotations

import re

_HIDDEN = "(hidden)"
_NAMES = (
    r"[\w.-]*(?:password|passwd|passphrase|pwd|secret|secret[_.-]?key|access[_.-]?key|account[_.-]?key"
    r"|api[_.-]?key|private[_.-]?key|auth[_.-]?token|access[_.-]?token|session[_.-]?token|signature)"
)
_VALUE = r"\"[^\"]*\"|'[^']*'|[^\s&;,)}\]\"']+"
_ASSIGNED = re.compile(rf"(?i)(\b{_NAMES}|[?&;](?:sig|sas|token))(\s?=\s?)(?:{_VALUE})")
_ENTRY = re.compile(rf"(?i)([\"']{_NAMES}[\"']\s?:\s?)(?:\"[^\"]*\"|'[^']*')")
_IN_URL = re.compile(r"(\b[A-Za-z][\w+.-]*://[^\s/:@?#]*):[^\s/@?#]+@")
_BEARER = re.compile(r"(?i)\b(authorization: ?\w+|bearer) [\w.~+/=-]{8,}")


def without_secrets(text: str) -> str:
    """Return the text with the values of passwords, keys and signatures hidden."""
    text = _IN_URL.sub(rf"\1:{_HIDDEN}@", text)
    text = _ASSIGNED.sub(rf"\1\2{_HIDDEN}", text)
    text = _ENTRY.sub(rf"\1{_HIDDEN}", text)
    return _BEARER.sub(rf"\1 {_HIDDEN}", text)
