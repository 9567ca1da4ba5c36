"""What is installed is pinned by its digest, whoever installs it; and there is a list of it."""

import ast
import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import sbom, setup
from tools.sbom import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", *sbom.FETCHING)


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_is_pinned_with_its_digest(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.findall(r"^[\w.-]+", text, re.M)
    assert packages == [package for package, _, _ in sbom.pinned(name)]


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_no_lock_file_carries_an_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_page_assets_are_pinned_with_their_digest() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all(of["integrity"].startswith("sha512-") for path, of in packages.items() if path)


def test_whatever_is_installed_is_held_against_its_digest() -> None:
    """Each list of words that names a lock file, or an installer's command, asks for digests."""
    seen = 0
    for name in ("setup.py", "frontend.py"):
        for node in ast.walk(ast.parse((ROOT / "tools" / name).read_text())):
            words = [w.value for w in getattr(node, "elts", []) if isinstance(w, ast.Constant)]
            assert not {"--with", "npx", "exec"} & {*words}, f"{name}: {words}"
            if isinstance(node, ast.List) and "-r" in words:
                assert "--require-hashes" in words, f"{name}: {words}"
                seen += 1
            elif isinstance(node, ast.List) and "install" in words and "apt-get" not in words:
                assert "*own" in ast.unparse(node), f"{name}: {words}"
    assert seen == 4


def test_a_changed_lock_file_is_installed_anew() -> None:
    for name in (
        "requirements.txt",
        "requirements-setup.txt",
        "requirements-npm.txt",
        "package-lock.json",
    ):
        assert name in setup.LOCKS  # fmt: skip


def test_the_list_fits_its_standard_and_names_all_that_runs() -> None:
    bill = sbom.bill()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    read = json.loads(bill)
    running = {c["name"]: c for c in read["components"] if c["scope"] == "required"}
    pages = set(json.loads((ROOT / "package.json").read_text())["dependencies"])
    assert set(running) == {package for package, _, _ in sbom.pinned("requirements.txt")} | pages
    assert running["Django" if "Django" in running else "django"]["purl"].startswith(
        "pkg:pypi/django@5.2"
    )
    without = {name for name, c in running.items() if not c.get("licenses")}
    assert not without, f"no licence is known of {without}"
