"""`make sbom`: writes what a running Doorstep is made of into `sbom.json` (CycloneDX 1.6), from the lock files.

Every Python package of `requirements.txt` and every page asset of `package-lock.json`, each with version, digest
and licence; and what fetches them (`requirements-setup.txt`, `requirements-npm.txt`), marked as not running.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
RUNNING, FETCHING = ("requirements.txt",), ("requirements-setup.txt", "requirements-npm.txt")
PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+)", re.M)  # fmt: skip


def pinned(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """Return name, version and digests of each package of a lock file of ours."""
    for package, version, hashes in PINNED.findall((ROOT / name).read_text()):
        yield package, version, re.findall(r"sha256:([0-9a-f]{64})", hashes)


def _licence(package: str) -> str:
    """Return what an installed package says of its licence; nothing where it is not installed."""
    try:
        said = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return ""
    kinds = [c.rpartition(" :: ")[2] for c in said.get_all("Classifier") or [] if "License ::" in c]
    words = said.get("License-Expression") or " and ".join(kinds) or said.get("License") or ""
    return str(words).strip().partition("\n")[0]


def _licences(words: str) -> list[License]:
    return [LicenseFactory().make_from_string(words)] if words else []


def _python(name: str, scope: ComponentScope) -> Iterator[Component]:
    for package, version, digests in pinned(name):
        address = PackageURL("pypi", None, package.lower().replace("_", "-"), version)
        # A digest for each of the files that the version may be installed from.
        files = ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(address.to_string()),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in digests],
        )
        yield Component(
            name=package,
            version=version,
            type=ComponentType.LIBRARY,
            scope=scope,
            purl=address,
            bom_ref=address.to_string(),
            licenses=_licences(_licence(package)),
            external_references=[files],
        )


def _pages() -> Iterator[Component]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path, of in packages.items():
        if path:
            name, (kind, _, digest) = (
                path.rpartition("node_modules/")[2],
                of["integrity"].partition("-"),
            )
            group, _, short = name.rpartition("/")
            address = PackageURL("npm", group or None, short, of["version"])
            yield Component(
                name=name,
                version=of["version"],
                type=ComponentType.LIBRARY,
                scope=ComponentScope.REQUIRED,
                purl=address,
                bom_ref=address.to_string(),
                licenses=_licences(of.get("license", "")),
                hashes=[
                    HashType(
                        alg=HashAlgorithm(kind.upper().replace("SHA", "SHA-")),
                        content=base64.b64decode(digest).hex(),
                    )
                ],  # fmt: skip
            )


def bill() -> str:
    """Return the bill as JSON."""
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version
    bom = Bom()
    bom.metadata.component = whole = Component(
        name="doorstep",
        version=version[1],
        type=ComponentType.APPLICATION,
        bom_ref="doorstep",
        licenses=_licences("MIT"),
    )
    needed = [*_pages(), *(c for name in RUNNING for c in _python(name, ComponentScope.REQUIRED))]
    fetching = [c for name in FETCHING for c in _python(name, ComponentScope.EXCLUDED)]
    for component in (*needed, *fetching):
        bom.components.add(component)
    bom.register_dependency(whole, needed)
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


if __name__ == "__main__":
    target = Path(sys.argv[1] if sys.argv[1:] else ROOT / "sbom.json")
    target.write_text(bill())
    print(f"What this Doorstep is made of stands in {target.name}.")
