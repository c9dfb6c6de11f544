"""Builds what is missing, in order, while the next contexts are being filled."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from devtools import files
from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from devtools.references import chart_values
from imagebuild.catalogue import PREFIX, Image, with_parents
from imagebuild.engines import FILLED, Engine, target
from imagebuild.progress import PROGRESS
from imagebuild.tags import tags

BUILD = REPOSITORY / "build"
RESULT = BUILD / "images.json"


def build(names: tuple[str, ...], engine: Engine) -> dict[str, str]:
    """Builds the named images where they are missing, and returns what a pod calls them."""
    images = with_parents(names)
    known = tags(images, debian=engine.debian)
    references = {name: f"{PREFIX}/{name}:{tag}" for name, tag in known.items()}
    if engine.debian is not None:
        references["debian"] = engine.debian
    missing = _missing(images, names, references, engine)
    if missing:
        _build_all(missing, references, engine)
    return {name: references[name] for name in names}


def _missing(
    images: list[Image], names: tuple[str, ...], references: dict[str, str], engine: Engine
) -> list[Image]:
    """What a named image needs and the engine does not have, each after its parent."""
    stored = engine.stored()
    needed = set(names)
    missing = []
    for image in reversed(images):
        if image.name not in needed or references[image.name] in stored:
            continue
        if image.name == "debian" and engine.debian is not None:
            continue
        missing.append(image)
        if image.parent is not None:
            needed.add(image.parent)
    return missing[::-1]


def _build_all(missing: list[Image], references: dict[str, str], engine: Engine) -> None:
    PROGRESS.say(f"{engine.name}: building {', '.join(image.name for image in missing)}")
    BUILD.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="context-", dir=BUILD) as folder,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        # Filling waits for the network, building for the disk: they run side by side.
        contexts = {image.name: pool.submit(_fill, image, Path(folder)) for image in missing}
        try:
            for image in missing:
                _build_one(image, contexts[image.name], references, engine)
        finally:
            pool.shutdown(cancel_futures=True)


def _fill(image: Image, folder: Path) -> Path:
    context = folder / image.name
    filled = context / FILLED
    filled.mkdir(parents=True)
    for source in image.sources:
        source.write(filled)
    return context


def _build_one(
    image: Image, context: Future[Path], references: dict[str, str], engine: Engine
) -> None:
    try:
        filled = context.result()
        PROGRESS.say(f"{image.name}: building")
        below = None if image.parent is None else references[image.parent]
        engine.build(target(references[image.name], image, filled, below))
    except ToolError as error:
        raise ToolError(f"{image.name}: {error}") from error
    PROGRESS.say(f"{image.name}: {references[image.name]}")


def write_results(built: dict[str, str], folder: Path = BUILD) -> None:
    """Adds to what earlier runs built; `values.yaml` is the same for `helm -f`."""
    path = folder / RESULT.name
    earlier: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    images = {**earlier, **built}
    files.write_json(path, dict(images))
    # JSON is YAML, too.
    values: files.JSON = {
        name: {"image": dict(value["image"])} for name, value in chart_values(images).items()
    }
    files.write_json(folder / "values.yaml", values)
