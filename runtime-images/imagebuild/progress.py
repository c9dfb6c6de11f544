"""What is being done, and since when; one for all, as contexts are filled by threads."""

from __future__ import annotations

from devtools.progress import Progress

PROGRESS = Progress()
