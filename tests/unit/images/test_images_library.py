"""Which parts of the library an image carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagebuild import imports
from imagebuild.imports import parts


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(imports, "REPOSITORY", tmp_path)
    for file, text in {
        "swirl/__init__.py": "",
        "swirl/life.py": "import swirl.wire.exits\n",
        "swirl/wire/exits.py": "",
        "swirl/store/uri.py": "def late():\n    from swirl.wire import exits\n",
        "swirl/job/driver.py": "from swirl import life, store\n",
        "swirl/job/typed.py": "if TYPE_CHECKING:\n    from swirl.scorer import app\n",
        "swirl/scorer/app.py": "import os, swirl.wire\n",
        "operator/own/main.py": "from swirl.store.uri import late\nfrom swirling import other\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    return tmp_path


def test_images_carry_what_is_imported_by_way_of_others(repository: Path) -> None:
    assert parts("operator/own") == ("swirl/store", "swirl/wire")


def test_images_carry_what_is_imported_by_modules_beside_the_parts(repository: Path) -> None:
    assert parts("swirl/job") == ("swirl/job", "swirl/store", "swirl/wire")


def test_images_do_not_carry_what_only_types_need(repository: Path) -> None:
    assert "swirl/scorer" not in parts("swirl/job")


def test_images_carry_themselves(repository: Path) -> None:
    assert parts("swirl/scorer") == ("swirl/scorer", "swirl/wire")
