"""What a page of the documentation tells its reader to type."""

from __future__ import annotations

import re

from devtools.paths import REPOSITORY

_TITLE = re.compile(r"^##+ (?:\d+\. )?(.+)$", re.MULTILINE)


def blocks(page: str, language: str = "sh") -> dict[str, list[str]]:
    """Return the blocks of one language in a page of docs/, by the title above them."""
    text = (REPOSITORY / "docs" / page).read_text()
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    titles = list(_TITLE.finditer(text))
    ends = [title.start() for title in titles[1:]] + [len(text)]
    return {
        title[1]: block.findall(text, title.end(), end)
        for title, end in zip(titles, ends, strict=True)
    }
