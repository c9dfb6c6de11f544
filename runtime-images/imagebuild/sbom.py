"""A bill of materials of an image, in the form of CycloneDX."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

Inventory = Mapping[str, Sequence[Mapping[str, str]]]
"""What `imagebuild.inventory` prints."""

_DISTRIBUTION = "debian-12"


def bill(name: str, version: str, digest: str, inventory: Inventory, made: datetime) -> str:
    """The document, the same for the same image.

    Args:
        name: of the image, with its registry.
        version: its tag.
        digest: of the image.
        inventory: what is in it.
        made: when its source was committed.
    """
    bom = Bom(components=_components(inventory))
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}@{digest}")
    bom.metadata.timestamp = made
    bom.metadata.component = Component(
        name=name,
        version=version,
        type=ComponentType.CONTAINER,
        purl=PackageURL(
            "oci",
            name=name.rpartition("/")[2],
            version=digest,
            qualifiers={"repository_url": name, "tag": version},
        ),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest.removeprefix("sha256:"))],
        bom_ref="image",
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _components(inventory: Inventory) -> Iterator[Component]:
    for package in inventory["debian"]:
        purl = PackageURL(
            "deb",
            "debian",
            package["name"],
            package["version"],
            {"arch": package["architecture"], "distro": _DISTRIBUTION},
        )
        yield _component(package, purl)
    for package in inventory["python"]:
        yield _component(package, PackageURL("pypi", None, package["name"], package["version"]))
    for jar in inventory["java"]:
        if jar["group"]:
            purl = PackageURL("maven", jar["group"], jar["name"], jar["version"], {"type": "jar"})
        else:
            purl = PackageURL("generic", None, jar["name"], jar["version"] or None)
        yield _component(jar, purl, place=jar["file"])


def _component(found: Mapping[str, str], purl: PackageURL, place: str = "") -> Component:
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=found["sha256"])] if place else []
    licences = [DisjunctiveLicense(name=found["licence"])] if found.get("licence") else []
    return Component(
        name=found["name"],
        version=found["version"],
        group=found.get("group") or None,
        type=ComponentType.LIBRARY,
        purl=purl,
        hashes=hashes,
        licenses=licences,
        bom_ref=f"{purl}#{place}" if place else str(purl),
    )
