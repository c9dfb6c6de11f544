"""The formats that models may have: a folder each, with both its halves.

`<format>/publish.py` runs where models are trained and may use the trainer's library; who publishes
has the model's object in hand, and imports the half that fits. `<format>/load.py` runs in servers,
which know a format by name alone, and has a function `load(model: Model) -> LoadedModel`. Neither
imports the other, and formats do not know each other.

A format is added in four steps, `sparkml/` is the example:

1. A folder, whose `__init__.py` has the format's name in manifests, `FORMAT`, and takes no library;
   and the package's name in `_PACKAGES` below.
2. `publish.py`, which ends in `swirl.models.publish_model_dir`: native files, signature, and
   the trainer's own answers to the golden rows.
3. `load.py`, which takes nothing of the trainer's library; its libraries go into the extra `scorer`
   of `pyproject.toml`, from which the image follows.
4. Tests in which the trainer answers first and the loaded model has to answer the same.

CONTRIBUTING.md ("Add a format of models") says what each file has to hold to.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from swirl.models.errors import ModelLoadError
from swirl.models.formats import sparkml
from swirl.models.loaded import LoadedModel
from swirl.models.model import Model

_PACKAGES = (sparkml,)

FORMATS = {package.FORMAT: package.__name__ for package in _PACKAGES}
"""The package of each format, by the name that manifests have for it."""


def load_model(model: Model) -> LoadedModel:
    """Load a verified model; only its own format's libraries are imported.

    Raises:
        ModelLoadError: its format is not known, or it cannot be served exactly.
    """
    package = FORMATS.get(model.manifest.format)
    if package is None:
        raise ModelLoadError(
            f"it has format {model.manifest.format!r}; only {', '.join(FORMATS)} is served"
        )
    load: Callable[[Model], LoadedModel] = import_module(f"{package}.load").load
    return load(model)
